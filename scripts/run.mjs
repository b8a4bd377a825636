// `npm test`, `npm run demo` and `npm run pack` on a machine that has only Node 20+ and npm: brings pnpm, installs, builds, runs.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runPnpm } from "./run-pnpm.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs pnpm with these arguments; ends this process when it fails. */
function pnpm(args) {
  const status = runPnpm(args);
  if (status !== 0) process.exit(status);
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
  pack: () => {
    STEPS.install();
    pnpm(["build"]);
    pnpm(["exec", "node", "scripts/pack.mjs"]);
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
