// Kills `artdesk generate` at random moments and compares what is left with the bank:
// pnpm crash --runs 200 [--seed 1] [--parallel 4] [--kind drafts|escalation]
import { parseArgs } from "node:util";
import { crashFigures } from "../packages/cli/test/crash/crash-figures.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    parallel: { type: "string", default: "4" },
    kind: { type: "string", default: "drafts" },
  },
});
const startedAtMs = Date.now();
const runs = Number(values.runs);
const { kind } = values;
if (kind !== "drafts" && kind !== "escalation") throw new RangeError("--kind is drafts or escalation");
let done = 0;
const figures = await crashFigures({
  runs,
  seed: Number(values.seed),
  parallel: Number(values.parallel),
  kind,
  onOutcome: () => {
    done += 1;
    if (done % 20 === 0) process.stderr.write(`${done} of ${runs}\n`);
  },
});
const { violations, ...counts } = figures;
process.stdout.write(
  `${JSON.stringify({ ...counts, violations: violations.length, seconds: Math.round((Date.now() - startedAtMs) / 1000) }, null, 2)}\n`,
);
for (const violation of violations) process.stdout.write(`${violation}\n`);
if (violations.length > 0) process.exitCode = 1;
