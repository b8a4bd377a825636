import { expect, test } from "vitest";
import type { AssetSpec } from "../asset-spec.ts";
import { assetStatus, lockBelongsToFile } from "./asset-status.ts";
import type { LockEntry } from "./lock-entry.ts";

const [one, two, now, before] = ["1", "2", "a", "b"].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
  string,
];

const asset: AssetSpec = {
  id: "hero",
  file: "hero.image.md",
  line: 1,
  output: "hero.png",
  request: { prompt: "A fox.", count: 2 },
  references: [],
  mask: undefined,
  alt: undefined,
  lines: {},
};

const lock: LockEntry = {
  id: "hero",
  fingerprint: now,
  model: "m",
  quality: "low",
  size: "1x1",
  outputs: [
    { path: "hero-1.png", sha256: one },
    { path: "hero-2.png", sha256: two },
  ],
  costMicroUsd: 1,
  requestIds: [],
};

test.each([
  ["new", undefined, now, [undefined, undefined], "It was not generated yet."],
  ["own_output", undefined, now, [undefined, one], "hero-2.png exists, and Artdesk did not make it: it is kept."],
  [
    "changed",
    lock,
    before,
    [one, two],
    "The prompt, its parameters, its references or the style changed since it was made.",
  ],
  ["missing_output", lock, now, [one, undefined], "hero-2.png does not exist."],
  [
    "missing_output",
    {
      ...lock,
      outputs: [
        { path: "old-1.png", sha256: one },
        { path: "old-2.png", sha256: two },
      ],
    },
    now,
    [undefined, undefined],
    "hero-1.png does not exist (it was made as old-1.png).",
  ],
  ["missing_output", { ...lock, outputs: lock.outputs.slice(0, 1) }, now, [one, undefined], "1 of 2 images were made."],
  ["edited_output", lock, now, [one, one], "hero-2.png is not the file that was made: it was edited or replaced."],
  ["unchanged", lock, now, [one, two], "The prompt and the file are as they were when it was made."],
  [
    "unchanged",
    {
      ...lock,
      outputs: [
        { path: "old-1.png", sha256: one },
        { path: "old-2.png", sha256: two },
      ],
    },
    now,
    [one, two],
    "The prompt and the file are as they were when it was made.",
  ],
] as const)("%s: %#", (status, entry, fingerprint, outputHashes, reason) => {
  expect(assetStatus({ asset, fingerprint, lock: entry, outputHashes })).toEqual({ status, reason });
});

test("lock entries belong to the file whose id they start with", () => {
  expect(
    ["docs/a", "docs/a@x", "docs/a#n=1", "docs/ab", "docs/a/b"].map((id) => lockBelongsToFile(id, "docs/a")),
  ).toEqual([true, true, true, false, false]);
});
