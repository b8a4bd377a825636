// Runs the workflow linters that are not npm packages: zizmor (PyPI) and act (Go).
// Says plainly which of them could not be had; `--require zizmor` makes that an error.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installAct } from "./install-act.ts";

const ZIZMOR = "zizmor==1.32.0";
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const WORKFLOWS = [".github/workflows", "examples/action-workflow"].flatMap((place) =>
  readdirSync(join(root, place)).map((name) => join(place, name)),
);
const required = process.argv.slice(2).filter((word) => word !== "--require");
const folder = mkdtempSync(join(tmpdir(), "artdesk-linters-"));
let failed = false;

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, encoding: "utf8", ...options });
}

function absent(name, result) {
  const why = (result.error?.message ?? result.stderr ?? "").trim().split("\n").at(-1);
  console.log(`${name}: not here, so not run (${why}).`);
  if (required.includes(name)) failed = true;
}

function report(name, result) {
  console.log(`${name}: ${result.status === 0 ? "no findings" : "FINDINGS"}`);
  if (result.status !== 0) console.log(`${result.stdout}${result.stderr}`);
  failed ||= result.status !== 0;
}

function zizmor() {
  const venv = join(folder, "venv");
  const made = run("python3", ["-m", "venv", venv]);
  if (made.status !== 0) return absent("zizmor", made);
  const installed = run(join(venv, "bin/pip"), ["--quiet", "--disable-pip-version-check", "install", ZIZMOR]);
  if (installed.status !== 0) return absent("zizmor", installed);
  return report(
    "zizmor",
    run(join(venv, "bin/zizmor"), ["--offline", "--persona=pedantic", "--no-progress", ...WORKFLOWS, "action.yml"]),
  );
}

/** act reads the workflows with a parser of its own. It does not know `queue` yet, so that line is not shown to it. */
function act() {
  const found = installAct();
  if ("reason" in found) return absent("act", { stderr: found.reason });
  const copies = join(folder, "workflows");
  mkdirSync(copies);
  for (const file of WORKFLOWS) {
    const text = readFileSync(join(root, file), "utf8").replace(/^ +queue: max\n/m, "");
    writeFileSync(join(copies, basename(file)), text);
  }
  return report("act", run(found.path, ["--list", "--workflows", copies]));
}

try {
  zizmor();
  act();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
