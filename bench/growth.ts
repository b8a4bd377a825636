// How time and memory grow: with the number of assets in one run, and with the size of one image.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startSimulatorProcess } from "./generate.ts";

/** One run of `generate` over many small images. */
export interface AssetGrowth {
  assets: number;
  msPerAsset: number;
  /** Peak of the whole process. */
  peakMb: number;
  peakKbPerAsset: number;
}

/** One image read from a JSON reply. */
export interface ImageGrowth {
  imageMb: number;
  msPerMb: number;
  /** Peak above the process with the reply in memory, per MB of the image. */
  peakMbPerMb: number;
}

const IMAGE_SIZES_BYTES = [100_000, 2_000_000, 15_000_000, 60_000_000];

/** Makes that many assets against the simulator, each number in a process of its own. */
export async function benchAssetGrowth(counts: readonly number[]): Promise<AssetGrowth[]> {
  const simulator = await startSimulatorProcess();
  try {
    return counts.map((assets) => {
      const { elapsedMs, peakMb } = runScript("growth-assets.ts", [String(assets), simulator.url]);
      return { assets, msPerAsset: elapsedMs / assets, peakMb, peakKbPerAsset: (peakMb * 1000) / assets };
    });
  } finally {
    simulator.stop();
  }
}

/** Reads images of growing size, each in a process of its own. */
export function benchImageGrowth(): ImageGrowth[] {
  return IMAGE_SIZES_BYTES.map((imageBytes) => {
    const { elapsedMs, peakMb } = runScript("growth-image.ts", [String(imageBytes)]);
    const imageMb = imageBytes / 1e6;
    return { imageMb, msPerMb: elapsedMs / imageMb, peakMbPerMb: peakMb / imageMb };
  });
}

function runScript(name: string, args: readonly string[]): { elapsedMs: number; peakMb: number } {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const result = spawnSync(process.execPath, ["--conditions=source", script, ...args], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${name} failed: ${result.stderr}`);
  return JSON.parse(result.stdout) as { elapsedMs: number; peakMb: number };
}
