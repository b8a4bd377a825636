import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { type LockEntry, lockPath, parseLockEntry, serializeLockEntry } from "./lock-entry.ts";

const sha256Hex = (text: string): string => hash("sha256", text, "hex");

const entry: LockEntry = {
  id: "docs/hero",
  fingerprint: "f".repeat(64),
  model: "gpt-image-2",
  quality: "high",
  size: "1536x1024",
  outputs: [{ path: "docs/hero.png", sha256: "a".repeat(64) }],
  costMicroUsd: 165_000,
  requestIds: ["req_1"],
};

const file = ".artdesk/lock/docs/hero.json";

test("the file has sorted keys, one field per line and a newline at the end", () => {
  expect(serializeLockEntry(entry)).toMatchInlineSnapshot(`
    "{
      "costMicroUsd": 165000,
      "fingerprint": "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "formatVersion": 1,
      "id": "docs/hero",
      "model": "gpt-image-2",
      "outputs": [
        {
          "path": "docs/hero.png",
          "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        }
      ],
      "quality": "high",
      "requestIds": [
        "req_1"
      ],
      "size": "1536x1024"
    }
    "
  `);
});

test("it is read back, with and without parent", () => {
  expect(parseLockEntry({ file, text: serializeLockEntry(entry) })).toEqual(entry);
  const refined = { ...entry, parent: "b".repeat(64) };
  expect(parseLockEntry({ file, text: serializeLockEntry(refined) })).toEqual(refined);
});

test("git conflict markers are named with their line and a way out", () => {
  const text = serializeLockEntry(entry).replace(
    '  "costMicroUsd": 165000,\n',
    '<<<<<<< HEAD\n  "costMicroUsd": 165000,\n=======\n  "costMicroUsd": 1,\n>>>>>>> other\n',
  );
  expect(() => parseLockEntry({ file, text })).toThrow(
    ".artdesk/lock/docs/hero.json:2: This lock entry has git conflict markers. Keep the side whose image file you keep (`git checkout --ours` or `--theirs`), or delete the file and generate the image again.",
  );
});

test.each([
  ["no JSON", "{", "This lock entry is not valid JSON."],
  ["a list", "[]", "This is not a valid lock entry."],
  ["no version", JSON.stringify(entry), "This is not a valid lock entry."],
  [
    "a negative cost",
    JSON.stringify({ ...entry, formatVersion: 1, costMicroUsd: -1 }),
    "This is not a valid lock entry.",
  ],
  [
    "half a micro-USD",
    JSON.stringify({ ...entry, formatVersion: 1, costMicroUsd: 0.5 }),
    "This is not a valid lock entry.",
  ],
  [
    "a short hash",
    JSON.stringify({ ...entry, formatVersion: 1, outputs: [{ path: "a.png", sha256: "abc" }] }),
    "This is not a valid lock entry.",
  ],
  ["no outputs", JSON.stringify({ ...entry, formatVersion: 1, outputs: [] }), "This is not a valid lock entry."],
  [
    "a newer format",
    JSON.stringify({ ...entry, formatVersion: 2 }),
    "This lock entry has format 2; this version of Artdesk reads up to 1.",
  ],
])("%s is refused", (_, text, message) => {
  expect(() => parseLockEntry({ file, text })).toThrow(`${file}:1: ${message}`);
});

test("the path of an entry is safe on every file system and differs per id", () => {
  expect(lockPath("docs/hero@dark#size=16,name=a%2Fb", sha256Hex)).toBe(
    ".artdesk/lock/docs/hero@dark#size=16,name=a%252Fb.json",
  );
  expect(lockPath(".hidden/a. ", sha256Hex)).toBe(".artdesk/lock/%2ehidden/a.%20.json");
  expect(lockPath('a:b"c', sha256Hex)).toBe(".artdesk/lock/a%3ab%22c.json");
  const long = lockPath(`docs/${"ä".repeat(150)}`, sha256Hex);
  expect(long).toMatch(/^\.artdesk\/lock\/docs\/ä{40}~[0-9a-f]{16}\.json$/);
  expect(long).not.toBe(lockPath(`docs/${"ä".repeat(151)}`, sha256Hex));
});

test("an entry of a final names the image that it was made from and what the whole chain cost", () => {
  const final: LockEntry = { ...entry, parent: "b".repeat(64), chainCostMicroUsd: 186_017 };
  expect(parseLockEntry({ file, text: serializeLockEntry(final) })).toEqual(final);
  for (const broken of [
    { ...final, chainCostMicroUsd: -1 },
    { ...entry, chainCostMicroUsd: 5 },
    { ...final, parent: "b" },
  ])
    expect(() => parseLockEntry({ file, text: serializeLockEntry(broken) })).toThrow("not a valid lock entry");
});
