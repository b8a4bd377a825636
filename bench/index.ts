// pnpm bench: every speed and memory bar with its peers, in one run. --quick for a short one. Results also as JSON.
import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { benchActionStart, sayActionStart } from "./action-start.ts";
import { benchDecisions } from "./decisions.ts";
import { benchGenerate, type GenerateScene } from "./generate.ts";
import { benchLedger } from "./ledger.ts";
import { benchPlanFiles } from "./plan-files.ts";

const quick = process.argv.includes("--quick");
const results: Record<string, unknown> = { node: process.version, load: loadavg() };

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function verdict(value: number, bar: number, unit = ""): string {
  return `${value.toFixed(2)}${unit} (bar ${bar.toFixed(2)}${unit}: ${value <= bar ? "met" : "MISSED"})`;
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
  `\nDecisions: ${Math.round(decisions.perSecond).toLocaleString("en")} per second (bar 100,000: ${decisions.perSecond >= 100_000 ? "met" : "MISSED"})`,
);

const scenes = await benchGenerate(quick ? 1 : 3);
results["generate"] = scenes;
for (const scene of scenes) sayScene(scene);

const files = await benchPlanFiles(quick ? 1_000 : 10_000);
results["planFiles"] = files;
say(
  `\nStatus of ${files.files.toLocaleString("en")} unchanged prompt files / reading and hashing them: ${verdict(files.ratio, 2)}`,
);

results["ledger"] = await benchLedger();

const start = await benchActionStart(quick ? 7 : 25);
results["actionStart"] = start;
sayActionStart(start, say);

mkdirSync(new URL("results/", import.meta.url), { recursive: true });
writeFileSync(new URL("results/latest.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
say("\nWritten: bench/results/latest.json");
