import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { readYaml } from "../../node/files/read-yaml.ts";
import { expandAssets } from "../prompts/expand-assets.ts";
import { parsePromptFile } from "../prompts/prompt-file.ts";
import { fingerprint, type FingerprintInput } from "./fingerprint.ts";

const sha256Hex = (text: string): string => hash("sha256", text, "hex");

function fingerprintOf(text: string, more: Partial<FingerprintInput> = {}): string {
  const [asset] = expandAssets(parsePromptFile({ file: "a.image.md", text, readYaml }));
  if (!asset) throw new Error("one asset expected");
  return fingerprint({ request: asset.request, referenceHashes: [], ...more }, sha256Hex);
}

const base = "---\npurpose: docs\naspect: 3:2\n---\nA fox.\nIt runs.";

test("it is the same on every machine", () => {
  expect(fingerprintOf(base)).toMatchInlineSnapshot(
    `"180606d1777e6be40135123c244dd231027ba525335aadec85a8dc0fdea6defe"`,
  );
});

test.each([
  ["comments and order of keys", "---\n# a comment\naspect: 3:2\npurpose: docs # another\n---\nA fox.\nIt runs."],
  [
    "line ends and white space at line ends",
    "---\r\npurpose: docs\r\naspect: 3:2\r\n---\r\n\r\nA fox.  \r\nIt runs.\r\n\r\n",
  ],
  [
    "alternative text, cost limit and tags",
    "---\npurpose: docs\naspect: 3:2\nalt: x\nmax_cost: 1\ntags: {a: b}\n---\nA fox.\nIt runs.",
  ],
  [
    "a default that is written out",
    "---\npurpose: docs\naspect: 3:2\nresolution: 1K\ncount: 1\noperation: generate\n---\nA fox.\nIt runs.",
  ],
  ["another place for the same format", "---\noutput: x/y.png\npurpose: docs\naspect: 3:2\n---\nA fox.\nIt runs."],
])("%s do not change it", (_, text) => {
  expect(fingerprintOf(text)).toBe(fingerprintOf(base));
});

test.each([
  ["the prompt", "---\npurpose: docs\naspect: 3:2\n---\nA fox.\nIt runs!"],
  ["a line break inside the prompt", "---\npurpose: docs\naspect: 3:2\n---\nA fox.\n\nIt runs."],
  ["the purpose", "---\npurpose: client\naspect: 3:2\n---\nA fox.\nIt runs."],
  ["the size", "---\npurpose: docs\nsize: 1536x1024\n---\nA fox.\nIt runs."],
  ["the resolution", "---\npurpose: docs\naspect: 3:2\nresolution: 2K\n---\nA fox.\nIt runs."],
  ["the quality", "---\npurpose: docs\naspect: 3:2\nquality: low\n---\nA fox.\nIt runs."],
  ["the model", "---\npurpose: docs\naspect: 3:2\nmodel: x\n---\nA fox.\nIt runs."],
  ["the count", "---\npurpose: docs\naspect: 3:2\ncount: 2\n---\nA fox.\nIt runs."],
  ["text to render", "---\npurpose: docs\naspect: 3:2\ntext: [a]\n---\nA fox.\nIt runs."],
  ["the same words as elements", "---\npurpose: docs\naspect: 3:2\nelements: [a]\n---\nA fox.\nIt runs."],
  ["transparency", "---\npurpose: docs\naspect: 3:2\ntransparent: true\n---\nA fox.\nIt runs."],
  ["the format", "---\noutput: a.jpg\npurpose: docs\naspect: 3:2\n---\nA fox.\nIt runs."],
])("%s changes it", (_, text) => {
  expect(fingerprintOf(text)).not.toBe(fingerprintOf(base));
});

test("references with their order, mask, style and format version change it", () => {
  const [one, two] = ["1".repeat(64), "2".repeat(64)];
  const all = [
    fingerprintOf(base),
    fingerprintOf(base, { referenceHashes: [one] }),
    fingerprintOf(base, { referenceHashes: [one, two] }),
    fingerprintOf(base, { referenceHashes: [two, one] }),
    fingerprintOf(base, { referenceHashes: [one], maskHash: two }),
    fingerprintOf(base, { style: "Watercolour." }),
    fingerprintOf(base, { formatVersion: 2 }),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(fingerprintOf(base, { style: "Watercolour.\r\n" })).toBe(fingerprintOf(base, { style: "Watercolour." }));
});
