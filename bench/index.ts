// pnpm bench: every speed and memory bar with its peers, in one run. --quick for a short one. Results also as JSON, and
// with --write as docs/performance.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { benchActionStart, sayActionStart } from "./action-start.ts";
import { benchDecisions } from "./decisions.ts";
import { benchGenerate, type GenerateScene } from "./generate.ts";
import { benchAssetGrowth, benchImageGrowth } from "./growth.ts";
import { benchLedger, showLedger } from "./ledger.ts";
import { performancePage } from "./performance-page.ts";
import { benchPlanFiles } from "./plan-files.ts";
import { benchSchedule, showSchedule } from "./schedule.ts";

const quick = process.argv.includes("--quick");
const results: Record<string, unknown> = { node: process.version, load: loadavg() };

const transcript: string[] = [];

function say(text: string): void {
  transcript.push(text);
  process.stdout.write(`${text}\n`);
}

function verdict(value: number, bar: number, unit = ""): string {
  return `${value.toFixed(2)}${unit} (bar ${bar.toFixed(2)}${unit}: ${value <= bar ? "met" : "MISSED"})`;
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString("en")} per second`;
}

function sayScene({ scene, figures }: GenerateScene): void {
  say(`\n${scene}`);
  say(`  ${"peer".padEnd(26)} ${"ms/call".padStart(9)} ${"CPU ms".padStart(9)} ${"peak MB".padStart(9)}`);
  for (const { peer, msPerCall, cpuMsPerCall, peakAboveIdleMb } of figures) {
    say(
      `  ${peer.padEnd(26)} ${msPerCall.toFixed(2).padStart(9)} ${cpuMsPerCall.toFixed(2).padStart(9)} ${peakAboveIdleMb.toFixed(0).padStart(9)}`,
    );
  }
  const of = (peer: string): GenerateScene["figures"][number] | undefined =>
    figures.find((figure) => figure.peer === peer);
  const [ours, sdk, discard, floor] = [
    of("artdesk"),
    of("openai sdk"),
    of("floor: body discarded"),
    of("floor: decode from bytes"),
  ];
  if (!ours || !sdk || !discard || !floor) return;
  if (scene.includes("one at a time")) {
    say(`  time / raw SDK: ${verdict(ours.msPerCall / sdk.msPerCall, 0.65)}`);
    say(`  time / floor:   ${verdict(ours.msPerCall / floor.msPerCall, 1.15)}`);
  } else {
    const barMb = Math.max(0.5 * sdk.peakAboveIdleMb, 1.1 * discard.peakAboveIdleMb);
    say(`  peak above idle: ${verdict(ours.peakAboveIdleMb, barMb, " MB")}`);
  }
}

say(
  `Node ${process.version}, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(" ")}`,
);

const decisions = benchDecisions(quick ? 50_000 : 200_000);
results["decisions"] = decisions;
say(
  `\nDecisions: ${perSecond(decisions.perSecond)} (bar 100,000: ${decisions.perSecond >= 100_000 ? "met" : "MISSED"}), with ${decisions.offersEach.toFixed(1)} offers each; drafts alone: ${perSecond(decisions.draftsPerSecond)}; ${decisions.cpu}`,
);

const scenes = await benchGenerate(quick ? 1 : 3);
results["generate"] = scenes;
for (const scene of scenes) sayScene(scene);

const files = await benchPlanFiles(quick ? 1_000 : 10_000);
results["planFiles"] = files;
say(
  `\nStatus of ${files.files.toLocaleString("en")} unchanged prompt files / reading and hashing them: ${verdict(files.ratio, 2)}`,
);

const ledger = await benchLedger();
results["ledger"] = ledger;
for (const line of showLedger(ledger)) say(line);

const assets = await benchAssetGrowth(quick ? [10, 100] : [10, 100, 1_000, 10_000]);
results["assetGrowth"] = assets;
say("\nOne run over many small images (whole process; the bar is a flat time per image):");
for (const { assets: count, msPerAsset, peakMb } of assets) {
  say(
    `  ${String(count).padStart(6)} assets ${msPerAsset.toFixed(1).padStart(8)} ms each ${peakMb.toFixed(0).padStart(6)} MB peak`,
  );
}

const images = benchImageGrowth();
results["imageGrowth"] = images;
say("\nOne image out of a JSON reply:");
for (const { imageMb, msPerMb, peakMbPerMb } of images) {
  say(
    `  ${imageMb.toFixed(1).padStart(6)} MB ${msPerMb.toFixed(2).padStart(8)} ms per MB ${(peakMbPerMb * imageMb).toFixed(0).padStart(6)} MB peak above idle`,
  );
}

const schedule = await benchSchedule(quick ? [500] : [500, 5_000]);
results["schedule"] = schedule;
say("\nBatches under an images-per-minute limit (virtual time; bar 1.05 of the optimum, one 429 at most):");
for (const line of showSchedule(schedule)) say(line);
const start = await benchActionStart(quick ? 7 : 25);
results["actionStart"] = start;
sayActionStart(start, say);

mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(new URL("results/latest.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
say("\nWritten: bench/results/latest.json");
if (process.argv.includes("--write")) {
  const page = performancePage(transcript.slice(0, -1).join("\n"), new Date());
  writeFileSync(new URL("../docs/performance.md", import.meta.url), page);
  say("Written: docs/performance.md");
}
