import { expect, it } from "vitest";
import { grayPng } from "../../test/gray-png.ts";
import { ArtdeskError, isArtdeskError } from "../basics/errors.ts";
import type { JobProvider, JobStep } from "../models/adapter/provider.ts";
import { nodeCodec } from "../node/platform/node-codec.ts";
import { fakeClock, fakeHttp, type FakeHttp, type FakeStep } from "../testing/index.ts";
import { collectJob, type CollectedJob } from "./collect-job.ts";

const JOB = { id: "job-1", model: "example/image" };
const PNG = grayPng(64, 64);
const FILE = { status: 200, headers: { "content-type": "image/png" }, body: PNG };
const WAIT: JobStep = { kind: "wait" };
const DONE: JobStep = { kind: "done", files: [{ url: "https://files.example.com/1.png" }], billedUnits: 2 };

/** The body of each reply is the step that it means. */
function provider(cancel?: JobProvider["cancel"]): JobProvider {
  const request = { provider: "example", method: "GET", path: "/jobs/job-1", headers: {} } as const;
  return {
    kind: "job",
    id: "example",
    name: "Example",
    auth: { header: "x", prefix: "", keyVariable: "X", baseUrlVariable: "Y", defaultBaseUrl: "https://example.com" },
    build: () => request,
    readSubmitted: () => Promise.resolve(JOB),
    status: () => ({
      request,
      read: async ({ status, body }) => {
        let text = "";
        for await (const chunk of body) text += new TextDecoder().decode(chunk);
        if (status === 200) return JSON.parse(text) as JobStep;
        throw new ArtdeskError({ code: status === 503 ? "unavailable" : "auth_failed", shortMessage: text });
      },
    }),
    cancel,
    readError: () => Promise.reject(new Error("not asked")),
  };
}

function steps(...replies: readonly (JobStep | FakeStep)[]): FakeHttp {
  return fakeHttp(replies.map((reply) => (typeof reply === "object" && "kind" in reply ? { body: reply } : reply)));
}

async function collect(
  http: FakeHttp,
  options: { clock?: ReturnType<typeof fakeClock>; signal?: AbortSignal; count?: number; cancel?: boolean } = {},
): Promise<CollectedJob | ArtdeskError> {
  const clock = options.clock ?? fakeClock();
  const cancel: JobProvider["cancel"] = options.cancel
    ? () => ({ provider: "example", method: "PUT", path: "/jobs/job-1/cancel", headers: {} })
    : undefined;
  try {
    return await collectJob({ http, clock, codec: nodeCodec }, provider(cancel), JOB, {
      count: options.count ?? 1,
      deadlineMs: clock.nowMs() + 60_000,
      signal: options.signal,
    });
  } catch (error) {
    if (isArtdeskError(error)) return error;
    throw error;
  }
}

it("asks with growing pauses until the job is done, then fetches its images", async () => {
  const clock = fakeClock();
  const http = steps(WAIT, WAIT, WAIT, DONE, FILE);
  const result = await collect(http, { clock });
  expect(result).toMatchObject({
    billedUnits: 2,
    problem: undefined,
    images: [{ widthPx: 64, mediaType: "image/png" }],
  });
  expect(clock.sleeps).toEqual([500, 750, 1125]);
  expect(http.downloads).toEqual([{ provider: "example", url: "https://files.example.com/1.png" }]);
});

it("goes on through errors that may pass, because asking is free", async () => {
  const broken = new ArtdeskError({ code: "network", shortMessage: "cut", billed: "unknown" });
  const result = await collect(steps(broken, { status: 503, body: "busy" }, DONE, { status: 503 }, FILE));
  expect(result).toMatchObject({ images: [{ widthPx: 64 }], problem: undefined });
});

it("leaves the end open when it cannot ask any more", async () => {
  const result = await collect(steps(WAIT, { status: 401, body: "key?" }));
  expect(result).toMatchObject({ code: "auth_failed", billed: "unknown", requestId: "job-1", provider: "example" });
});

it("leaves the end open at the deadline", async () => {
  const http = fakeHttp(Array.from({ length: 100 }, () => ({ body: WAIT })));
  const clock = fakeClock();
  const startMs = clock.nowMs();
  const result = await collect(http, { clock });
  expect(result).toMatchObject({ code: "timeout", billed: "unknown", requestId: "job-1" });
  expect(clock.nowMs() - startMs).toBe(60_000);
});

it("keeps what a definite end says of the bill", async () => {
  const error = { code: "content_refused", shortMessage: "no", billed: "no" } as const;
  const read: FakeStep = { body: "failed" };
  const failing: JobProvider = {
    ...provider(),
    status: () => ({
      request: { provider: "example", method: "GET", path: "/", headers: {} },
      read: () => Promise.resolve({ kind: "failed", error: new ArtdeskError(error) }),
    }),
  };
  const host = { http: fakeHttp([read]), clock: fakeClock(), codec: nodeCodec };
  const ended = collectJob(host, failing, JOB, { count: 1, deadlineMs: host.clock.nowMs() + 1000 });
  await expect(ended).rejects.toMatchObject({ ...error, requestId: "job-1" });
});

it.each([true, false])("when stopped, withdraws a job only where that is free (%s)", async (isFree) => {
  const stop = new AbortController();
  const http = steps(() => {
    stop.abort();
    return { body: WAIT };
  }, {});
  const result = await collect(http, { signal: stop.signal, cancel: isFree });
  expect(result).toMatchObject({ code: "aborted", billed: "unknown", requestId: "job-1" });
  expect(http.requests.map(({ request }) => request.path)).toEqual(
    isFree ? ["/jobs/job-1", "/jobs/job-1/cancel"] : ["/jobs/job-1"],
  );
});

it("keeps the images that came when others cannot be fetched", async () => {
  const two: JobStep = {
    kind: "done",
    files: [{ url: "https://a.example/1" }, { url: "https://a.example/2" }],
    billedUnits: undefined,
  };
  const result = await collect(steps(two, FILE, { status: 404 }), { count: 2 });
  expect(result).toMatchObject({ images: [{ widthPx: 64 }], problem: { code: "bad_response", billed: "unknown" } });
});

it.each<[string, FakeStep, RegExp]>([
  ["a redirect to nowhere", { status: 302 }, /leads on, and does not say where to/],
  ["a page", { headers: { "content-type": "text/html" }, body: "<html>" }, /The address answered with text\/html/],
  ["a page that claims to be a PNG", { headers: { "content-type": "image/png" }, body: "<html>hi" }, /is an HTML page/],
  [
    "a stated length above the limit",
    { headers: { "content-length": "2147483648" }, body: PNG },
    /larger than 100000000/,
  ],
  ["a bomb", { body: grayPngClaiming(60_000, 60_000) }, /claims 60000x60000 pixels/],
  ["an image that is gone", { status: 410 }, /no longer at its address/],
  ["nothing", { body: "" }, /is empty/],
])("refuses %s", async (_name, reply, message) => {
  const result = await collect(steps(DONE, reply));
  expect(result).toMatchObject({ code: "bad_response", billed: "unknown", requestId: "job-1" });
  expect(isArtdeskError(result) ? result.shortMessage : "").toMatch(message);
});

it("stops reading a body without end at the limit", async () => {
  let sentBytes = 0;
  const chunk = new Uint8Array(1_000_000);
  const http = steps(DONE);
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      sentBytes += chunk.length;
      yield await Promise.resolve(chunk);
    }
  };
  const result = await collect({
    ...http,
    download: () => Promise.resolve({ status: 200, headers: {}, body: endless() }),
  });
  expect(isArtdeskError(result) ? result.shortMessage : "").toBe("The image is larger than 100000000 bytes.");
  expect(sentBytes).toBe(101_000_000);
});

function grayPngClaiming(widthPx: number, heightPx: number): Uint8Array {
  const bytes = Buffer.from(grayPng(1, 1));
  bytes.writeUInt32BE(widthPx, 16);
  bytes.writeUInt32BE(heightPx, 20);
  return bytes;
}
