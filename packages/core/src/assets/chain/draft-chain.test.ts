import { hash } from "node:crypto";
import { expect, test } from "vitest";
import {
  type Chain,
  chainCostMicroUsd,
  chainFolder,
  chainImages,
  type ChainStep,
  correctionsOf,
  parseChain,
  serializeChain,
} from "./draft-chain.ts";

const sha256Hex = (text: string): string => hash("sha256", text, "hex");
const folder = ".artdesk/drafts/docs/hero";
const file = `${folder}/chain.json`;

function step(change: Partial<ChainStep>): ChainStep {
  return {
    kind: "draft",
    fingerprint: "f".repeat(64),
    model: "gpt-image-2",
    quality: "low",
    size: "1024x1024",
    costMicroUsd: 6000,
    requestIds: ["req_1"],
    attemptIds: ["attempt-1"],
    outputs: [],
    ...change,
  };
}

function image(number: number): { path: string; sha256: string } {
  return { path: `${folder}/${number}.png`, sha256: String(number).repeat(64) };
}

/** Two drafts, the second refined twice, then one branch off its first refinement, and a final. */
const chain: Chain = {
  id: "docs/hero",
  steps: [
    step({ outputs: [image(1), image(2)] }),
    step({
      kind: "refine",
      parent: image(2).sha256,
      correction: "more shadow",
      costMicroUsd: 700,
      outputs: [image(3)],
    }),
    step({ kind: "refine", parent: image(3).sha256, correction: "warmer", costMicroUsd: 0, outputs: [image(4)] }),
    step({ kind: "final", parent: image(4).sha256, outputs: [{ path: "docs/hero.png", sha256: "9".repeat(64) }] }),
    step({ kind: "refine", parent: image(3).sha256, correction: "colder", outputs: [image(5)] }),
  ],
};

test("a chain survives being written and read", () => {
  const text = serializeChain(chain);
  expect(text.endsWith("}\n")).toBe(true);
  expect(parseChain({ file, folder, text })).toEqual(chain);
  expect(serializeChain(parseChain({ file, folder, text }))).toBe(text);
});

test("drafts and refinements are numbered through, finals are not", () => {
  expect(chainImages(chain).map(({ number, path }) => [number, path])).toEqual(
    [1, 2, 3, 4, 5].map((number) => [number, `${folder}/${number}.png`]),
  );
  expect(chainCostMicroUsd(chain)).toBe(3 * 6000 + 700);
});

test("corrections come in the order in which they led to an image, without those of other branches", () => {
  const corrections = chainImages(chain).map((picked) => correctionsOf(chain, picked));
  expect(corrections).toEqual([[], [], ["more shadow"], ["more shadow", "warmer"], ["more shadow", "colder"]]);
});

test("a picture that equals its parent does not make a circle", () => {
  const same = { path: `${folder}/2.png`, sha256: image(1).sha256 };
  const looped: Chain = {
    id: "docs/hero",
    steps: [
      step({ outputs: [image(1)] }),
      step({ kind: "refine", parent: same.sha256, correction: "nothing", outputs: [same] }),
    ],
  };
  const [, refined] = chainImages(looped);
  expect(refined && correctionsOf(looped, refined)).toEqual(["nothing"]);
});

test("each asset has a folder of its own that no id can leave", () => {
  expect(chainFolder("docs/hero", sha256Hex)).toBe(folder);
  expect(chainFolder("docs/hero@dark", sha256Hex)).toBe(`${folder}@dark`);
  expect(chainFolder("../../outside", sha256Hex)).toBe(".artdesk/drafts/%2e%2e/%2e%2e/outside");
});

test.each([
  ["not JSON", "{", "is not valid JSON"],
  ["another format", serializeChain(chain).replace('"formatVersion": 1', '"formatVersion": 2'), "(formatVersion)"],
  ["a key that it does not know", serializeChain(chain).replace('"kind"', '"kindred"'), "is not a valid record"],
  ["a cost that is none", serializeChain(chain).replace("6000", "-1"), "(steps.0.costMicroUsd)"],
  ["a draft elsewhere", serializeChain(chain).replace(`${folder}/1.png`, ".env"), "names a file that is not one"],
  [
    "a draft above its folder",
    serializeChain(chain).replace(`${folder}/1.png`, `${folder}/../../1.png`),
    "names a file that is not one",
  ],
  [
    "a refinement without its words",
    serializeChain(chain).replace('"correction": "warmer",', ""),
    "without its parent",
  ],
])("%s is refused with its file", (_what, text, words) => {
  expect(() => parseChain({ file, folder, text })).toThrow(
    expect.objectContaining({
      code: "invalid_request",
      shortMessage: expect.stringContaining(words) as string,
      location: { file, line: 1 },
    }),
  );
});
