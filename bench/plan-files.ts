// Listing 10,000 unchanged prompt files with their status, against reading and hashing the same files alone.
// node --conditions=source bench/plan-files.ts [files]
import { hash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { outputPaths } from "../packages/core/src/assets/asset-spec.ts";
import { serializeLockEntry } from "../packages/core/src/assets/lock/lock-entry.ts";
import { openWorkspace } from "../packages/core/src/node/workspace/workspace.ts";

const PROMPTS_PER_FOLDER = 100;
const OUTPUT_BYTES = 2048;
const ROUNDS = 5;

export interface PlanFilesResult {
  files: number;
  /** Reading and hashing prompt files, lock entries and outputs, best of the rounds. */
  floorMs: number;
  /** Listing with status, with the cache of an earlier run, best of the rounds. */
  listingMs: number;
  /** The same without a cache: every file is parsed. */
  coldListingMs: number;
  /** listingMs / floorMs. The bar is 2. */
  ratio: number;
}

/** Measures on a workspace in a temporary folder, which is removed afterwards. */
export async function benchPlanFiles(files = 10_000): Promise<PlanFilesResult> {
  const root = mkdtempSync(join(tmpdir(), "artdesk-bench-"));
  try {
    await makeWorkspace(root, files);
    rmSync(join(root, ".artdesk/cache"), { recursive: true, force: true });
    const coldListingMs = await listingTime(root, files);
    const known = [...filesBelow(root, "prompts"), ...filesBelow(root, ".artdesk/lock")];
    let floorMs = Infinity;
    let listingMs = Infinity;
    for (let round = 0; round < ROUNDS; round += 1) {
      floorMs = Math.min(floorMs, floorTime(root, known));
      listingMs = Math.min(listingMs, await listingTime(root, files));
    }
    return { files, floorMs, listingMs, coldListingMs, ratio: listingMs / floorMs };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Writes a workspace of so many prompt files, each with its image and lock entry, nothing to do. */
export async function makeWorkspace(root: string, files: number): Promise<void> {
  writeFileSync(join(root, "artdesk.yml"), "version: 1\nstyle: Flat vector shapes, thick lines.\n");
  for (let index = 0; index < files; index += 1) {
    const folder = join(root, "prompts", `chapter-${Math.floor(index / PROMPTS_PER_FOLDER)}`);
    if (index % PROMPTS_PER_FOLDER === 0) mkdirSync(folder, { recursive: true });
    const text = `---\npurpose: docs\naspect: 3:2\nresolution: 1K\ntags: {team: docs}\nalt: Picture ${index}\n---\n\nA drawing of page ${index}, with one arrow that points to the right.\n`;
    writeFileSync(join(folder, `page-${index}.image.md`), text);
  }
  const workspace = await openWorkspace({ cwd: root });
  for (const { asset, fingerprint } of (await workspace.listStatuses()).assets) {
    const outputs = outputPaths(asset).map((path) => {
      const bytes = randomBytes(OUTPUT_BYTES);
      writeFileSync(join(root, path), bytes);
      return { path, sha256: hash("sha256", bytes, "hex") };
    });
    const entry = {
      id: asset.id,
      fingerprint,
      model: "model",
      quality: "low",
      size: "1536x1024",
      outputs,
      costMicroUsd: 6000,
      requestIds: ["req_1"],
    };
    const lockFile = join(root, workspace.lockPath(asset.id));
    mkdirSync(dirname(lockFile), { recursive: true });
    writeFileSync(lockFile, serializeLockEntry(entry));
  }
}

function floorTime(root: string, files: readonly string[]): number {
  const startMs = performance.now();
  for (const file of files) hash("sha256", readFileSync(join(root, file)), "hex");
  return performance.now() - startMs;
}

async function listingTime(root: string, files: number): Promise<number> {
  const startMs = performance.now();
  const workspace = await openWorkspace({ cwd: root });
  const { assets, problems, orphans } = await workspace.listStatuses();
  const elapsedMs = performance.now() - startMs;
  const unchanged = assets.filter(({ status }) => status === "unchanged").length;
  if (unchanged !== files || problems.length > 0 || orphans.length > 0) {
    throw new Error(
      `expected ${files} unchanged assets, got ${unchanged}, ${problems.length} problems, ${orphans.length} orphans`,
    );
  }
  return elapsedMs;
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

if (import.meta.main) {
  const result = await benchPlanFiles(Number(process.argv[2] ?? 10_000));
  console.log(
    `reading and hashing ${result.files} prompt files with lock entries and outputs: ${result.floorMs.toFixed(0)} ms`,
  );
  console.log(
    `listing them with status: ${result.listingMs.toFixed(0)} ms = ${result.ratio.toFixed(2)} x (bar 2.00 x)`,
  );
  console.log(`the first time, without a cache: ${result.coldListingMs.toFixed(0)} ms`);
}
