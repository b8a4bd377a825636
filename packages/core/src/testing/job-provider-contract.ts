import assert from "node:assert/strict";
import type { ErrorCode } from "../basics/error-code.ts";
import { isArtdeskError, type ArtdeskError } from "../basics/errors.ts";
import type { Codec } from "../basics/ports.ts";
import { collectJob, type CollectedJob } from "../buy/collect-job.ts";
import type { JobProvider, ProviderCall, ProviderJob } from "../models/adapter/provider.ts";
import type { Source } from "../models/rows/row.ts";
import { fakeClock } from "./fake-clock.ts";
import { fakeHttp, fakeResponse, type FakeReply, type FakeStep } from "./fake-http.ts";
import { REQUIRED_FAILURES, type FailureCase, type RequestCase } from "./provider-contract.ts";

/** A job that ends without an image: replies to the questions about it, and the error that it must become. */
export interface JobEnding {
  name: string;
  replies: readonly FakeReply[];
  expected: { code: ErrorCode; billed: "no" | "unknown"; shortMessage?: RegExp };
}

/** What a job provider's wire looks like, from its own documents. */
export interface JobProviderFixture {
  source: Source;
  requests: readonly RequestCase[];
  /** The call that every reply below answers. */
  call: ProviderCall;
  submitted: FakeReply;
  job: ProviderJob;
  /** Paths that are asked, in order, until the job is done. */
  questions: readonly string[];
  /** Replies to the questions; the last one names these files. */
  replies(urls: readonly string[]): readonly FakeReply[];
  billedUnits: number | undefined;
  /** Replies to the submission that are no job. */
  failures: readonly FailureCase[];
  endings: readonly JobEnding[];
  /** Method and path that withdraw the job; undefined where that is charged. */
  cancel: string | undefined;
}

const FILE_URL = "https://files.example.com/image.png";
/** The rest of the required failures comes with the end of a job, not with its submission. */
const ENDINGS = new Set(["refusal", "empty list"]);

/**
 * The contract of every provider that takes jobs. Registers one test per rule.
 *
 * @param image Bytes of a real image file.
 */
export function jobProviderContract(
  provider: JobProvider,
  fixture: JobProviderFixture,
  {
    test,
    codec,
    image,
  }: { test: (name: string, run: () => Promise<void> | void) => void; codec: Codec; image: Uint8Array },
): void {
  const { id } = provider;
  const file: FakeReply = { headers: { "content-type": "image/png" }, body: image };

  for (const { name, call, request } of fixture.requests) {
    test(`${id} sends exactly: ${name}`, () => {
      const { body, ...rest } = provider.build(call, codec);
      assert.deepStrictEqual({ ...rest, body: JSON.parse(String(body)) as unknown }, request);
    });
  }

  test(`${id} builds the same bytes for the same call, without any key`, () => {
    for (const { call } of fixture.requests) {
      const built = provider.build(call, codec);
      assert.deepStrictEqual(built, provider.build(call, codec));
      assert.equal(provider.auth.header in built.headers, false);
    }
  });

  test(`${id} sends a model id that nobody has heard of`, () => {
    const offer = { ...fixture.call.offer, model: "future-lab/image-9.9-nova" };
    const { path, body } = provider.build({ ...fixture.call, offer }, codec);
    assert.match(`${path} ${String(body)}`, /future-lab\/image-9\.9-nova/);
  });

  test(`${id} names the job, asks for it and fetches its image`, async () => {
    const job = await provider.readSubmitted(fakeResponse(fixture.submitted), fixture.call);
    assert.deepStrictEqual(job, fixture.job);
    const http = fakeHttp([...fixture.replies([FILE_URL]), file]);
    const { images, billedUnits, problem } = await collect(provider, job, http, codec);
    assert.equal(problem, undefined);
    assert.equal(billedUnits, fixture.billedUnits);
    assert.deepEqual(
      images.map(({ sha256 }) => sha256),
      [codec.sha256Hex(image)],
    );
    assert.deepEqual(
      http.requests.map(({ request }) => `${request.method} ${request.path}`),
      fixture.questions,
    );
    assert.deepEqual(http.downloads, [{ provider: id, url: FILE_URL }]);
  });

  test(`${id} withdraws a job only where that is free`, () => {
    const request = provider.cancel?.(fixture.job);
    assert.equal(request && `${request.method} ${request.path}`, fixture.cancel);
  });

  test(`${id} has every required failure in its fixture`, () => {
    const names = new Set([...fixture.failures, ...fixture.endings].map(({ name }) => name));
    assert.deepEqual(
      REQUIRED_FAILURES.filter((name) => !names.has(name)),
      [],
    );
    for (const name of ENDINGS)
      assert.ok(
        fixture.endings.some((ending) => ending.name === name),
        name,
      );
  });

  for (const { name, reply, expected } of fixture.failures) {
    test(`${id} explains: ${name}`, async () => {
      const error = await submissionFailure(provider, reply, fixture.call);
      const { code, billed, retryAfterMs } = error;
      assert.deepStrictEqual(
        { code, billed, retryAfterMs },
        { code: expected.code, billed: expected.billed, retryAfterMs: expected.retryAfterMs },
      );
      assert.match(error.shortMessage, expected.shortMessage ?? /./);
      assert.deepEqual([error.provider, error.model], [id, fixture.call.offer.model]);
    });
  }

  for (const { name, replies, expected } of fixture.endings) {
    test(`${id} explains a job's end: ${name}`, async () => {
      const error = await endOf(provider, fixture.job, replies, codec);
      assert.deepEqual([error.code, error.billed], [expected.code, expected.billed]);
      assert.match(error.shortMessage, expected.shortMessage ?? /./);
      assert.equal(error.requestId, fixture.job.id);
    });
  }

  test(`${id} keeps secrets of an error body out of the error`, async () => {
    const secret = `sk-proj-${"a1B2".repeat(10)}`;
    const body = JSON.stringify({ detail: `Invalid token ${secret}`, authorization: `Bearer ${secret}` });
    const error = await submissionFailure(provider, { status: 400, body }, fixture.call);
    assert.equal(`${error.message} ${error.details}`.includes(secret.slice(0, 14)), false);
  });
}

async function collect(
  provider: JobProvider,
  job: ProviderJob,
  http: ReturnType<typeof fakeHttp>,
  codec: Codec,
): Promise<CollectedJob> {
  const clock = fakeClock();
  return collectJob({ http, clock, codec }, provider, job, { count: 1, deadlineMs: clock.nowMs() + 600_000 });
}

async function submissionFailure(provider: JobProvider, reply: FakeReply, call: ProviderCall): Promise<ArtdeskError> {
  const response = fakeResponse(reply);
  if (response.status > 299) return provider.readError(response, call);
  return rejection(provider.readSubmitted(response, call));
}

async function endOf(
  provider: JobProvider,
  job: ProviderJob,
  replies: readonly FakeStep[],
  codec: Codec,
): Promise<ArtdeskError> {
  return rejection(collect(provider, job, fakeHttp(replies), codec));
}

async function rejection(promise: Promise<unknown>): Promise<ArtdeskError> {
  try {
    await promise;
  } catch (error) {
    if (isArtdeskError(error)) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: "it was read as a success" });
}
