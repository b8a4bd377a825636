// `pnpm test:days`: runs the unit tests with this machine's clock moved (Debian's package faketime), and prints a table
// of day, passed and failed. The nightly workflow runs it, so that no date in the catalogue can break a later day unseen.
// Arguments name some of the days.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const now = new Date();
const day = (/** @type {Date} */ date) => date.toISOString().slice(0, 10);
const lastDay = day(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0)));
const lastDayOfYear = `${now.getUTCFullYear()}-12-31`;

/** @type {Record<string, {clock: string, zone: string}>} */
const DAYS = {
  "40-days": { clock: "+40d", zone: "UTC" },
  "400-days": { clock: "+400d", zone: "UTC" },
  "leap-day": { clock: "@2028-02-29 12:00:00", zone: "UTC" },
  "month-end": { clock: `@${lastDay} 23:59:00`, zone: "UTC" },
  "month-end-pacific": { clock: `@${lastDay} 23:59:00`, zone: "America/Los_Angeles" },
  "month-end-kiritimati": { clock: `@${lastDay} 23:59:00`, zone: "Pacific/Kiritimati" },
  "year-end": { clock: `@${lastDayOfYear} 23:59:00`, zone: "UTC" },
  "year-end-pacific": { clock: `@${lastDayOfYear} 23:59:00`, zone: "America/Los_Angeles" },
  "year-end-kiritimati": { clock: `@${lastDayOfYear} 23:59:00`, zone: "Pacific/Kiritimati" },
};

if (spawnSync("faketime", ["--version"]).error) {
  console.error("faketime is not there. Install it: apt-get install faketime");
  process.exit(1);
}
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in DAYS));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(", ")}. Days: ${Object.keys(DAYS).join(", ")}`);
  process.exit(2);
}

let red = 0;
const folder = mkdtempSync(join(tmpdir(), "artdesk-days-"));
console.log("day                   clock                  zone                 passed  failed");
for (const [name, { clock, zone }] of Object.entries(DAYS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const report = join(folder, `${name}.json`);
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const env = { ...process.env, TZ: zone, ARTDESK_TEST_RESULTS: report };
  spawnSync("faketime", ["-f", clock, process.execPath, vitest, "run"], { cwd: root, env, stdio: "ignore" });
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
  console.log(
    [name.padEnd(22), clock.padEnd(23), zone.padEnd(21), String(numPassedTests).padStart(6), numFailedTests].join(" "),
  );
  for (const { assertionResults } of testResults)
    for (const { status, fullName } of assertionResults) if (status === "failed") console.log(`    ${fullName}`);
  if (numFailedTests > 0 || numPassedTests === 0) red += 1;
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = red > 0 ? 1 : 0;
