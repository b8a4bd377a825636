// Runs pnpm at the version that this file pins: `node scripts/run-pnpm.mjs install`. The one pin of pnpm: with the field
// `packageManager`, pnpm 12 asks the registry for its own builds for every system, and stops where one is missing.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const PNPM_VERSION = "12.21.0";

/** Runs the pinned pnpm with the workspace's Node first on the path, and returns its exit code. */
export function runPnpm(args, { cwd = root, stdio = "inherit" } = {}) {
  const env = { ...process.env, PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter) };
  // npx is a script on Windows, which only a shell starts.
  const shell = process.platform === "win32";
  const result = spawnSync("npx", ["--yes", `pnpm@${PNPM_VERSION}`, ...args], { cwd, env, stdio, shell });
  return result.status ?? 1;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = runPnpm(process.argv.slice(2));
}
