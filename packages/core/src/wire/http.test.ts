import { describe, expect, test } from "vitest";
import { ArtdeskError } from "../basics/errors.ts";
import { nodeCodec } from "../node/platform/node-codec.ts";
import { fakeResponse } from "../testing/fake-http.ts";
import { readJsonWithImages } from "./http.ts";
import {
  bodyError,
  failureOfStatus,
  readErrorBody,
  replyError,
  retryAfterMs,
  type CallSubject,
} from "./reply-error.ts";

const subject: CallSubject = { provider: "openai", providerName: "OpenAI", model: "gpt-image-2", requestId: "req_1" };
const options = { codec: nodeCodec, imageKeys: ["b64_json"], subject };
const image = Buffer.alloc(3000, 7);
const reply = `{"data":[{"b64_json":"${image.toString("base64")}"},{"b64_json":"${image.toString("base64")}"}]}`;

test.each([
  [302, "", {}, "bad_response", "no"],
  [400, "", {}, "invalid_request", "no"],
  [401, "", {}, "auth_failed", "no"],
  [402, "", {}, "quota_exhausted", "no"],
  [403, "", {}, "auth_failed", "no"],
  [404, "", {}, "bad_response", "no"],
  [408, "", {}, "timeout", "unknown"],
  [409, "", {}, "unavailable", "unknown"],
  [413, "", {}, "invalid_request", "no"],
  [422, "", {}, "invalid_request", "no"],
  [429, "", {}, "rate_limited", "no"],
  [500, "", { "retry-after": "5" }, "unavailable", "unknown"],
  [502, "upstream overloaded", {}, "unavailable", "unknown"],
  [503, "", {}, "unavailable", "unknown"],
  [503, "", { "retry-after": "5" }, "unavailable", "no"],
  [503, "The model is overloaded.", {}, "unavailable", "no"],
  [504, "", {}, "timeout", "unknown"],
  [524, "", {}, "unavailable", "unknown"],
  [529, "Overloaded", {}, "unavailable", "no"],
] as const)("status %i %j %j means %s, billed %s", (status, body, headers, code, billed) => {
  expect(failureOfStatus(status, headers, body)).toEqual({ code, billed });
});

test.each([
  [{ "retry-after-ms": "15.2" }, 16],
  [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
  [{ "retry-after": "2" }, 2000],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": " 1.5 " }, 1500],
  [{ "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT", date: "Mon, 23 Nov 2026 12:00:00 GMT" }, 30_000],
  [{ "retry-after": "Mon, 23 Nov 2026 11:59:00 GMT", date: "Mon, 23 Nov 2026 12:00:00 GMT" }, 0],
  [{ "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT" }, undefined],
  [{ "retry-after": "soon", date: "Mon, 23 Nov 2026 12:00:00 GMT" }, undefined],
  [{ "retry-after": "-3" }, undefined],
  [{}, undefined],
])("%j asks for %s ms", (headers: Record<string, string>, expected) => {
  expect(retryAfterMs(headers)).toBe(expected);
});

test("a retry date is counted from the time given", () => {
  expect(retryAfterMs({ "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT" }, Date.UTC(2026, 10, 23, 12, 0, 10))).toBe(
    20_000,
  );
});

describe("an error body", () => {
  test("is read up to the limit, and no further chunk is asked for", async () => {
    let chunks = 0;
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          chunks += 1;
          yield new Uint8Array(1000).fill(65);
        }
      } finally {
        isClosed = true;
      }
    }
    expect(await readErrorBody(endless())).toHaveLength(65_536);
    expect([chunks, isClosed]).toEqual([66, true]);
  });

  test("that breaks off gives what came", async () => {
    expect(await readErrorBody(fakeResponse({ body: "Überlastet!", cutAfterBytes: 7, chunkBytes: 1 }).body)).toBe(
      "Überla",
    );
  });

  test("becomes an error with everything known in it, redacted", () => {
    const body = '{"error":{"message":"no key sk-abcdefghijkl"}}';
    const response = fakeResponse({ status: 401, headers: { "retry-after": "1" } });
    const error = replyError(response, body, subject, { message: "no key\nsk-abcdefghijkl" });
    expect(error).toMatchObject({
      code: "auth_failed",
      billed: "no",
      status: 401,
      provider: "openai",
      model: "gpt-image-2",
      requestId: "req_1",
      retryAfterMs: 1000,
      shortMessage: "OpenAI answered 401 for gpt-image-2. no key [redacted]",
      details: '{"error":{"message":"no key [redacted]"}}',
      hint: "Check the key, and that its account may use this model.",
    });
  });
});

describe("a JSON reply with images", () => {
  test("is read whole", async () => {
    const { json, problem } = await readJsonWithImages(fakeResponse({ body: reply, chunkBytes: 11 }), options);
    expect(problem).toBeUndefined();
    expect(json).toEqual({ data: [{ b64_json: new Uint8Array(image) }, { b64_json: new Uint8Array(image) }] });
  });

  test("that breaks off keeps the images that were complete, possibly billed", async () => {
    const { json, images, problem } = await readJsonWithImages(
      fakeResponse({ body: reply, cutAfterBytes: reply.length - 20 }),
      options,
    );
    expect(json).toBeUndefined();
    expect(images).toEqual([new Uint8Array(image)]);
    expect(problem).toMatchObject({
      code: "network",
      billed: "unknown",
      provider: "openai",
      model: "gpt-image-2",
      requestId: "req_1",
    });
  });

  test("that ends too early is no JSON", async () => {
    const { problem } = await readJsonWithImages(fakeResponse({ body: reply.slice(0, -1) }), options);
    expect(problem).toMatchObject({ code: "bad_response", billed: "unknown" });
    expect(problem?.details).not.toContain("AAAA");
  });

  test("that is larger than allowed is left at once", async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('{"data":[{"b64_json":"');
        for (;;) yield new Uint8Array(1000).fill(65);
      } finally {
        isClosed = true;
      }
    }
    const { problem } = await readJsonWithImages(
      { status: 200, headers: {}, body: endless() },
      { ...options, maxBytes: 50_000 },
    );
    expect(problem).toMatchObject({
      code: "bad_response",
      billed: "unknown",
      shortMessage: "OpenAI sent more than the 50000 bytes that a reply may have.",
    });
    expect(isClosed).toBe(true);
  });

  test("with a wrong or enormous content-length is read all the same", async () => {
    for (const length of ["1", "999999999999", "-5", "many"]) {
      const { json } = await readJsonWithImages(
        fakeResponse({ body: reply, headers: { "content-length": length } }),
        options,
      );
      expect(json).toEqual({ data: [{ b64_json: new Uint8Array(image) }, { b64_json: new Uint8Array(image) }] });
    }
  });
});

test("an error of a body is never called unbilled", () => {
  const aborted = new ArtdeskError({ code: "aborted", shortMessage: "The call was aborted.", billed: "no" });
  expect(bodyError(aborted, subject)).toMatchObject({
    code: "aborted",
    billed: "unknown",
    shortMessage: "The call was aborted.",
    cause: aborted,
  });
  expect(bodyError(new Error("socket hang up, Bearer abcdefgh12345678"), subject)).toMatchObject({
    code: "network",
    billed: "unknown",
    details: "socket hang up, Bearer [redacted]",
  });
});
