import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { outputPaths } from "../src/assets/asset-spec.ts";
import { isArtdeskError } from "../src/basics/errors.ts";
import { hashOutputFile, readFileGuarded, writeFileGuarded } from "../src/node/files/guarded-file.ts";
import { readYaml } from "../src/node/files/read-yaml.ts";
import { openWorkspace } from "../src/node/workspace/workspace.ts";
import { hostilePath, hostilePromptText, hostileWorkspace } from "./hostile-inputs.ts";
import { snapshotFolder } from "./temporary-workspace.ts";
import { watchFiles } from "./watch-files.ts";

const SEED = Number(process.env["ARTDESK_FUZZ_SEED"] ?? 20_261_124);
const PATHS = 60_000;
const PROMPT_FILES = 40_000;
const BATCH = 500;
const bytes = new Uint8Array([1, 2, 3]);

/** Files of the workspace that no prompt may touch, and all outside. */
function guardedFiles(root: string, outside: string): unknown {
  const own = [".git/config", ".env", "secret.txt", "file"].map((path) => readFileSync(join(root, path), "hex"));
  return [own, snapshotFolder(outside)];
}

async function settle<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isArtdeskError(error)) return undefined;
    throw error;
  }
}

const figures = { paths: 0, written: 0, promptFiles: 0, assets: 0, problems: 0, outputs: 0, references: 0, calls: 0 };

// Loads the YAML reader now: the watch would see its files being read.
beforeAll(() => {
  expect(readYaml("a: 1", "a.yml", 1).value).toEqual({ a: 1 });
});
afterAll(() => {
  console.log(`Fuzz, seed ${SEED}: ${JSON.stringify(figures)}`);
});

test(`${PATHS} hostile paths are written, read and hashed inside the workspace or not at all`, async () => {
  const { root, outside } = hostileWorkspace();
  const before = guardedFiles(root, outside);
  for (let batch = 0; figures.paths < PATHS; batch += 1) {
    const paths = fc.sample(hostilePath, { numRuns: BATCH, seed: SEED + batch });
    const watch = watchFiles(root);
    try {
      for (const path of paths) {
        const written = (await settle(writeFileGuarded(root, path, bytes).then(() => true))) ?? false;
        const read = await settle(readFileGuarded(root, path));
        await settle(Promise.resolve().then(() => hashOutputFile(root, path)));
        figures.paths += 1;
        figures.written += written ? 1 : 0;
        // Only what was written a moment ago may be read: each secret has other bytes.
        if (read && (!written || read.length !== 3))
          throw new Error(`seed ${SEED + batch}: ${JSON.stringify(path)} was read`);
      }
    } finally {
      watch.stop();
    }
    figures.calls += watch.calls;
    expect(watch.outside, `seed ${SEED + batch}`).toEqual([]);
  }
  expect(guardedFiles(root, outside)).toEqual(before);
  expect(figures.written).toBeGreaterThan(500);
}, 1_200_000);

/** Front matter that names a hostile path where a path belongs: these get past the schema and meet the guard. */
const pathFields = fc
  .tuple(
    fc.constantFrom("output", "references", "mask"),
    fc.oneof(
      hostilePath,
      fc.constantFrom(
        "linked/secret.png",
        "process/environ",
        "docs/link.png",
        "docs/dangling.png",
        "docs/hard.png",
        "docs/pipe.png",
        "docs/hero.png",
        "docs/folder.png",
        "in/linked/secret.png",
        "../../outside/secret.png",
      ),
      // Names of their own: of files that would write to one place both are refused before the disk is asked.
      fc
        .tuple(fc.constantFrom("linked", "docs", "process", "new/folder", "docs/hero.png"), fc.nat())
        .map(([folder, number]) => `${folder}/new-${number}.png`),
    ),
  )
  .map(([name, path]) => {
    const text = JSON.stringify(path);
    return name === "references"
      ? `operation: edit\nreferences: [${text}]`
      : name === "mask"
        ? `operation: edit\nreferences: [docs/hero.png]\nmask: ${text}`
        : `output: ${text}`;
  });

const promptText = fc.oneof(
  hostilePromptText,
  pathFields.map((fields) => `---\n${fields}\n---\nA fox.`),
);

test(`${PROMPT_FILES} hostile prompt files read and write nothing outside the workspace`, async () => {
  const { root, outside } = hostileWorkspace();
  const before = guardedFiles(root, outside);
  for (let batch = 0; figures.promptFiles < PROMPT_FILES; batch += 1) {
    const folder = join(root, "in");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    symlinkSync(outside, join(folder, "linked"));
    symlinkSync(join(outside, "secret.png"), join(folder, "linked.image.md"));
    const texts = fc.sample(promptText, { numRuns: BATCH, seed: SEED - 1 - batch });
    for (const [index, text] of texts.entries()) writeFileSync(join(folder, `p${index}.image.md`), text);
    const watch = watchFiles(root);
    try {
      const workspace = await openWorkspace({ cwd: root });
      const { assets, problems } = await workspace.listStatuses(["in"]);
      figures.promptFiles += texts.length;
      figures.assets += assets.length;
      figures.problems += problems.length;
      for (const { location, shortMessage } of problems) {
        if (!location?.file || (location.line ?? 0) < 1) throw new Error(`no place: ${shortMessage}`);
      }
      for (const { asset } of assets.slice(0, 40)) {
        if (await settle(workspace.readReferences(asset))) figures.references += 1;
        for (const path of outputPaths(asset)) {
          if (await settle(workspace.writeOutput(path, bytes).then(() => true))) figures.outputs += 1;
        }
      }
    } finally {
      watch.stop();
    }
    figures.calls += watch.calls;
    expect(watch.outside, `seed ${SEED - 1 - batch}`).toEqual([]);
  }
  expect(guardedFiles(root, outside)).toEqual(before);
  // Else nothing was tried.
  expect(figures.assets).toBeGreaterThan(2_000);
  expect(figures.problems).toBeGreaterThan(10_000);
  expect(figures.outputs).toBeGreaterThan(500);
}, 1_200_000);

test("the watch sees a read, a write and a listing that lead outside, also through a link", async () => {
  const { root, outside } = hostileWorkspace();
  const watch = watchFiles(root);
  try {
    readFileSync(join(root, "linked/secret.png"));
    writeFileSync(join(outside, "new.txt"), "x");
    readFileSync(join(root, "secret.txt"));
  } finally {
    watch.stop();
  }
  expect(watch.outside).toEqual(
    expect.arrayContaining([
      `readFileSync ${join(root, "linked/secret.png")}`,
      `writeFileSync ${join(outside, "new.txt")}`,
    ]),
  );
  expect(watch.outside.join("\n")).not.toContain("secret.txt");
});
