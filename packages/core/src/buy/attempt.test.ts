import { describe, expect, test } from "vitest";
import { bench, failure, said } from "../../test/attempt-bench.ts";
import { runAttempt } from "./attempt.ts";
import { Overruns } from "./overruns.ts";
import { presetPolicy } from "../decide/policy/presets.ts";
import { type ExampleReply, exampleReply } from "../testing/example-provider.ts";
import type { Attempt } from "../basics/receipt.ts";
import type { PixelSize } from "../basics/types.ts";

const IMAGE_MICRO_USD = 53_000;

describe("waiting before the same call is sent again", () => {
  const busy = failure({ code: "unavailable" });

  test.each([
    [0, [375, 750, 1500, 3000, 6000, 6000]],
    [0.5, [438, 875, 1750, 3500, 7000, 7000]],
    [0.999_999, [500, 1000, 2000, 4000, 8000, 8000]],
  ])("doubles from half a second to eight, less up to a quarter by chance: %d", async (random, delays) => {
    const { run, clock } = await bench(
      Array.from({ length: 7 }, () => busy),
      { random, allowance: { left: 7 } },
    );
    const { attempt } = await run();
    expect(clock.sleeps).toEqual(delays);
    expect(attempt).toMatchObject({ posts: 7, outcome: "failed", billed: "no", costMicroUsd: 0 });
  });

  test("is as long as the provider asks, without chance", async () => {
    const { run, clock, events } = await bench([
      failure({ retryAfterMs: 34_000 }),
      { status: 429, headers: { "retry-after": "2" } },
      exampleReply({ images: 1 }),
    ]);
    expect((await run()).attempt).toMatchObject({ posts: 3, outcome: "delivered" });
    expect(clock.sleeps).toEqual([34_000, 2000]);
    expect(events.map(({ type }) => type)).toEqual(["attempt_started", "waiting", "waiting", "attempt_ended"]);
  });

  test.each([
    [60_000, 2],
    [60_001, 1],
  ])("a provider that asks for %d ms gets %d POSTs", async (retryAfterMs, posts) => {
    const { run, http } = await bench([failure({ retryAfterMs }), exampleReply({ images: 1 })]);
    await run();
    expect(http.requests.length).toBe(posts);
  });

  test("ends with the deadline, and what is left of it limits the next send", async () => {
    const policy = { ...presetPolicy("auto"), deadlineMs: 10_000 };
    const script = [failure({ retryAfterMs: 4000 }), failure({ retryAfterMs: 6000 })];
    const { run, http, clock } = await bench(script, { policy });
    expect((await run()).error?.code).toBe("rate_limited");
    expect(http.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([10_000, 6000]);
    expect(clock.sleeps).toEqual([4000]);
  });
});

describe("sending again", () => {
  test.each([
    ["a cut connection", failure({ code: "network", billed: "unknown" })],
    ["a time-out", failure({ code: "timeout", billed: "unknown" })],
    ["an unclear server error", failure({ code: "unavailable", billed: "unknown" })],
    ["a billed failure", failure({ code: "unavailable", billed: "yes" })],
    ["a refusal", failure({ code: "content_refused" })],
    ["no credit", failure({ code: "quota_exhausted", retryAfterMs: 1 })],
    ["a refused key", failure({ code: "auth_failed" })],
    ["a wrong request", failure({ code: "invalid_request" })],
    ["a bad answer", failure({ code: "bad_response" })],
  ])("never happens after %s", async (_name, error) => {
    const { run, http, clock } = await bench([error]);
    expect((await run()).error).toBe(error);
    expect(http.requests.length).toBe(1);
    expect(clock.sleeps).toEqual([]);
  });

  test("happens after a connection that was never made", async () => {
    const { run } = await bench([failure({ code: "network" }), exampleReply({ images: 1 })]);
    expect((await run()).attempt).toMatchObject({ posts: 2, outcome: "delivered" });
  });

  test("leaves POSTs for others", async () => {
    const { run, http, task } = await bench([failure({}), failure({})], { keepPosts: 1 });
    await run();
    expect(http.requests.length).toBe(2);
    expect(task.allowance.left).toBe(1);
  });

  test("calls side by side share one allowance, also while they wait", async () => {
    const allowance = { left: 3 };
    const first = await bench([failure({}), failure({}), failure({})], { allowance, manual: true });
    const second = await bench([failure({}), failure({}), failure({})], { allowance, manual: true });
    const runs = Promise.all([first.run(), second.run()]);
    await first.clock.advance(60_000);
    await second.clock.advance(60_000);
    await first.clock.advance(60_000);
    await runs;
    expect(first.http.requests.length + second.http.requests.length).toBe(3);
    expect(allowance.left).toBe(0);
  });
});

describe("stopping", () => {
  test("while waiting sends nothing more and costs nothing", async () => {
    const abort = new AbortController();
    const { run, clock, http, line } = await bench([failure({})], { signal: abort.signal, manual: true });
    const running = run();
    await clock.advance(100);
    abort.abort();
    const { error, attempt } = await running;
    expect([error?.code, error?.billed, attempt.posts, http.requests.length]).toEqual(["aborted", "no", 1, 1]);
    expect(await line()).toEqual(["released", 0]);
  });

  test("during the call leaves it possibly billed", async () => {
    const { run, line } = await bench([failure({ code: "aborted", billed: "unknown" })]);
    expect((await run()).attempt).toMatchObject({ outcome: "unknown", billed: "unknown", costMicroUsd: 60_000 });
    expect(await line()).toEqual(["unknown", 60_000]);
  });

  test("before the call sends nothing", async () => {
    const { run, http, line } = await bench([], { signal: AbortSignal.abort() });
    expect((await run()).attempt).toMatchObject({ posts: 0, billed: "no" });
    expect(http.requests).toEqual([]);
    expect(await line()).toEqual(["released", 0]);
  });
});

/** Two images were asked for; each name says what the books then hold. */
const ENDINGS: readonly [string, ExampleReply, Attempt["outcome"], [string, number]][] = [
  ["what the provider states", { images: 2, costMicroUsd: 90_000 }, "delivered", ["settled", 90_000]],
  ["else the price table", { images: 2 }, "delivered", ["settled", 2 * IMAGE_MICRO_USD]],
  [
    "what the provider states for fewer images",
    { images: 1, costMicroUsd: 50_000, problem: said({ code: "bad_response", billed: "yes" }) },
    "partial",
    ["settled", 50_000],
  ],
  [
    "the whole reservation as unknown when the reply broke off between images",
    { images: 1, problem: said({ code: "network", billed: "unknown" }) },
    "partial",
    ["unknown", 120_000],
  ],
  [
    "the whole reservation when only the end with the usage is lost",
    { images: 2, problem: said({ code: "network", billed: "unknown" }) },
    "delivered",
    ["settled", 120_000],
  ],
  [
    "tokens that were billed without an image",
    { images: 0, costMicroUsd: 700, problem: said({ code: "bad_response", billed: "yes" }) },
    "failed",
    ["settled", 700],
  ],
  [
    "a refusal that was billed",
    { images: 0, costMicroUsd: 9, problem: said({ code: "content_refused", billed: "yes" }) },
    "refused",
    ["settled", 9],
  ],
  [
    "a refusal that was not",
    { images: 0, problem: said({ code: "content_refused", billed: "no" }) },
    "refused",
    ["released", 0],
  ],
  [
    "all as unknown when it was billed without saying how much",
    { images: 0, problem: said({ code: "bad_response", billed: "yes" }) },
    "unknown",
    ["unknown", 120_000],
  ],
];

describe("the books", () => {
  test("begin before anything is sent, keep the images before the money, and end last", async () => {
    const { run, steps, line } = await bench([exampleReply({ images: 1, costMicroUsd: 41_000 })]);
    await run();
    expect(steps).toEqual(["journal.begin", "ledger.begin", "send", "keep 1 for 41000", "settle", "end settled"]);
    expect(await line()).toEqual(["settled", 41_000]);
  });

  test.each(ENDINGS)("hold %s", async (_name, reply, outcome, expected) => {
    const { run, line, steps } = await bench([exampleReply(reply)], { count: 2 });
    const { images, attempt } = await run();
    expect(images.length).toBe(reply.images);
    expect(attempt).toMatchObject({ outcome, costMicroUsd: expected[1] });
    expect(await line()).toEqual(expected);
    expect(steps.at(-1)).toBe(`end ${expected[0]}`);
    if (reply.images > 0) expect(steps).toContain(`keep ${reply.images} for ${expected[1]}`);
  });

  test("that cannot be written after the image arrived do not cost the image", async () => {
    const { host, task } = await bench([exampleReply({ images: 1 })]);
    const settle = async (): Promise<never> => Promise.reject(new Error("disk full"));
    const result = await runAttempt({ ...host, ledger: { ...host.ledger, settle } }, task);
    expect(result.images.length).toBe(1);
    expect(result.attempt.outcome).toBe("delivered");
    expect(result.error).toBeUndefined();
    expect(result.booksError).toMatchObject({ code: "unavailable", billed: "yes", details: "disk full" });
  });

  test.each(["journal", "ledger"] as const)("that cannot be begun (%s) keep the call from being sent", async (part) => {
    const { host, task, http, line } = await bench([exampleReply({ images: 1 })]);
    const begin = async (): Promise<never> => Promise.reject(new Error("disk full"));
    const result = await runAttempt({ ...host, [part]: { ...host[part], begin } }, task);
    expect(http.requests).toEqual([]);
    expect(result.attempt).toMatchObject({ posts: 0, billed: "no", costMicroUsd: 0 });
    expect(result.booksError?.code).toBe("unavailable");
    expect(await line()).toEqual(["released", 0]);
  });
});

describe("a provider that draws by itself", () => {
  const card = { bytes: new Uint8Array(1), mediaType: "image/png", widthPx: 1024, heightPx: 1024, sha256: "" };

  test("sends nothing and is booked", async () => {
    const draw = (): { images: (typeof card)[]; usage: undefined; requestId: undefined } => ({
      images: [card],
      usage: undefined,
      requestId: undefined,
    });
    const { run, http, line } = await bench([], { provider: { kind: "local", id: "example", name: "Example", draw } });
    expect((await run()).attempt).toMatchObject({ posts: 0, images: 1, outcome: "delivered" });
    expect(http.requests).toEqual([]);
    expect((await line())?.[0]).toBe("settled");
  });

  test("and fails costs nothing", async () => {
    const draw = (): never => {
      throw new RangeError("too large");
    };
    const { run, line } = await bench([], { provider: { kind: "local", id: "example", name: "Example", draw } });
    expect((await run()).error).toMatchObject({ code: "bad_response", billed: "no", details: "too large" });
    expect(await line()).toEqual(["released", 0]);
  });
});

describe("money and images that nobody asked for", () => {
  test("a call above what was set aside is booked in full and told, and the next ones set that much aside", async () => {
    const overruns = new Overruns();
    const { host, task, line } = await bench([exampleReply({ images: 1, costMicroUsd: 90_000 })]);
    const { attempt, warnings } = await runAttempt({ ...host, overruns }, task);
    expect([attempt.costMicroUsd, await line()]).toEqual([90_000, ["settled", 90_000]]);
    expect(warnings).toEqual([
      "example-image-1 billed $0.09 for a call that could cost $0.06 at most by its prices: it is booked in full, and the model's next calls set that much aside.",
    ]);
    expect([overruns.amountFor("example-image-1", 60_000), overruns.amountFor("another", 60_000)]).toEqual([
      90_000, 60_000,
    ]);
  });

  test("a call within what was set aside is nothing to tell", async () => {
    const overruns = new Overruns();
    const { host, task } = await bench([exampleReply({ images: 1, costMicroUsd: 60_000 })]);
    expect((await runAttempt({ ...host, overruns }, task)).warnings).toEqual([]);
    expect(overruns.amountFor("example-image-1", 60_000)).toBe(60_000);
  });

  test.each<[string, PixelSize, string[]]>([
    ["smaller", { widthPx: 512, heightPx: 512 }, ["512x512"]],
    ["of another shape", { widthPx: 1200, heightPx: 1000 }, ["1200x1000"]],
    ["a few pixels off", { widthPx: 1040, heightPx: 1024 }, []],
    ["larger", { widthPx: 2048, heightPx: 2048 }, []],
  ])("an image that is %s is delivered, and told where it matters", async (_, pixels, sizes) => {
    const { host, task } = await bench([exampleReply({ images: 1, pixels, costMicroUsd: 60_000 })]);
    const { images: delivered, warnings } = await runAttempt(host, task);
    expect(delivered).toHaveLength(1);
    expect(warnings).toEqual(
      sizes.map((size) => `example-image-1 made ${size} where 1024x1024 was asked for: delivered as it came.`),
    );
  });

  test.each<[string, (() => Promise<string>) | undefined, RegExp]>([
    [
      "kept and told where",
      () => Promise.resolve("the attic"),
      /sent 2 more images with example-image-1.*: kept in the attic\.$/,
    ],
    ["told when they cannot be kept", () => Promise.reject(new Error("disk full")), /could not be kept \(disk full\)/],
    ["told where nothing keeps them", undefined, /nothing here keeps it/],
  ])("extra images are %s, and the image is delivered", async (_, keeper, words) => {
    const { host, task, line } = await bench([exampleReply({ images: 1, extras: 2, costMicroUsd: 55_000 })]);
    const journal = { ...host.journal, ...(keeper && { keepExtras: keeper }) };
    const { images, attempt, warnings, error } = await runAttempt({ ...host, journal }, task);
    expect([images.length, attempt.outcome, error, await line()]).toEqual([
      1,
      "delivered",
      undefined,
      ["settled", 55_000],
    ]);
    expect(warnings).toEqual([expect.stringMatching(words)]);
  });

  test("a reply with nothing but extras has failed, and is booked by what it states", async () => {
    const problem = said({ code: "bad_response", billed: "yes" });
    const { run, line } = await bench([exampleReply({ images: 0, extras: 1, costMicroUsd: 20_000, problem })]);
    const { images, attempt, error } = await run();
    expect([images, attempt.outcome, attempt.billed, error?.code]).toEqual([[], "failed", "yes", "bad_response"]);
    expect(await line()).toEqual(["settled", 20_000]);
  });

  test("a reply with nothing but extras and no usage may have cost all that was set aside", async () => {
    const problem = said({ code: "bad_response", billed: "unknown" });
    const { run, line } = await bench([exampleReply({ images: 0, extras: 1, problem })]);
    expect((await run()).attempt).toMatchObject({ outcome: "failed", billed: "unknown", costMicroUsd: 60_000 });
    expect(await line()).toEqual(["unknown", 60_000]);
  });
});
