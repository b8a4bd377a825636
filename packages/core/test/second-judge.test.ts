import { type FaultInput, type Simulator, startSimulator } from "@artdesk/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { GenerateResult } from "../src/basics/receipt.ts";
import type { ImageRequest } from "../src/basics/types.ts";
import { buildQuestions } from "../src/judge/questions/build-questions.ts";
import { TODAY_MS, tieredCatalogue, verifyDesk, type VerifyDeskOptions } from "./verify-desk.ts";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ seed: 3, now: () => TODAY_MS });
});
beforeEach(() => {
  simulator.reset();
  simulator.adherence({ rules: [{ rate: 1 }] });
});
afterAll(() => simulator.close());

const catalogue = tieredCatalogue("gpt-image-2", { low: "standard", high: "premium" });
const REQUEST: ImageRequest = { prompt: "A red kite over a field", elements: ["a kite", "a field"], verify: "report" };

function deskFor(options: VerifyDeskOptions = {}): ReturnType<typeof verifyDesk> {
  const desk = verifyDesk(simulator, { catalogue, ...options });
  onTestFinished(() => desk.close());
  return desk;
}

/** The models that are asked of an image by OpenAI, in the order in which they are asked. */
const FIRST = "gemini-3.5-flash-lite";
const SECOND = "gpt-6-luna";

interface FaultSelection {
  model: string;
  times: number | "always";
  after?: number;
}

type Trouble = "fine" | "down" | "cut off" | "refusing" | "answering nonsense" | "answering garbage" | "out of credit";
const FAULTS: Readonly<Record<Exclude<Trouble, "fine">, (selection: FaultSelection) => FaultInput>> = {
  down: (selection) => ({ ...selection, kind: "server_error", status: 503 }),
  "cut off": (selection) => ({ ...selection, kind: "cut_before_headers" }),
  refusing: (selection) => ({ ...selection, kind: "moderation" }),
  "answering nonsense": (selection) => ({ ...selection, kind: "no_image" }),
  "answering garbage": (selection) => ({ ...selection, kind: "garbage" }),
  "out of credit": (selection) => ({ ...selection, kind: "billing_429" }),
};
const TROUBLES = [
  "fine",
  "down",
  "cut off",
  "refusing",
  "answering nonsense",
  "answering garbage",
  "out of credit",
] as const;

function breakJudge(model: string, trouble: Trouble): FaultInput[] {
  return trouble === "fine" ? [] : [FAULTS[trouble]({ model, times: "always" })];
}

/** Receipt and books hold the same calls; what is settled was billed, and what was billed is settled or possibly billed. */
async function expectOnTheBooks(desk: ReturnType<typeof verifyDesk>, { receipt }: GenerateResult): Promise<void> {
  const lines = await desk.ledger.entries();
  const byId = (calls: readonly { id: string; model: string; outcome: unknown; microUsd: number }[]): unknown =>
    calls.map(({ id, model, outcome, microUsd }) => `${id} ${model} ${String(outcome)} ${microUsd}`).toSorted();
  expect(byId(lines.map((line) => ({ ...line, microUsd: line.state === "released" ? 0 : line.microUsd })))).toEqual(
    byId(receipt.attempts.map((attempt) => ({ ...attempt, microUsd: attempt.costMicroUsd }))),
  );
  const sum = (state: string): number =>
    lines.filter((line) => line.state === state).reduce((total, { microUsd }) => total + microUsd, 0);
  expect(sum("settled")).toBe(receipt.costMicroUsd);
  expect(sum("unknown")).toBe(receipt.possiblyBilledMicroUsd);
  const { totalMicroUsd } = simulator.statement();
  expect(receipt.costMicroUsd).toBeLessThanOrEqual(totalMicroUsd);
  expect(receipt.costMicroUsd + receipt.possiblyBilledMicroUsd).toBeGreaterThanOrEqual(totalMicroUsd);
}

const judgesAsked = ({ receipt }: GenerateResult): string[] =>
  receipt.attempts.filter(({ kind }) => kind === "judge").map(({ model }) => model);

describe.each(TROUBLES)("first judge %s", (first) => {
  test.each(TROUBLES)("second judge %s: both on the books, the image delivered", async (second) => {
    simulator.faults([...breakJudge(FIRST, first), ...breakJudge(SECOND, second)]);
    const desk = deskFor();
    const result = await desk.generate({ ...REQUEST, count: 3 });
    const { verification } = result.receipt;
    expect(result.error).toBeUndefined();
    expect(result.images).toHaveLength(3);
    const isJudged = first === "fine" || second === "fine";
    expect(verification?.images.map(({ verdict }) => verdict)).toEqual(Array(3).fill(isJudged ? "placed" : "unsure"));
    // A judge that failed is asked once in a request, and never a third one.
    const expected = first === "fine" ? [FIRST, FIRST, FIRST] : [FIRST, SECOND, ...(isJudged ? [SECOND, SECOND] : [])];
    expect(judgesAsked(result)).toEqual(expected);
    expect(verification?.images.map(({ judgeModel }) => judgeModel)).toEqual(
      Array(3).fill(first === "fine" ? FIRST : SECOND),
    );
    expect(verification?.images.map(({ sameFamily }) => sameFamily)).toEqual(Array(3).fill(first !== "fine"));
    const reasons = verification?.reasons.join(" ") ?? "";
    if (first === "fine") expect(reasons).toBe("");
    else if (isJudged) expect(reasons).toMatch(/^Gemini 3.5 Flash-Lite: .* OpenAI Decisions was asked instead\.$/);
    else expect(reasons).toMatch(/^Gemini 3.5 Flash-Lite: .* OpenAI Decisions: .*\.$/);
    expect(verification?.images.every(({ reason }) => (reason === undefined) === isJudged)).toBe(true);
    await expectOnTheBooks(desk, result);
  });
});

test("what the second judge finds missing is made again, and it looks at that, too", async () => {
  simulator.adherence({ rules: [{ quality: "low", rate: 0 }, { rate: 1 }] });
  simulator.faults(breakJudge(FIRST, "refusing"));
  const desk = deskFor();
  const result = await desk.generate({ ...REQUEST, verify: "escalate" });
  expect(result.receipt.verification?.steps.map(({ quality, passed }) => [quality, passed])).toEqual([
    ["low", 0],
    ["high", 1],
  ]);
  expect(judgesAsked(result)).toEqual([FIRST, SECOND, SECOND]);
  await expectOnTheBooks(desk, result);
});

test("with one key the other judge of the same provider is asked, and then nobody", async () => {
  simulator.faults(breakJudge(SECOND, "answering nonsense"));
  const desk = deskFor({ keys: ["openai"] });
  const result = await desk.generate(REQUEST);
  expect(judgesAsked(result)).toEqual([SECOND, SECOND]);
  expect(result.receipt.verification?.images[0]).toMatchObject({ verdict: "unsure", judge: "openai-vision" });
  await expectOnTheBooks(desk, result);
});

test("a judge that does not fit the budget is passed over for one that does", async () => {
  const { images } = await deskFor().generate({ ...REQUEST, verify: "off" });
  const [image] = images;
  if (!image) throw new RangeError("no image");
  const questions = buildQuestions(REQUEST.elements ?? [], []);
  simulator.reset();
  // At worst two questions about an image cost 2,541 at the judge that comes first, and 2,271 at the one of Google.
  const enough = deskFor({ budget: { runMicroUsd: 2_400 } });
  const { judged, attempts, notes } = await enough.judge(image, questions);
  expect([judged.verdict, judged.judge]).toEqual(["placed", "gemini-vision"]);
  expect(attempts.map(({ model }) => model)).toEqual([FIRST]);
  expect(notes).toEqual([
    expect.stringMatching(/OpenAI Decisions: .*this run.* Gemini 3.5 Flash-Lite was asked instead/),
  ]);
  const short = await deskFor({ budget: { runMicroUsd: 100 } }).judge(image, questions);
  expect([short.judged.verdict, short.attempts]).toEqual(["unsure", []]);
  expect(short.judged.reason).toMatch(/OpenAI Decisions: .*this run.*Gemini 3.5 Flash-Lite: .*this run/);
  expect(simulator.calls()).toHaveLength(1);
});

test("what the first judge may have cost counts before the second one is asked", async () => {
  simulator.faults(breakJudge(FIRST, "cut off"));
  const image = (await deskFor().plan(REQUEST)).decision.offers[0]?.worstCaseMicroUsd ?? 0;
  const plenty = await deskFor().generate(REQUEST);
  const judge = plenty.receipt.attempts.find(({ model }) => model === FIRST)?.costMicroUsd ?? 0;
  expect(judge).toBeGreaterThan(0);
  simulator.reset();
  simulator.faults(breakJudge(FIRST, "cut off"));
  const desk = deskFor();
  const result = await desk.generate({ ...REQUEST, maxCostUsd: (image + judge + 10) / 1_000_000 });
  expect(judgesAsked(result)).toEqual([FIRST]);
  expect(result.receipt.verification?.images[0]?.verdict).toBe("unsure");
  await expectOnTheBooks(desk, result);
});

test.each(TROUBLES)("questions are drawn by another model when the first one is %s", async (trouble) => {
  simulator.faults(breakJudge(SECOND, trouble));
  const desk = deskFor();
  const result = await desk.generate({ prompt: "A cat on a wall, a yellow moon", verify: "report" });
  const drawing = result.receipt.attempts.filter(({ kind }) => kind === "questions").map(({ model }) => model);
  expect(drawing).toEqual(trouble === "fine" ? [SECOND] : [SECOND, FIRST]);
  expect(result.receipt.verification).toMatchObject({ questions: "extracted" });
  expect(result.receipt.verification?.images[0]?.elements).toHaveLength(2);
  await expectOnTheBooks(desk, result);
});

test("when nobody can draw questions, the image is kept and the receipt says why", async () => {
  simulator.faults([...breakJudge(FIRST, "down"), ...breakJudge(SECOND, "refusing")]);
  const desk = deskFor();
  const result = await desk.generate({ prompt: "A cat on a wall, a yellow moon", verify: "report" });
  expect(result.images).toHaveLength(1);
  expect(result.receipt.attempts.map(({ kind }) => kind ?? "image")).toEqual(["image", "questions", "questions"]);
  expect(result.receipt.verification?.images[0]?.verdict).toBe("unsure");
  expect(result.receipt.verification?.reasons.filter((reason) => reason.startsWith("No questions were"))).toHaveLength(
    2,
  );
  await expectOnTheBooks(desk, result);
});

describe("a comparison", () => {
  const both = {
    ...catalogue,
    rows: [...catalogue.rows, ...tieredCatalogue("gemini-3-pro-image", { default: "premium" }).rows],
  };
  const compare = async (): ReturnType<ReturnType<typeof verifyDesk>["compare"]> =>
    deskFor({ catalogue: both }).compare(REQUEST, { models: ["gpt-image-2@low", "gemini-3-pro-image"], attempts: 3 });

  test("turns to another judge before the first verdict, and measures all images by that one", async () => {
    simulator.faults(breakJudge(SECOND, "down"));
    const { models } = await compare();
    expect(models.flatMap(({ judged }) => judged.map(({ judgeModel }) => judgeModel))).toEqual(Array(6).fill(FIRST));
  });

  test("does not change the judge after the first verdict", async () => {
    simulator.faults([FAULTS.refusing({ model: SECOND, after: 2, times: 1 })]);
    const { models } = await compare();
    const asked = models.flatMap(({ attempts }) => attempts.filter(({ kind }) => kind === "judge"));
    expect(new Set(asked.map(({ model }) => model))).toEqual(new Set([SECOND]));
    expect(models.map(({ judged }) => judged.map(({ verdict }) => verdict))).toEqual([
      ["placed", "placed", "unsure"],
      ["placed", "placed", "placed"],
    ]);
  });
});
