import { type FaultInput, type Simulator, startSimulator } from "@artdesk/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Journal } from "../src/basics/ports.ts";
import type { GenerateResult } from "../src/basics/receipt.ts";
import type { ImageRequest } from "../src/basics/types.ts";
import { createMemoryLedgerStore } from "../src/buy/ledger/memory-ledger-store.ts";
import { TODAY_MS, tieredCatalogue, verifyDesk, type VerifyDeskOptions } from "./verify-desk.ts";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ seed: 7, now: () => TODAY_MS });
});
beforeEach(() => {
  simulator.reset();
  simulator.adherence({ rules: [{ rate: 0.6 }] });
});
afterAll(() => simulator.close());

const MODEL = "gpt-image-2";
/** `low` is good enough to begin with, `high` is what there is above it. */
const catalogue = tieredCatalogue(MODEL, { low: "standard", high: "premium" });

const ELEMENTS = ["a woman", "> a red dress", "rain", "market stalls", "> lanterns above them"];
const REQUEST: ImageRequest = { prompt: "A woman at an evening market", elements: ELEMENTS, verify: "report" };

function deskFor(options: VerifyDeskOptions = {}): ReturnType<typeof verifyDesk> {
  const desk = verifyDesk(simulator, { catalogue, ...options });
  onTestFinished(() => desk.close());
  return desk;
}

/** Ledger, receipt and bank agree to the micro-USD. */
async function expectSameMoney(desk: ReturnType<typeof verifyDesk>, { receipt }: GenerateResult): Promise<void> {
  const lines = await desk.ledger.entries();
  const booked = lines.filter(({ state }) => state === "settled").reduce((sum, { microUsd }) => sum + microUsd, 0);
  expect(booked).toBe(simulator.statement().totalMicroUsd);
  expect(receipt.costMicroUsd).toBe(booked);
  expect(receipt.attempts).toHaveLength(lines.filter(({ outcome }) => outcome !== undefined).length);
}

test.each(["openai-decisions", "openai-vision", "gemini-vision"])(
  "%s says of every element what the image shows, and costs what the bank says",
  async (id) => {
    const desk = deskFor({ judges: [id] });
    const result = await desk.generate({ ...REQUEST, count: 6 });
    const { verification } = result.receipt;
    const verdicts = new Set<string>();
    for (const { sha256, elements, judge, sameFamily } of verification?.images ?? []) {
      expect([judge, sameFamily]).toEqual([id, id !== "gemini-vision"]);
      const truth = new Map(elements.map((element) => [element.id, simulator.isPlaced(sha256, element.question)]));
      const gated = (own: string, parent: string): boolean => (truth.get(own) ?? false) && (truth.get(parent) ?? false);
      const wanted = [truth.get("e1"), gated("e2", "e1"), truth.get("e3"), truth.get("e4"), gated("e5", "e4")];
      expect(elements.map(({ verdict }) => verdict === "placed")).toEqual(wanted);
      for (const { verdict } of elements) verdicts.add(verdict);
    }
    expect(verification?.images).toHaveLength(6);
    expect([...verdicts].toSorted()).toEqual(["dropped", "placed"]);
    await expectSameMoney(desk, result);
  },
);

test("a judge of another provider than the maker's is preferred", async () => {
  const judgeOf = async (options: VerifyDeskOptions): Promise<string | undefined> =>
    (await deskFor(options).generate(REQUEST)).receipt.verification?.images[0]?.judge;
  expect(await judgeOf({})).toBe("gemini-vision");
  expect(await judgeOf({ keys: ["openai"] })).toBe("openai-decisions");
  expect(await judgeOf({ catalogue: tieredCatalogue("gemini-3-pro-image", { default: "premium" }) })).toBe(
    "openai-decisions",
  );
});

describe("escalation", () => {
  test("makes only the images again that lack something, and delivers the better ones", async () => {
    simulator.adherence({
      rules: [
        { quality: "low", rate: 0.8 },
        { quality: "high", rate: 1 },
      ],
    });
    const desk = deskFor();
    const result = await desk.generate({ ...REQUEST, verify: "escalate", count: 8 });
    const [low, high] = result.receipt.verification?.steps ?? [];
    expect(low).toMatchObject({ quality: "low", images: 8 });
    expect(high).toMatchObject({ quality: "high", images: 8 - (low?.passed ?? 0), passed: high?.images });
    expect(low?.passed).toBeGreaterThan(0);
    expect(high?.images).toBeGreaterThan(0);
    expect(result.positions).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(result.receipt.verification?.images.map(({ verdict }) => verdict)).toEqual(Array(8).fill("placed"));
    expect(result.receipt.hashes).toEqual(result.images.map(({ sha256 }) => sha256));
    await expectSameMoney(desk, result);
    const direct = (await desk.plan({ ...REQUEST, quality: "high", verify: "off", count: 8 })).decision.offers[0];
    expect(result.receipt.verification?.savedMicroUsd).toBe(
      (direct?.estimateMicroUsd ?? 0) - result.receipt.costMicroUsd,
    );
  });

  test("notes for each image made again which one it is, so that a crash delivers it to the right place", async () => {
    simulator.adherence({ rules: [{ quality: "low", rate: 0.7 }, { rate: 1 }] });
    const begun: { quality: string; positions: readonly number[] }[] = [];
    const journal: Journal = {
      begin: async ({ quality, positions }) => void begun.push({ quality, positions }),
      submitted: async () => undefined,
      keep: async () => undefined,
      end: async () => undefined,
    };
    const { receipt } = await deskFor({ journal }).generate({ ...REQUEST, verify: "escalate", count: 8 });
    const again = receipt.verification?.images.filter(({ quality }) => quality === "high") ?? [];
    expect(again.length).toBeGreaterThan(0);
    expect(again.length).toBeLessThan(8);
    expect(begun.map(({ quality }) => quality)).toEqual(["low", "high"]);
    expect(begun[0]?.positions).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(begun[1]?.positions).toEqual(again.map(({ position }) => position));
  });

  test("learns from the ledger that the cheap offer does not pay, also in a later run", async () => {
    simulator.adherence({ rules: [{ quality: "medium", rate: 0 }, { rate: 1 }] });
    const ledger = createMemoryLedgerStore();
    const options = { ledger, catalogue: tieredCatalogue(MODEL, { medium: "standard", high: "premium" }) };
    const first = deskFor(options);
    const qualities: (string | undefined)[] = [];
    for (let index = 0; index < 40; index += 1) {
      const { receipt } = await first.generate({ ...REQUEST, elements: ["rain"], verify: "escalate" });
      qualities.push(receipt.verification?.steps[0]?.quality);
      expect(receipt.offer?.quality).toBe("high");
    }
    expect(qualities[0]).toBe("medium");
    expect(qualities.at(-1)).toBe("high");
    const { verification } = await deskFor(options).plan({ ...REQUEST, elements: ["rain"], verify: "escalate" });
    expect(verification?.chain?.steps.map(({ offer }) => offer.quality)).toEqual(["high"]);
    expect(verification?.reasons[0]).toMatch(/0 of \d+ such images had everything.*does not pay/);
  });

  /** Too little for the better offer at all, and enough for it only without what the cheap one has cost. */
  const LIMITS = [30_000, 215_000];
  test.each(
    LIMITS.flatMap((limit) => [
      { limit, what: "month", options: { budget: { monthMicroUsd: limit } }, wish: {} },
      { limit, what: "run", options: { budget: { runMicroUsd: limit } }, wish: {} },
      { limit, what: "image", options: { budget: { imageMicroUsd: limit } }, wish: {} },
      {
        limit,
        what: "tag",
        options: { budget: { tags: { client: { acme: limit } } } },
        wish: { tags: { client: "acme" } },
      },
      { limit, what: "max_cost", options: {}, wish: { maxCostUsd: limit / 1_000_000 } },
    ]),
  )("never goes past the limit $limit of the $what: the cheap image is kept", async ({ limit, options, wish }) => {
    simulator.adherence({ rules: [{ rate: 0 }] });
    const desk = deskFor({ ...options, keys: ["openai"] });
    const request: ImageRequest = { ...REQUEST, ...wish, verify: "escalate" };
    const planned = (await desk.plan(request)).verification?.chain?.steps;
    expect(planned).toHaveLength(limit === LIMITS[0] ? 1 : 2);
    const result = await desk.generate(request);
    expect(result.images).toHaveLength(1);
    expect(result.error).toBeUndefined();
    expect(result.receipt.offer?.quality).toBe("low");
    expect(result.receipt.verification?.steps).toHaveLength(1);
    expect(result.receipt.verification?.images[0]?.verdict).toBe("dropped");
    expect(result.receipt.verification?.reasons.join(" ")).toMatch(/budget|left|cap/);
    expect(simulator.statement().totalMicroUsd).toBeLessThanOrEqual(limit);
    await expectSameMoney(desk, result);
  });
});

const JUDGE = { model: "gpt-6-luna", times: "always" } as const;
const TROUBLE: readonly (readonly [string, FaultInput, RegExp])[] = [
  ["down", { ...JUDGE, kind: "server_error", status: 503 }, /503/],
  ["cut off", { ...JUDGE, kind: "cut_before_headers" }, /OpenAI|connection|network/i],
  ["refusing", { ...JUDGE, kind: "moderation" }, /refused to judge/],
  ["answering nonsense", { ...JUDGE, kind: "no_image" }, /answers none|holds no/],
  ["answering garbage", { ...JUDGE, kind: "garbage" }, /not complete JSON|answer/],
  ["out of credit", { ...JUDGE, kind: "billing_429" }, /429/],
];

describe.each(["openai-decisions", "openai-vision"])("with %s", (id) => {
  test.each(TROUBLE)("a judge that is %s costs no image: unsure, with the reason", async (_, fault, why) => {
    simulator.faults([fault]);
    const desk = deskFor({ judges: [id] });
    const result = await desk.generate({ ...REQUEST, verify: "escalate", count: 3 });
    expect(result.error).toBeUndefined();
    expect(result.images).toHaveLength(3);
    expect(result.receipt.verification?.images.map(({ verdict }) => verdict)).toEqual(["unsure", "unsure", "unsure"]);
    expect(result.receipt.verification?.reasons.join(" ")).toMatch(why);
    // Asked once, not once per image.
    expect(result.receipt.attempts.filter(({ kind }) => kind === "judge")).toHaveLength(1);
    const { totalMicroUsd } = simulator.statement();
    const { costMicroUsd, possiblyBilledMicroUsd } = result.receipt;
    expect(costMicroUsd).toBeLessThanOrEqual(totalMicroUsd);
    expect(costMicroUsd + possiblyBilledMicroUsd).toBeGreaterThanOrEqual(totalMicroUsd);
  });
});

test("a judge that does not fit the budget costs no image", async () => {
  const price = (await deskFor().plan(REQUEST)).decision.offers[0]?.worstCaseMicroUsd ?? 0;
  const desk = deskFor({ budget: { runMicroUsd: price + 10 } });
  const result = await desk.generate(REQUEST);
  expect(result.images).toHaveLength(1);
  expect(result.receipt.verification?.images[0]).toMatchObject({ verdict: "unsure" });
  expect(result.receipt.verification?.reasons.join(" ")).toContain("this run");
});

test("without elements the questions are drawn once per prompt and kept", async () => {
  const kept = new Map<string, string>();
  const questions = {
    read: async (key: string) => kept.get(key),
    write: async (key: string, text: string) => void kept.set(key, text),
  };
  const request: ImageRequest = { prompt: 'A cat on a wall, a yellow moon, a sign "OPEN"', verify: "report" };
  const first = await deskFor({ questions }).generate(request);
  const second = await deskFor({ questions }).generate(request);
  const drawn = simulator.calls().filter(({ path }) => path.endsWith("/responses"));
  expect(drawn).toHaveLength(1);
  expect(first.receipt.verification?.questions).toBe("extracted");
  expect(second.receipt.verification?.questions).toBe("stored");
  const asked = ({ receipt }: GenerateResult): string[] =>
    receipt.verification?.images[0]?.elements.map((element) => `${element.id} ${element.question}`) ?? [];
  expect(asked(second)).toEqual(asked(first));
  expect(asked(first)).toHaveLength(3);
  expect(asked(first).at(-1)).toContain('"OPEN"');
  expect(first.receipt.attempts.map(({ kind }) => kind ?? "image")).toEqual(["image", "questions", "judge"]);
});

test("requests side by side draw the questions of one prompt once", async () => {
  const desk = deskFor();
  const request: ImageRequest = { prompt: "A cat on a wall, a yellow moon", verify: "report" };
  const results = await Promise.all([desk.generate(request), desk.generate(request), desk.generate(request)]);
  expect(simulator.calls().filter(({ path }) => path.endsWith("/responses"))).toHaveLength(1);
  const sources = results.map(({ receipt }) => receipt.verification?.questions ?? "none");
  expect(sources.toSorted((left, right) => left.localeCompare(right))).toEqual(["extracted", "stored", "stored"]);
  for (const { receipt } of results) expect(receipt.verification?.images[0]?.elements).toHaveLength(2);
});

test("a storyboard card is not judged, and `off` asks nobody", async () => {
  const result = await deskFor().generate({ ...REQUEST, verify: "off" });
  expect(result.receipt.verification).toBeUndefined();
  expect(simulator.statement().entries).toHaveLength(1);
});
