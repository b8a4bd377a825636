import { expect, test } from "vitest";
import { generate, type Setting } from "../../test/generate-bench.ts";
import { ArtdeskError } from "../basics/errors.ts";
import type { Journal } from "../basics/ports.ts";
import { exampleReply } from "../testing/example-provider.ts";

const BASE = exampleReply({ images: 1, pixels: { widthPx: 512, heightPx: 512 }, costMicroUsd: 20_000 });
const LARGE = exampleReply({ images: 1, costMicroUsd: 6_000 });
const REFUSED = new ArtdeskError({ code: "content_refused", shortMessage: "No.", billed: "no" });
const BUSY = new ArtdeskError({ code: "rate_limited", shortMessage: "Busy.", billed: "no" });
/** One offer in two steps, and one at once. */
const TWO_STEPS: Setting = { models: ["a-1+b-1", "a-2"], policy: { maxRetries: 0 } };

/** A journal that writes down what it is told. */
function listeningJournal(notes: string[]): Journal {
  const note = (text: string): Promise<void> => {
    notes.push(text);
    return Promise.resolve();
  };
  return {
    begin: ({ attemptId, enlarge, base }) =>
      note(
        `begin ${attemptId}${enlarge ? ` for ${enlarge.model} to ${enlarge.size}` : ""}${base ? ` of ${base}` : ""}`,
      ),
    submitted: () => note("submitted"),
    keep: (attemptId) => note(`keep ${attemptId}`),
    end: (attemptId, outcome) => note(`end ${attemptId} ${outcome}`),
  };
}

test("the smaller image is kept and settled before the call that enlarges it, as it came, begins", async () => {
  const notes: string[] = [];
  const { result, sent, factors, lines } = await generate([BASE, LARGE], {
    ...TWO_STEPS,
    change: () => ({ journal: listeningJournal(notes) }),
  });
  expect([result.error, result.images.length, result.receipt.model]).toEqual([undefined, 1, "a-1"]);
  expect(result.receipt.attempts.map(({ kind, model }) => [kind, model])).toEqual([
    ["base", "a-1"],
    [undefined, "b-1"],
  ]);
  expect([sent, lines]).toEqual([
    ["a-1", "b-1"],
    [
      ["settled", 20_000],
      ["settled", 6_000],
    ],
  ]);
  // Of the image that came, whatever size was asked for.
  expect(factors).toEqual([undefined, 4]);
  expect(notes).toEqual([
    "begin id-1 for b-1 to 2048x2048",
    "keep id-1",
    "end id-1 settled",
    "begin id-2 of id-1",
    "keep id-2",
    "end id-2 settled",
  ]);
});

test("money for both is set aside in one write, or nothing is sent", async () => {
  const { sent, replans, lines } = await generate([], { ...TWO_STEPS, budget: { runMicroUsd: 105_999 } });
  expect([sent, replans, lines]).toEqual([[], 1, []]);
  const held = await generate([BASE, LARGE], { ...TWO_STEPS, budget: { runMicroUsd: 106_000 }, hold: true });
  expect([held.heldIds.length, held.sent]).toEqual([2, ["a-1", "b-1"]]);
});

test("without the smaller image nothing is enlarged, and that money is free again", async () => {
  const { sent, lines, result } = await generate([REFUSED], TWO_STEPS);
  expect([sent, result.error?.code]).toEqual([["a-1"], "content_refused"]);
  expect(lines).toEqual([
    ["released", 0],
    ["released", 0],
  ]);
  const moved = await generate([REFUSED, LARGE], { ...TWO_STEPS, policy: { onRefusal: "next" } });
  expect([moved.sent, moved.result.receipt.model]).toEqual([["a-1", "a-2"], "a-2"]);
});

test("an image that could not be kept is not enlarged", async () => {
  const { sent, lines, result } = await generate([BASE], {
    ...TWO_STEPS,
    change: () => ({
      journal: { ...listeningJournal([]), keep: () => Promise.reject(new Error("The disk is full.")) },
    }),
  });
  expect([sent, result.images, result.error?.code]).toEqual([["a-1"], [], "unavailable"]);
  expect(lines).toEqual([
    ["settled", 20_000],
    ["released", 0],
  ]);
});

test("when enlarging fails, no other model is bought in its place", async () => {
  const { sent, lines, result } = await generate([BASE, BUSY], {
    ...TWO_STEPS,
    policy: { maxRetries: 0, onUnknown: "next" },
  });
  expect([sent, result.images]).toEqual([["a-1", "b-1"], []]);
  expect(lines).toEqual([
    ["settled", 20_000],
    ["released", 0],
  ]);
  expect(result.error).toMatchObject({
    code: "rate_limited",
    billed: "no",
    shortMessage: "The image of a-1 at 512x512 is paid for and kept, but was not enlarged: Busy.",
    hint: "Run again: the image is not bought a second time, only enlarged.",
  });
});
