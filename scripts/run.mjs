// `npm test` and `npm run demo` on a machine that has only Node 20+ and npm: brings pnpm, installs, builds, runs.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PNPM_VERSION = "12.21.0";
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs pnpm with these arguments; ends this process when it fails. */
function pnpm(args, { quiet = false } = {}) {
  const env = { ...process.env, PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}` };
  const result = spawnSync("npx", ["--yes", `pnpm@${PNPM_VERSION}`, ...args], {
    cwd: root,
    env,
    stdio: quiet ? ["ignore", "ignore", "inherit"] : "inherit",
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const STEPS = {
  install: () => pnpm(["install", "--frozen-lockfile", "--reporter=append-only"]),
  test: () => {
    STEPS.install();
    pnpm(["build"]);
    pnpm(["unit"]);
  },
  demo: () => {
    STEPS.install();
    pnpm(["build"]);
    pnpm(["-s", "demo:run"]);
  },
};

const step = STEPS[process.argv[2]];
if (!step) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(STEPS).join(" | ")}`);
  process.exit(2);
}
if (!existsSync(join(root, "pnpm-lock.yaml"))) {
  console.error("pnpm-lock.yaml is missing: run this in a clone of the repository.");
  process.exit(2);
}
step();
