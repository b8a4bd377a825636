import { describe, expect, test } from "vitest";
import type { CatalogueRow } from "./catalogue/row.ts";
import { readBrief } from "./brief.ts";
import { ArtdeskError, type ArtdeskErrorOptions } from "./errors.ts";
import type { ArtdeskEvent } from "./events.ts";
import { generateImages, type GenerateHost, type GenerateOptions, type PlannedRequest, wishesFor } from "./generate.ts";
import { createLedger } from "./ledger/ledger.ts";
import type { Reservation } from "./ledger/types.ts";
import { createMemoryLedgerStore } from "./memory-ledger-store.ts";
import { nodeCodec } from "./node/node-codec.ts";
import type { Policy } from "./policy/policy.ts";
import { presetPolicy } from "./policy/presets.ts";
import { exampleOffer, exampleRequest, exampleRow } from "./testing/example-call.ts";
import { exampleProvider, exampleReply } from "./testing/example-provider.ts";
import { fakeClock } from "./testing/fake-clock.ts";
import { type FakeStep, fakeHttp } from "./testing/fake-http.ts";
import type { Budget, Decision, GenerateResult } from "./types.ts";

/** Three models of two providers; `b` makes one image per call. */
const ROWS: readonly CatalogueRow[] = [
  exampleRow({ provider: "a", id: "a-1" }),
  exampleRow({ provider: "a", id: "a-2" }),
  exampleRow({ provider: "b", id: "b-1", maxImagesPerCall: 1 }),
];
const ALL = ["a-1", "a-2", "b-1"];
const DONE = exampleReply({ images: 1, costMicroUsd: 50_000 });

const NUMERIC: Intl.CollatorOptions = { numeric: true };

function failure(options: Partial<ArtdeskErrorOptions>): ArtdeskError {
  return new ArtdeskError({ code: "unavailable", shortMessage: "No.", billed: "no", ...options });
}

const UNKNOWN = failure({ code: "network", billed: "unknown" });
const BUSY = failure({ code: "rate_limited" });

interface Setting {
  models?: readonly string[];
  count?: number;
  policy?: Partial<Policy>;
  budget?: Budget;
  /** Reserves for the first offer beforehand. */
  hold?: boolean;
  options?: GenerateOptions;
  /** Models of the decision that is made when the budget moved. */
  replanned?: readonly string[];
  change?: (host: GenerateHost) => Partial<GenerateHost>;
}

interface Outcome {
  result: GenerateResult;
  /** Models in the order in which they got a POST. */
  sent: string[];
  /** Images that each POST asked for. */
  asked: number[];
  heldIds: string[];
  /** State and amount of each line in the books, in the order of the reservations. */
  lines: [string, number][];
  replans: number;
}

function rowOf(model: string): CatalogueRow {
  const row = ROWS.find(({ id }) => id === model);
  if (!row) throw new RangeError(`no row for ${model}`);
  return row;
}

function decisionFor(models: readonly string[], count: number): Decision {
  const offers = models.map((model) => exampleOffer({ provider: rowOf(model).provider, model, count }));
  const decision: Decision = {
    offers,
    rejected: [],
    requiredTier: "standard",
    brief: readBrief(exampleRequest({ count })),
    warnings: [],
  };
  const blocked = { code: "budget_exceeded", message: "Nothing fits the budget.", hint: "" } as const;
  return offers.length > 0 ? decision : { ...decision, blocked };
}

/** Runs one request; the script answers the POSTs in order. */
async function generate(script: readonly FakeStep[], setting: Setting = {}): Promise<Outcome> {
  const { models = ALL, count = 1, policy = {}, budget = {} } = setting;
  const clock = fakeClock();
  const http = fakeHttp(script);
  let ids = 0;
  let replans = 0;
  const random = { next: () => 0, id: () => `id-${(ids += 1)}` };
  const ledger = createLedger({ store: createMemoryLedgerStore(), clock, random, budget, run: "run" });
  const none = async (): Promise<void> => {};
  const host: GenerateHost = {
    http,
    clock,
    random,
    codec: nodeCodec,
    ledger,
    journal: { begin: none, submitted: none, keep: none, end: none },
    policy: { ...presetPolicy("auto"), ...policy },
    rowOf,
    providerOf: (id) => exampleProvider(id),
    replan: async () => {
      replans += 1;
      return decisionFor(setting.replanned ?? [], count);
    },
    stageNote: async () => undefined,
  };
  const planned = { request: exampleRequest({ count }), decision: decisionFor(models, count) };
  const held = setting.hold ? await holdFirst(host, planned) : undefined;
  const options = { ...setting.options, held };
  const result = await generateImages({ ...host, ...setting.change?.(host) }, planned, options);
  const bodies = http.requests.map(
    ({ request }) => JSON.parse(String(request.body)) as { model: string; count: number },
  );
  const entries = (await ledger.entries()).toSorted((left, right) => left.id.localeCompare(right.id, "en", NUMERIC));
  const lines = entries.map(({ state, microUsd }): [string, number] => [state, microUsd]);
  expect(http.stepsLeft()).toBe(0);
  return {
    result,
    sent: bodies.map(({ model }) => model),
    asked: bodies.map(({ count: images }) => images),
    heldIds: (held ?? []).map(({ id }) => id),
    lines,
    replans,
  };
}

async function holdFirst(host: GenerateHost, planned: PlannedRequest): Promise<readonly Reservation[]> {
  const offer = planned.decision.offers[0];
  if (!offer) throw new RangeError("nothing to hold");
  const positions = Array.from({ length: planned.request.count }, (_, position) => position);
  const calls = wishesFor(planned, offer, positions, rowOf(offer.model), host.random, "");
  return host.ledger.reserve(calls.map(({ wish }) => wish));
}

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
