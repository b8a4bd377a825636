// One of many processes that buy images from one budget through the whole desk, until the budget is gone.
import { createInterface } from "node:readline";
import { isArtdeskError } from "../../src/basics/errors.ts";
import { createNodeArtdesk } from "../../src/node/platform/create-node-artdesk.ts";
import { systemRandom } from "../../src/node/platform/system-random.ts";
import { openRaceStore } from "./race-setup.ts";
import type { PaidRaceReport, PaidRaceSetup } from "./run-paid-race.ts";

const setup = JSON.parse(process.argv[2] ?? "{}") as PaidRaceSetup;
const run = process.argv[3] ?? "race";
const desk = await createNodeArtdesk({
  env: setup.env,
  budget: { monthMicroUsd: setup.limitMicroUsd },
  ledger: openRaceStore(setup.store),
  random: systemRandom,
  run,
});
const report: PaidRaceReport = {
  run,
  paidMicroUsd: 0,
  possiblyBilledMicroUsd: 0,
  images: 0,
  requestIds: [],
  otherErrors: [],
  end: undefined,
};

await desk.ledger.spend({});
console.log("ready");
await new Promise((resolve) => createInterface(process.stdin).once("line", resolve));
process.stdin.destroy();

/** Purposes differ, so that cheap and dear offers race for the same money. */
const PURPOSES = ["draft", "internal", "client"] as const;

for (let turn = 0; !report.end; turn += 1) {
  const purpose = PURPOSES[(turn + Number(run.split("-")[1])) % PURPOSES.length];
  try {
    const { images, receipt, error } = await desk.generate({
      prompt: `A red kite over ${run}, view ${turn}`,
      purpose,
      count: 1 + (turn % 2),
    });
    report.paidMicroUsd += receipt.costMicroUsd;
    report.possiblyBilledMicroUsd += receipt.possiblyBilledMicroUsd;
    report.images += images.length;
    report.requestIds.push(...receipt.requestIds);
    if (error) end(error);
  } catch (error) {
    end(error);
  }
}
await desk.close();
console.log(JSON.stringify(report));

function end(error: unknown): void {
  const told = isArtdeskError(error)
    ? { code: error.code, message: error.message, hint: error.hint }
    : { code: "bug", message: String(error), hint: undefined };
  // A call that failed for another reason does not end the race: the next one may be luckier.
  if (told.code === "budget_exceeded" || told.code === "bug") report.end = told;
  else report.otherErrors.push(told.code);
}
