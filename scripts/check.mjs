// Everything that must hold before a commit, tests aside: format, lint, types, build, packages, dead code.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, "node_modules", ".bin", name);

function tsconfigs() {
  const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name));
  return [".", ...packages]
    .flatMap((folder) => [join(folder, "tsconfig.json"), join(folder, "tsconfig.pure.json")])
    .filter((file) => existsSync(join(root, file)));
}

const steps = [
  ["format", bin("oxfmt"), ["--check", "."]],
  ["lint", bin("oxlint"), ["--type-aware", "--deny-warnings"]],
  ...tsconfigs().map((file) => [`types ${file}`, bin("tsc"), ["-p", file]]),
  ["schemas are fresh", process.execPath, ["--conditions=source", "scripts/generate-schemas.ts", "--check"]],
  ["no registry host in committed files", process.execPath, ["scripts/check-committed-text.mjs"]],
  ["build", process.execPath, ["scripts/run-pnpm.mjs", "build"]],
  ["publint core", bin("publint"), ["packages/core", "--strict", "--pack", "npm"]],
  ["publint cli", bin("publint"), ["packages/cli", "--strict", "--pack", "npm"]],
  ["publint simulator", bin("publint"), ["packages/simulator", "--strict", "--pack", "npm"]],
  ["types as packed", bin("attw"), ["--pack", "packages/core", "--profile", "esm-only"]],
  ["dead code", bin("knip"), []],
  ["models that end soon", process.execPath, ["--conditions=source", "scripts/list-ending-models.ts"]],
];

let failed = 0;
for (const [name, command, args] of /** @type {[string, string, string[]][]} */ (steps)) {
  const startedAtMs = Date.now();
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", env: process.env });
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  if (result.status === 0) {
    console.log(`ok      ${name} (${seconds} s)`);
    if (name === "models that end soon") process.stdout.write(result.stdout);
    continue;
  }
  failed += 1;
  console.log(
    `FAILED  ${name} (${seconds} s)\n${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`,
  );
}
if (failed > 0) {
  console.log(`check: ${failed} of ${steps.length} steps failed`);
  process.exit(1);
}
console.log(`check: all ${steps.length} steps passed`);
