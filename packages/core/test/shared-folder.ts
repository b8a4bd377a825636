import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** The folder beside the repository that holds labelled prompts and wire contracts; undefined in a clone without it. */
export const sharedFolder: string | undefined = findSharedFolder();

function findSharedFolder(): string | undefined {
  const folder = process.env["ARTDESK_SHARED"] ?? join(repositoryRoot, "..", "shared");
  if (existsSync(folder)) return folder;
  process.stderr.write(`skipped: tests on shared data (no folder ${folder}; set ARTDESK_SHARED to run them)\n`);
  return undefined;
}

/** Reads JSON lines from the shared folder. */
export function readSharedLines(path: string): unknown[] {
  return readFileSync(join(sharedFolder ?? "", path), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): unknown => JSON.parse(line));
}

/** Reads one JSON document from the shared folder. */
export function readSharedJson(path: string): unknown {
  return JSON.parse(readFileSync(join(sharedFolder ?? "", path), "utf8"));
}
