import { createMemoryLedgerStore, type LedgerStore } from "@artdesk/core";
import { expect, it } from "vitest";
import type { ListedAsset, Project } from "../src/asked/project.ts";
import { CLAIM_MS, claimPrompts, type PromptClaims } from "../src/make/prompt-claims.ts";

function project(...files: readonly string[]): Project {
  const assets = files.map((file) => {
    const asset: Partial<ListedAsset["asset"]> = { id: file, file };
    return { asset, status: "new", fingerprint: `print of ${file}` };
  });
  const partial: unknown = {
    listing: { assets, orphans: [], problems: [] },
    paths: [],
    repositoryPath: (path: string) => `sub/${path}`,
  };
  return partial as Project;
}

const timing = { sleep: () => Promise.resolve(), random: () => 0.5 };

function claim(
  store: LedgerStore,
  run: string,
  files: readonly string[],
  nowMs = 0,
  branch = "b",
): Promise<PromptClaims> {
  const options = { store, timing, nowMs: () => nowMs, branch, run, runUrl: `https://example.com/${run}` };
  return claimPrompts(project(...files), options);
}

const filesOf = (claims: PromptClaims, ...files: readonly string[]): readonly string[] | undefined =>
  claims.without(project(...files)).paths;

it("leaves a file to the run that claimed it first, and makes the others", async () => {
  const store = createMemoryLedgerStore();
  await claim(store, "1", ["a"]);
  const second = await claim(store, "2", ["a", "b"]);
  expect(filesOf(second, "a", "b")).toEqual(["b"]);
  expect(second.notes).toEqual(["sub/a: left to a run that makes it just now (https://example.com/1)."]);
  const third = await claim(store, "3", ["a", "b"]);
  expect(filesOf(third, "a", "b")).toBeUndefined();
});

it("gives claims back, but only its own", async () => {
  const store = createMemoryLedgerStore();
  const first = await claim(store, "1", ["a"]);
  const second = await claim(store, "2", ["a", "b"]);
  await second.release();
  expect((await claim(store, "3", ["a"])).notes).toHaveLength(1);
  await first.release();
  expect((await claim(store, "3", ["a", "b"])).notes).toEqual([]);
});

it("takes over the claim of an earlier attempt of the same run, and one that ran out", async () => {
  const store = createMemoryLedgerStore();
  await claim(store, "1", ["a"]);
  expect((await claim(store, "1", ["a"])).notes).toEqual([]);
  expect((await claim(store, "2", ["a"], CLAIM_MS - 1)).notes).toHaveLength(1);
  expect((await claim(store, "2", ["a"], CLAIM_MS)).notes).toEqual([]);
});

it("counts the same prompt on another branch as another job", async () => {
  const store = createMemoryLedgerStore();
  await claim(store, "1", ["a"]);
  expect((await claim(store, "2", ["a"], 0, "other")).notes).toEqual([]);
});
