import { describe, expect, test } from "vitest";
import { ALL, generate } from "../../test/generate-bench.ts";
import { ArtdeskError, type ArtdeskErrorOptions } from "../basics/errors.ts";
import type { ArtdeskEvent } from "../basics/events.ts";
import { exampleReply } from "../testing/example-provider.ts";
import type { GenerateHost, GenerateOptions } from "./generate.ts";

const DONE = exampleReply({ images: 1, costMicroUsd: 50_000 });

function failure(options: Partial<ArtdeskErrorOptions>): ArtdeskError {
  return new ArtdeskError({ code: "unavailable", shortMessage: "No.", billed: "no", ...options });
}

const UNKNOWN = failure({ code: "network", billed: "unknown" });
const BUSY = failure({ code: "rate_limited" });

describe("POSTs of one request", () => {
  test("are three per call by default, and one of them is kept for another provider", async () => {
    const { sent, result } = await generate([BUSY, BUSY, DONE]);
    expect(sent).toEqual(["a-1", "a-1", "b-1"]);
    expect([result.error, result.receipt.model, result.receipt.costMicroUsd]).toEqual([undefined, "b-1", 50_000]);
  });

  test("are used up by one model when there is no other provider", async () => {
    const { sent, result } = await generate([BUSY, BUSY, BUSY], { models: ["a-1", "a-2"] });
    expect(sent).toEqual(["a-1", "a-1", "a-1"]);
    expect(result.error?.code).toBe("rate_limited");
  });

  test("never multiply by fallbacks", async () => {
    const bad = failure({ code: "bad_response" });
    const { sent } = await generate([bad, BUSY, bad], { policy: { maxRetries: 2 } });
    expect(sent).toEqual(["a-1", "a-2", "b-1"]);
  });

  test("are one more for each more call that another provider needs", async () => {
    const noCredit = failure({ code: "quota_exhausted" });
    const { sent, result } = await generate([noCredit, DONE, DONE, DONE, DONE, DONE], { count: 5 });
    expect(sent).toEqual(["a-1", "b-1", "b-1", "b-1", "b-1", "b-1"]);
    expect(result.images.length).toBe(5);
  });
});

describe("after a call that may have been billed", () => {
  test.each([
    ["stop", ["a-1"], [["unknown", 53_000]]],
    [
      "next",
      ["a-1", "b-1"],
      [
        ["unknown", 53_000],
        ["settled", 50_000],
      ],
    ],
    [
      "retry",
      ["a-1", "a-1"],
      [
        ["unknown", 53_000],
        ["settled", 50_000],
      ],
    ],
  ] as const)("onUnknown: %s decides", async (onUnknown, models, books) => {
    const script = onUnknown === "stop" ? [UNKNOWN] : [UNKNOWN, DONE];
    const { sent, lines, result } = await generate(script, { models: ["a-1", "b-1"], policy: { onUnknown } });
    expect(sent).toEqual(models);
    expect(lines).toEqual(books);
    expect(result.receipt.possiblyBilledMicroUsd).toBe(53_000);
    expect(result.error?.code).toBe(onUnknown === "stop" ? "network" : undefined);
  });

  test("trying the same again ends with the allowance", async () => {
    const { sent, lines } = await generate([UNKNOWN, UNKNOWN, UNKNOWN], { policy: { onUnknown: "retry" } });
    expect(sent).toEqual(["a-1", "a-1", "a-1"]);
    expect(lines.map(([state]) => state)).toEqual(["unknown", "unknown", "unknown"]);
  });

  test("and surely was, nothing is bought again either", async () => {
    const empty = exampleReply({
      images: 0,
      costMicroUsd: 700,
      problem: { code: "bad_response", shortMessage: "No image.", billed: "yes" },
    });
    const { sent, lines } = await generate([empty]);
    expect(sent).toEqual(["a-1"]);
    expect(lines).toEqual([["settled", 700]]);
  });
});

describe("after an empty reply whose bill is known", () => {
  const empty = exampleReply({
    images: 0,
    costMicroUsd: 700,
    problem: { code: "unavailable", shortMessage: "Empty.", billed: "yes" },
  });

  test("the same is asked again, as a call of its own in the books", async () => {
    const { sent, lines, result } = await generate([empty, DONE]);
    expect(sent).toEqual(["a-1", "a-1"]);
    expect(lines).toEqual([
      ["settled", 700],
      ["settled", 50_000],
    ]);
    expect([result.error, result.receipt.costMicroUsd]).toEqual([undefined, 50_700]);
  });

  test("the last POST is for another provider", async () => {
    const { sent, result } = await generate([empty, empty, DONE]);
    expect(sent).toEqual(["a-1", "a-1", "b-1"]);
    expect(result.error).toBeUndefined();
  });

  test("it ends with the POSTs of the request", async () => {
    const { sent, result } = await generate([empty, empty, empty], { models: ["a-1"] });
    expect([sent.length, result.error?.code]).toEqual([3, "unavailable"]);
  });
});

describe("after a refusal", () => {
  test.each(["no", "yes", "unknown"] as const)("that was billed: %s, onRefusal alone decides", async (billed) => {
    const refused = failure({ code: "content_refused", billed });
    const stopped = await generate([refused], { policy: { onUnknown: "retry" } });
    expect(stopped.sent).toEqual(["a-1"]);
    const moved = await generate([refused, DONE], { policy: { onUnknown: "stop", onRefusal: "next" } });
    expect(moved.sent).toEqual(["a-1", "a-2"]);
    expect(moved.result.error).toBeUndefined();
  });

  test("of one call, an unknown outcome of another does not send the refused one again", async () => {
    const refused = failure({ code: "content_refused" });
    const { sent, result } = await generate([UNKNOWN, refused], {
      models: ["b-1"],
      count: 2,
      policy: { onUnknown: "retry" },
    });
    expect(sent).toEqual(["b-1", "b-1"]);
    expect(result.error?.code).toBe("network");
  });
});

describe("what need not be tried again", () => {
  test.each([
    ["a provider whose key is refused", failure({ code: "auth_failed", status: 401 }), "b-1"],
    ["a provider without credit", failure({ code: "quota_exhausted", status: 429 }), "b-1"],
    ["only the model that is not served", failure({ code: "auth_failed", status: 404 }), "a-2"],
    ["only the model that is busy", failure({ code: "rate_limited", retryAfterMs: 3_600_000 }), "a-2"],
  ])("is %s", async (_name, error, next) => {
    const events: ArtdeskEvent[] = [];
    const options = { onEvent: (event: ArtdeskEvent) => void events.push(event) };
    const { sent } = await generate([error, DONE], { options });
    expect(sent).toEqual(["a-1", next]);
    expect(events.find(({ type }) => type === "fallback")).toMatchObject({ to: { model: next }, code: error.code });
  });

  test("holds for every call of several", async () => {
    const noCredit = failure({ code: "quota_exhausted" });
    const bad = failure({ code: "bad_response" });
    const { sent } = await generate([bad, noCredit], { models: ["b-1"], count: 2 });
    expect(sent).toEqual(["b-1", "b-1"]);
  });
});

describe("images that came", () => {
  test("are kept when one of four calls fails, in their places", async () => {
    const { result, lines } = await generate([DONE, DONE, UNKNOWN, DONE], { models: ["b-1"], count: 4 });
    expect(result.images.length).toBe(3);
    expect(result.positions).toEqual([0, 1, 3]);
    expect(result.error?.code).toBe("network");
    expect(lines.map(([state]) => state).toSorted()).toEqual(["settled", "settled", "settled", "unknown"]);
    expect(result.receipt).toMatchObject({ costMicroUsd: 150_000, possiblyBilledMicroUsd: 53_000 });
  });

  test("are not made again with the missing one", async () => {
    const bad = failure({ code: "bad_response" });
    const { result, sent, asked } = await generate([DONE, bad, DONE, DONE], { models: ["b-1", "a-1"], count: 3 });
    expect([sent, asked]).toEqual([
      ["b-1", "b-1", "b-1", "a-1"],
      [1, 1, 1, 1],
    ]);
    expect([result.images.length, result.positions, result.error]).toEqual([3, [0, 1, 2], undefined]);
  });

  test("of one call that delivers three of four are kept, and nothing more is bought", async () => {
    const problem = { code: "bad_response", shortMessage: "3 of 4.", billed: "yes" } as const;
    const three = exampleReply({ images: 3, costMicroUsd: 150_000, problem });
    const { result, lines, asked } = await generate([three], { count: 4 });
    expect([result.images.length, asked, lines]).toEqual([3, [4], [["settled", 150_000]]]);
    expect(result.error?.shortMessage).toBe("3 of 4.");
  });

  test("are kept when the ledger fails for another call", async () => {
    let begun = 0;
    const { result, sent } = await generate([DONE, DONE], {
      models: ["b-1"],
      count: 3,
      change: ({ ledger }) => ({
        ledger: {
          ...ledger,
          begin: async (reservation) => {
            begun += 1;
            if (begun === 2) throw new Error("disk full");
            await ledger.begin(reservation);
          },
        },
      }),
    });
    expect([result.images.length, sent.length]).toEqual([2, 2]);
    expect(result.error).toMatchObject({ code: "unavailable", details: "disk full" });
    expect(result.receipt.warnings).toHaveLength(1);
  });

  test("are kept when the ledger fails before the next offer", async () => {
    let reserved = 0;
    const { result } = await generate([DONE, failure({ code: "bad_response" })], {
      models: ["b-1", "a-1"],
      count: 2,
      change: ({ ledger }) => ({
        ledger: {
          ...ledger,
          reserve: async (wishes) => {
            reserved += 1;
            if (reserved === 2) throw new Error("gone");
            return ledger.reserve(wishes);
          },
        },
      }),
    });
    expect(result.images.length).toBe(1);
    expect(result.error).toMatchObject({ code: "unavailable", details: "gone" });
  });

  test("are kept when a listener throws, with a warning", async () => {
    const onEvent = (): never => {
      throw new TypeError("no screen");
    };
    const { result } = await generate([DONE], { options: { onEvent } });
    expect([result.images.length, result.error]).toEqual([1, undefined]);
    expect(result.receipt.warnings).toContain('Showing "attempt_ended" failed: no screen');
  });
});

describe("money", () => {
  test("that was held is used once, for the first offer", async () => {
    const { result, lines, sent, heldIds } = await generate([failure({ code: "bad_response" }), DONE], {
      models: ["a-1", "b-1"],
      hold: true,
    });
    expect(sent).toEqual(["a-1", "b-1"]);
    expect(result.receipt.attempts[0]?.id).toBe(heldIds[0]);
    expect(result.receipt.attempts[1]?.id).not.toBe(heldIds[0]);
    expect(lines).toEqual([
      ["released", 0],
      ["settled", 50_000],
    ]);
  });

  test("that was held is given back when the request was stopped before", async () => {
    const { sent, lines } = await generate([], { hold: true, count: 2, options: { signal: AbortSignal.abort() } });
    expect([sent, lines]).toEqual([[], [["released", 0]]]);
  });

  test("that is gone at the last moment leads to what still fits", async () => {
    const { result, sent, replans } = await generate([DONE], {
      models: ["a-1"],
      replanned: ["b-1"],
      change: refuseFirstReservation,
    });
    expect([sent, replans, result.error]).toEqual([["b-1"], 1, undefined]);
  });

  test("that fits nothing is an error, and nothing is sent", async () => {
    const { result, sent, lines, replans } = await generate([], { budget: { monthMicroUsd: 1000 } });
    expect([sent, lines, replans, result.error?.code]).toEqual([[], [], 1, "budget_exceeded"]);
  });

  test("that is raced for again and again ends in an error", async () => {
    const { sent, replans, result } = await generate([], { budget: { monthMicroUsd: 1000 }, replanned: ALL });
    expect([sent, replans, result.error?.code]).toEqual([[], 3, "budget_exceeded"]);
  });

  test("cannot be reserved: rejects, because nothing was tried", async () => {
    const reserve = async (): Promise<never> => Promise.reject(failure({ shortMessage: "No database." }));
    const attempt = generate([], { change: ({ ledger }) => ({ ledger: { ...ledger, reserve } }) });
    await expect(attempt).rejects.toMatchObject({ code: "unavailable", shortMessage: "No database." });
  });
});

function refuseFirstReservation({ ledger }: GenerateHost): Partial<GenerateHost> {
  let reserved = 0;
  return {
    ledger: {
      ...ledger,
      reserve: async (wishes) => {
        reserved += 1;
        if (reserved === 1) throw failure({ code: "budget_exceeded" });
        return ledger.reserve(wishes);
      },
    },
  };
}

describe("stopping", () => {
  test("before the first call sends and books nothing", async () => {
    const { result, sent, lines } = await generate([], { options: { signal: AbortSignal.abort() } });
    expect([sent, lines, result.error?.code]).toEqual([[], [], "aborted"]);
  });

  test("between two offers sends nothing more", async () => {
    const abort = new AbortController();
    const options: GenerateOptions = {
      signal: abort.signal,
      onEvent: ({ type }) => type === "fallback" && abort.abort(),
    };
    const { result, sent } = await generate([failure({ code: "bad_response" })], { options });
    expect([sent, result.error?.code]).toEqual([["a-1"], "aborted"]);
  });
});
