// Escalation against the best policy in hindsight, on the simulator: five cost ratios, five pass rates.
import { evaluatePolicy, PRICE_PAIRS, type PolicyFigures } from "../packages/core/test/escalation-policy.ts";

const PASS_RATES = [0.1, 0.3, 0.5, 0.7, 0.9];
const images = Number(process.argv[2] ?? 300);
const seed = Number(process.argv[3] ?? 1);

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const cells: PolicyFigures[] = [];
console.log(
  `${images} images per cell, seed ${seed}. Per cell: spend above the best policy (share of requests that began cheap).\n`,
);
console.log(`| cheap -> good | cost ratio | ${PASS_RATES.map((rate) => `passes ${rate * 100} %`).join(" | ")} |`);
console.log(`| --- | --- | ${PASS_RATES.map(() => "---").join(" | ")} |`);
for (const pair of PRICE_PAIRS) {
  const row: PolicyFigures[] = [];
  for (const rate of PASS_RATES) row.push(await evaluatePolicy(pair, rate, images, seed));
  cells.push(...row);
  const shown = row.map((cell) => `${percent(cell.regret)} (${Math.round((cell.cheapFirst / images) * 100)} %)`);
  const ratio = percent(row[0]?.costRatio ?? 0);
  console.log(`| ${pair.model} ${pair.cheap} -> ${pair.good} | ${ratio} | ${shown.join(" | ")} |`);
}
const sum = (pick: (cell: PolicyFigures) => number): number => cells.reduce((total, cell) => total + pick(cell), 0);
const spent = sum((cell) => cell.spentMicroUsd);
console.log(
  `\nAll cells: spent $${(spent / 1e6).toFixed(2)}, best $${(sum((cell) => cell.bestMicroUsd) / 1e6).toFixed(2)}, ${percent(spent / sum((cell) => cell.bestMicroUsd) - 1)} above; good images at once without a judge $${(sum((cell) => cell.directMicroUsd) / 1e6).toFixed(2)}.`,
);
console.log(
  `Worst cell ${percent(Math.max(...cells.map(({ regret }) => regret)))}; delivered with everything in them: ${percent(Math.min(...cells.map(({ quality }) => quality)))} or more.`,
);
