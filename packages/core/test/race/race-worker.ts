// One of many processes that race for one budget: reserves and settles until the budget is gone, then tells what it did.
import { createInterface } from "node:readline";
import { isArtdeskError } from "../../src/basics/errors.ts";
import type { Settlement } from "../../src/buy/ledger/ledger-types.ts";
import { createLedger } from "../../src/buy/ledger/ledger.ts";
import { systemClock } from "../../src/node/platform/system-clock.ts";
import { systemRandom } from "../../src/node/platform/system-random.ts";
import { openRaceStore, type RaceReport, type RaceSetup } from "./race-setup.ts";

const setup = JSON.parse(process.argv[2] ?? "{}") as RaceSetup;
const run = process.argv[3] ?? "race";
const store = openRaceStore(setup.store);
const ledger = createLedger({
  store,
  clock: systemClock,
  random: systemRandom,
  budget: { monthMicroUsd: setup.limitMicroUsd },
  run,
  // The race is about money, not about time: a crowded machine must not end it early.
  patienceMs: 240_000,
});
const report: RaceReport = {
  run,
  settledMicroUsd: 0,
  unknownMicroUsd: 0,
  images: 0,
  reservations: 0,
  slowestMs: 0,
  end: undefined,
};

function settlement(costMicroUsd: number, images: number): Settlement {
  return {
    costMicroUsd,
    tableMicroUsd: costMicroUsd,
    images,
    usage: undefined,
    requestId: undefined,
    outcome: images > 0 ? "delivered" : "failed",
    reason: undefined,
    durationMs: 1,
  };
}

async function timed<T>(work: () => Promise<T>): Promise<T> {
  const startedAtMs = performance.now();
  const result = await work();
  report.slowestMs = Math.max(report.slowestMs, performance.now() - startedAtMs);
  return result;
}

async function raceOnce(): Promise<void> {
  const worstMicroUsd = 1 + Math.floor(Math.random() * setup.worstCaseMicroUsd);
  const [reservation] = await timed(() =>
    ledger.reserve([
      {
        id: systemRandom.id(),
        amountMicroUsd: worstMicroUsd,
        provider: "openai",
        model: "gpt-image-2",
        quality: "medium",
        size: "1024x1024",
        images: 1,
        tags: { client: "acme" },
        subject: "race",
      },
    ]),
  );
  if (!reservation) throw new Error("no reservation");
  report.reservations += 1;
  const chance = Math.random();
  if (chance < 0.1) {
    await timed(() => ledger.release(reservation, settlement(0, 0)));
    return;
  }
  await timed(() => ledger.begin(reservation));
  if (chance < 0.2) {
    await timed(() => ledger.markUnknown(reservation, settlement(0, 0)));
    report.unknownMicroUsd += worstMicroUsd;
    return;
  }
  const costMicroUsd = Math.floor(Math.random() * (worstMicroUsd + 1));
  await timed(() => ledger.settle(reservation, settlement(costMicroUsd, 1)));
  report.settledMicroUsd += costMicroUsd;
  report.images += 1;
}

await ledger.spend({});
console.log("ready");
await new Promise((resolve) => createInterface(process.stdin).once("line", resolve));
process.stdin.destroy();
try {
  for (;;) await raceOnce();
} catch (error) {
  report.end = isArtdeskError(error)
    ? { code: error.code, message: error.message }
    : { code: "bug", message: String(error) };
}
await store.close?.();
console.log(JSON.stringify(report));
