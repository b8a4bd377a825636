import assert from "node:assert/strict";
import type { ErrorCode } from "../basics/error-code.ts";
import { isArtdeskError, type ArtdeskError } from "../basics/errors.ts";
import type { Codec, HttpRequest } from "../basics/ports.ts";
import type { Usage } from "../basics/types.ts";
import type { HttpProvider, ProviderCall, ProviderReply } from "../models/adapter/provider.ts";
import type { Source } from "../models/rows/row.ts";
import { fakeResponse, type FakeReply } from "./fake-http.ts";

/** A call and the request that it must become. */
export interface RequestCase {
  name: string;
  call: ProviderCall;
  /** Compared strictly; a JSON body is given as its value. */
  request: Omit<HttpRequest, "body"> & { body: unknown };
}

/** A failed or empty reply and the error that it must become. */
export interface FailureCase {
  name: string;
  reply: FakeReply;
  expected: {
    code: ErrorCode;
    billed: "no" | "yes" | "unknown";
    retryAfterMs?: number;
    usage?: Usage;
    /** Must match the sentence that people see. */
    shortMessage?: RegExp;
  };
}

/** What a provider's wire looks like, from its own documents. */
export interface ProviderFixture {
  source: Source;
  requests: readonly RequestCase[];
  /** The call that every reply below answers. */
  call: ProviderCall;
  /** A whole successful reply with these base64 images. */
  reply(images: readonly string[]): FakeReply;
  usage: Usage;
  requestId: string;
  /** Replies with status 200 and no usable image, and replies with any other status. */
  failures: readonly FailureCase[];
}

/** Names that every provider's failures must hold: a fixture that forgets one fails. */
export const REQUIRED_FAILURES = [
  "unauthorized",
  "rate limited with a time to wait",
  "out of credit",
  "server error",
  "refusal",
  "empty list",
  "garbage",
  "unknown model",
] as const;

/**
 * The contract of every provider over HTTP. Registers one test per rule.
 *
 * @param test Registers a test, for example vitest's `test`.
 * @param image Bytes of a real image file.
 */
export function providerContract(
  provider: HttpProvider,
  fixture: ProviderFixture,
  {
    test,
    codec,
    image,
  }: { test: (name: string, run: () => Promise<void> | void) => void; codec: Codec; image: Uint8Array },
): void {
  const whole = fixture.reply([codec.encodeBase64(image)]);
  const read = (reply: FakeReply, call: ProviderCall = fixture.call): Promise<ProviderReply> =>
    provider.read(fakeResponse(reply), call, codec);

  for (const { name, call, request } of fixture.requests) {
    test(`${provider.id} sends exactly: ${name}`, () => {
      const { body, ...rest } = provider.build(call, codec);
      const parsed: unknown = typeof body === "string" ? JSON.parse(body) : body;
      assert.deepStrictEqual({ ...rest, body: parsed }, request);
    });
  }

  test(`${provider.id} builds the same bytes for the same call, without any key`, () => {
    for (const { call } of fixture.requests) {
      const built = provider.build(call, codec);
      assert.deepStrictEqual(built, provider.build(call, codec));
      assert.equal(built.provider, provider.id);
      assert.equal(provider.auth.header in built.headers, false);
      assert.match(built.path, /^\//);
    }
  });

  test(`${provider.id} sends a model id that nobody has heard of`, () => {
    const call = { ...fixture.call, offer: { ...fixture.call.offer, model: "future-image-9.9-nova" } };
    const { path, body } = provider.build(call, codec);
    assert.match(`${path} ${String(body)}`, /future-image-9\.9-nova/);
  });

  for (const [name, chunkBytes] of [
    ["in one piece", undefined],
    ["byte by byte", 1],
    ["in chunks of 7 bytes", 7],
  ] as const) {
    test(`${provider.id} reads a reply that comes ${name}`, async () => {
      const { images, usage, requestId, problem } = await read({ ...whole, chunkBytes });
      assert.equal(problem, undefined);
      assert.equal(images.length, 1);
      const [received] = images;
      assert.deepEqual(Buffer.from(received?.bytes ?? []), Buffer.from(image));
      assert.equal(received?.sha256, codec.sha256Hex(image));
      assert.deepStrictEqual(usage, fixture.usage);
      assert.equal(requestId, fixture.requestId);
    });
  }

  test(`${provider.id} has every required failure in its fixture`, () => {
    const names = new Set(fixture.failures.map(({ name }) => name));
    assert.deepEqual(
      REQUIRED_FAILURES.filter((name) => !names.has(name)),
      [],
    );
  });

  for (const { name, reply, expected } of fixture.failures) {
    test(`${provider.id} explains: ${name}`, async () => {
      const error = await failureOf(provider, reply, fixture.call, codec);
      const { code, billed, retryAfterMs, usage } = error;
      assert.deepStrictEqual(
        { code, billed, retryAfterMs, usage },
        { code: expected.code, billed: expected.billed, retryAfterMs: expected.retryAfterMs, usage: expected.usage },
      );
      assert.match(error.shortMessage, expected.shortMessage ?? /./);
      assert.equal(error.provider, provider.id);
      assert.equal(error.model, fixture.call.offer.model);
    });
  }

  test(`${provider.id} calls a connection that breaks in the body possibly billed`, async () => {
    const error = await failureOf(provider, { ...whole, cutAfterBytes: 40 }, fixture.call, codec);
    assert.deepEqual([error.code, error.billed], ["network", "unknown"]);
  });

  test(`${provider.id} calls a body that ends inside the image possibly billed`, async () => {
    const start = String(whole.body).indexOf(codec.encodeBase64(image));
    const body = String(whole.body).slice(0, start + 100);
    const error = await failureOf(provider, { ...whole, body }, fixture.call, codec);
    assert.deepEqual([error.code, error.billed], ["bad_response", "unknown"]);
  });

  test(`${provider.id} calls a cut-off image in a whole reply billed, with its usage, and keeps it as received`, async () => {
    const cut = image.subarray(0, image.length - 30);
    const response = fakeResponse(fixture.reply([codec.encodeBase64(cut)]));
    const { images, problem, usage, unreadable } = await provider.read(response, fixture.call, codec);
    assert.deepEqual([images, problem?.code, problem?.billed], [[], "bad_response", "yes"]);
    assert.deepStrictEqual(usage, fixture.usage);
    assert.deepStrictEqual(
      unreadable?.map((bytes) => [...bytes]),
      [[...cut]],
    );
  });

  test(`${provider.id} keeps secrets of an error body out of the error`, async () => {
    const secret = `sk-proj-${"a1B2".repeat(10)}`;
    const body = JSON.stringify({
      error: { message: `Incorrect API key provided: ${secret}`, headers: { authorization: `Bearer ${secret}` } },
    });
    const error = await failureOf(provider, { status: 400, body }, fixture.call, codec);
    assert.equal(`${error.message} ${error.details}`.includes(secret.slice(0, 14)), false);
  });
}

async function failureOf(
  provider: HttpProvider,
  reply: FakeReply,
  call: ProviderCall,
  codec: Codec,
): Promise<ArtdeskError> {
  const response = fakeResponse(reply);
  if (response.status < 200 || response.status > 299) return provider.readError(response, call);
  try {
    await provider.read(response, call, codec);
  } catch (error) {
    if (isArtdeskError(error)) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: "the reply was read as a success" });
}
