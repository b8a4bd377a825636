import { tmpdir } from "node:os";
import {
  linkSync,
  mkdtempSync,
  rmdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryWorkspace } from "../../../test/temporary-workspace.ts";
import { openOutputHashes } from "./output-hash-cache.ts";

const CACHE = ".artdesk/cache/outputs.json";
const sha256Of = (text: string): string => hash("sha256", text, "hex");

/** The time that the file system uses, which a pinned day does not move: that of a folder made now. */
function nowOfFiles(): number {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-now-"));
  const { ctimeMs } = statSync(folder);
  rmdirSync(folder);
  return ctimeMs;
}

/** An hour later: by then a file's times say whether it was touched. */
const later = (): number => nowOfFiles() + 3_600_000;

async function hashOnce(root: string, path: string, nowMs = later): Promise<string | undefined> {
  const hashes = openOutputHashes(root, nowMs);
  const sha256 = hashes.hash(path);
  await hashes.save({ all: true });
  return sha256;
}

/** Puts a hash into the cache that no file has, keeping its time, so that it shows when the cache was believed. */
function plant(root: string, sha256: string): void {
  const path = join(root, CACHE);
  const { mtimeMs } = statSync(path);
  writeFileSync(path, readFileSync(path, "utf8").replace(/"[0-9a-f]{64}"/, `"${sha256}"`));
  utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
}

test("a file that was not touched is not read again", async () => {
  const { root } = temporaryWorkspace({ "a.png": "one" });
  expect(await hashOnce(root, "a.png")).toBe(sha256Of("one"));
  plant(root, sha256Of("planted"));
  expect(await hashOnce(root, "a.png")).toBe(sha256Of("planted"));
});

test.each([
  [
    "other bytes of the same length, with the old modification time",
    (path: string) => {
      const { atime, mtime } = statSync(path);
      writeFileSync(path, "two");
      utimesSync(path, atime, mtime);
    },
  ],
  [
    "another file in its place",
    (path: string) => {
      writeFileSync(`${path}.new`, "two");
      renameSync(`${path}.new`, path);
    },
  ],
  ["a file written over", (path: string) => writeFileSync(path, "two")],
])("%s is read", async (_, change) => {
  const { root } = temporaryWorkspace({ "a.png": "one" });
  await hashOnce(root, "a.png");
  plant(root, sha256Of("planted"));
  change(join(root, "a.png"));
  expect(await hashOnce(root, "a.png")).toBe(sha256Of("two"));
});

test("the hash of a file that has just changed is not kept: it may change again within the clock's step", async () => {
  const { root } = temporaryWorkspace({ "a.png": "one", "b.png": "b" });
  expect(await hashOnce(root, "a.png", nowOfFiles)).toBe(sha256Of("one"));
  expect(readFileSync(join(root, CACHE), "utf8")).not.toContain("a.png");
  await hashOnce(root, "a.png");
  expect(readFileSync(join(root, CACHE), "utf8")).toContain("a.png");
});

test("a missing file has no hash, and its old one is dropped", async () => {
  const { root } = temporaryWorkspace({ "a.png": "one" });
  await hashOnce(root, "a.png");
  rmSync(join(root, "a.png"));
  expect(await hashOnce(root, "a.png")).toBeUndefined();
  expect(readFileSync(join(root, CACHE), "utf8")).not.toContain("a.png");
});

test("a look at some files keeps what is known of the others", async () => {
  const { root } = temporaryWorkspace({ "a.png": "one", "b.png": "b" });
  await hashOnce(root, "a.png");
  const hashes = openOutputHashes(root, later);
  hashes.hash("b.png");
  await hashes.save({ all: false });
  expect(readFileSync(join(root, CACHE), "utf8")).toMatch(/a\.png.*b\.png/);
});

test("links and foreign paths are refused, known or not", async () => {
  const { root, outside } = temporaryWorkspace({ "a.png": "one" });
  await hashOnce(root, "a.png");
  rmSync(join(root, "a.png"));
  symlinkSync(join(outside, "secret.png"), join(root, "a.png"));
  linkSync(join(outside, "secret.png"), join(root, "b.png"));
  const hashes = openOutputHashes(root, later);
  expect(() => hashes.hash("a.png")).toThrow("The path `a.png` is a symbolic link.");
  expect(() => hashes.hash("b.png")).toThrow("The path `b.png` is a hard link");
  expect(() => hashes.hash("../outside/secret.png")).toThrow("leads out of the workspace");
});
