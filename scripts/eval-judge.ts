// Escalation against the best policy in hindsight, five cost ratios and five pass rates: on the simulator, and over many
// seeds with the bare chain. pnpm eval:judge [--images 300] [--seeds 3] [--walks 1000]
import { parseArgs } from "node:util";
import { evaluatePolicy, PRICE_PAIRS, type PolicyFigures } from "../packages/core/test/escalation-policy.ts";
import { regretOverSeeds, unavoidableShare } from "../packages/core/test/escalation-regret.ts";

const PASS_RATES = [0.1, 0.3, 0.5, 0.7, 0.9];
const { values } = parseArgs({
  options: {
    images: { type: "string", default: "300" },
    seeds: { type: "string", default: "3" },
    walks: { type: "string", default: "1000" },
  },
});
const images = Number(values.images);
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const walks = Number(values.walks);
const limit = 0.02;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, item) => sum + item, 0) / numbers.length;
const print = (rows: readonly (readonly string[])[]): void => {
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
  console.log("");
};
const head = ["cheap -> good", "cost ratio", ...PASS_RATES.map((rate) => `passes ${rate * 100} %`)];
const rule = head.map(() => "---");

console.log(`On the simulator, ${images} images a cell, ${seeds.length} seeds: mean above the best (worst seed).\n`);
const cells: PolicyFigures[] = [];
const simulated: string[][] = [];
for (const pair of PRICE_PAIRS) {
  const row: string[] = [];
  for (const rate of PASS_RATES) {
    const runs: PolicyFigures[] = [];
    for (const seed of seeds) runs.push(await evaluatePolicy(pair, rate, images, seed));
    const regrets = runs.map(({ regret }) => regret);
    row.push(`${percent(mean(regrets))} (${percent(Math.max(...regrets))})`);
    cells.push(...runs);
    process.stderr.write(`${pair.model} ${pair.cheap} ${rate}: ${row.at(-1)}\n`);
  }
  simulated.push([`${pair.model} ${pair.cheap} -> ${pair.good}`, percent(cells.at(-1)?.costRatio ?? 0), ...row]);
}
print([head, rule, ...simulated]);
const sum = (pick: (cell: PolicyFigures) => number): number => cells.reduce((total, cell) => total + pick(cell), 0);
const spent = sum((cell) => cell.spentMicroUsd);
const best = sum((cell) => cell.bestMicroUsd);
const usd = (microUsd: number): string => `$${(microUsd / 1e6).toFixed(2)}`;
console.log(
  `All cells: spent ${usd(spent)}, best ${usd(best)}, ${percent(spent / best - 1)} above; good images at once without a judge ${usd(sum((cell) => cell.directMicroUsd))}.`,
);
console.log(
  `Delivered with everything in them: ${percent(Math.min(...cells.map(({ quality }) => quality)))} or more.\n`,
);

console.log(
  `The bare chain, ${images} images a cell, ${walks} seeds: mean (worst seed, seeds above ${percent(limit)}).\n`,
);
const walked = PRICE_PAIRS.map((pair) => {
  const own = cells.find((cell) => cell.pair === pair);
  if (!own) throw new RangeError("no cell of this pair");
  const row = PASS_RATES.map((rate) => {
    const figures = regretOverSeeds(own.prices, rate, { images, seeds: walks, limit });
    return `${percent(figures.mean)} (${percent(figures.worst)}, ${percent(figures.above)})`;
  });
  const breakEven = (own.prices.cheap + own.prices.judge) / (own.prices.good + own.prices.judge);
  const lower = PASS_RATES.findLast((rate) => rate < breakEven);
  const higher = PASS_RATES.find((rate) => rate > breakEven);
  const unavoidable =
    lower === undefined || higher === undefined
      ? "-"
      : percent(unavoidableShare(own.prices, [lower, higher], { images, limit }));
  return [`${pair.model} ${pair.cheap} -> ${pair.good}`, percent(breakEven), ...row, unavoidable];
});
print([["cheap -> good", "break-even", ...head.slice(2), "unavoidable"], [...rule, "---"], ...walked]);
