// Makes many small assets in one run against the simulator and prints time and peak memory.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateAssets, openAssetDesk } from "../packages/core/src/node/index.ts";

const assets = Number(process.argv[2]);
const url = process.argv[3] ?? "";
const root = mkdtempSync(join(tmpdir(), "artdesk-bench-"));
try {
  writeFileSync(join(root, "artdesk.yml"), "version: 1\nconcurrency: 16\nbudget: { month: 100000 }\n");
  // One prompt in many files: the simulator draws it once, so that its drawing is not what is measured.
  for (let index = 0; index < assets; index += 1) {
    const head = "model: gpt-image-2\nquality: low\nsize: 1024x1024";
    writeFileSync(join(root, `kite-${index}.image.md`), `---\n${head}\n---\nA red kite over a meadow.\n`);
  }
  const env = { OPENAI_API_KEY: "sim-openai", OPENAI_BASE_URL: `${url}/openai/v1` };
  const desk = await openAssetDesk({ cwd: root, env });
  const startedAtMs = performance.now();
  const { totals } = await generateAssets(desk);
  const elapsedMs = performance.now() - startedAtMs;
  await desk.close();
  if (totals.generated !== assets) throw new Error(`${totals.generated} of ${assets} were made`);
  process.stdout.write(JSON.stringify({ elapsedMs, peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6 }));
} finally {
  rmSync(root, { recursive: true, force: true });
}
