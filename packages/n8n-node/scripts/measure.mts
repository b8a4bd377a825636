// Memory and time of this node next to n8n's own OpenAI node: same n8n, same simulator, a fresh n8n for every sample.
// node scripts/test-services.mjs --run packages/n8n-node/scripts/measure.mts [samples]
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { startN8nServer, type N8nServer } from "../test/harness/n8n-server.mts";
import { packPackage } from "../test/harness/packed-package.mts";
import { activate, createWorkflow, openPath, postgresUrl } from "../test/harness/whole-n8n.mts";
import { installN8n } from "./install-n8n.mts";

const SAMPLES = Number(process.argv[2] ?? 3);
const SCENES = [
  { name: "8 images of 3840x2160", items: 8, size: "3840x2160" },
  { name: "30 images of 1024x1024", items: 30, size: "1024x1024" },
] as const;
const NODES = ["artdesk, 3 at once", "artdesk, 1 at once", "n8n OpenAI node"] as const;
type NodeName = (typeof NODES)[number];

interface Sample {
  node: NodeName;
  scene: string;
  seconds: number;
  /** Highest resident memory of n8n's process while the execution ran, above what it was just before. */
  peakAboveIdleMb: number;
  peakMb: number;
}

const simulator = await startSimulatorProcess();
const packageFolder = await packPackage();
const start = installN8n();
await drawBeforehand();
const samples: Sample[] = [];
const loads = [loadavg()[0] ?? 0];
for (let round = 0; round < SAMPLES; round += 1) {
  for (const node of NODES) {
    samples.push(...(await measureNode(node)));
    loads.push(loadavg()[0] ?? 0);
    console.log(`${node}: ${JSON.stringify(samples.slice(-SCENES.length))}`);
  }
}
simulator.stop();
printTable();

/** The simulator keeps images that it has drawn: so no node waits for the first drawing of one. */
async function drawBeforehand(): Promise<void> {
  for (const { items, size } of SCENES) {
    const prompts = ["warm-up", ...Array.from({ length: items }, (_, index) => `card ${index}`)];
    for (const prompt of prompts) {
      const response = await fetch(`${simulator.baseUrl}/images/generations`, {
        method: "POST",
        headers: { authorization: "Bearer sim-openai", "content-type": "application/json" },
        body: JSON.stringify({ model: "gpt-image-2", prompt, size, quality: "low" }),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`the simulator answered ${response.status}`);
    }
  }
}

/** Both scenes, one after the other, in an n8n of their own. */
async function measureNode(node: NodeName): Promise<Sample[]> {
  const n8n = await startN8nServer({ start, packageFolder, postgresUrl: postgresUrl ?? "", redisUrl: undefined });
  try {
    const measured: Sample[] = [];
    for (const [index, scene] of SCENES.entries()) measured.push(await measure(n8n, `scene${index}`, node, scene));
    return measured;
  } finally {
    await n8n.close();
  }
}

async function measure(n8n: N8nServer, path: string, node: NodeName, scene: (typeof SCENES)[number]): Promise<Sample> {
  const tested = node === "n8n OpenAI node" ? await builtIn(n8n, scene.size) : await ours(n8n, node, scene.size);
  await activate(n8n, await createWorkflow(n8n, path, tested));
  const run = await openPath(n8n, path);
  // The first image loads code that later ones find loaded.
  await run([{ thing: "warm-up" }]);
  const idleMb = memoryMb(n8n.processId, "VmRSS");
  writeFileSync(`/proc/${n8n.processId}/clear_refs`, "5");
  const startedAtMs = performance.now();
  const items = await run(Array.from({ length: scene.items }, (_, index) => ({ thing: `card ${index}` })));
  const seconds = (performance.now() - startedAtMs) / 1000;
  if (items.length !== scene.items) throw new Error(`${node} gave ${items.length} of ${scene.items} items`);
  const peakMb = memoryMb(n8n.processId, "VmHWM");
  return { node, scene: scene.name, seconds, peakMb, peakAboveIdleMb: peakMb - idleMb };
}

async function ours(n8n: N8nServer, node: NodeName, size: string): Promise<object> {
  const artdeskOpenAiApi = await credential(n8n, "artdeskOpenAiApi", { baseUrl: simulator.baseUrl });
  const parameters = {
    prompt: "={{ $json.thing }}",
    size: "customPixels",
    pixels: size,
    model: { __rl: true, mode: "id", value: "gpt-image-2" },
    options: { quality: "low", concurrency: node === "artdesk, 1 at once" ? 1 : 3 },
  };
  return { type: "n8n-nodes-artdesk.artdesk", typeVersion: 1, parameters, credentials: { artdeskOpenAiApi } };
}

/** The list of sizes ends at 1536 pixels; an expression goes through as it is. */
async function builtIn(n8n: N8nServer, size: string): Promise<object> {
  const openAiApi = await credential(n8n, "openAiApi", { url: simulator.baseUrl });
  const parameters = {
    resource: "image",
    operation: "generate",
    modelId: { __rl: true, mode: "id", value: "gpt-image-2" },
    prompt: "={{ $json.thing }}",
    options: { quality: "low", size: `={{ "${size}" }}` },
  };
  return { type: "@n8n/n8n-nodes-langchain.openAi", typeVersion: 2.3, parameters, credentials: { openAiApi } };
}

async function credential(n8n: N8nServer, type: string, data: object): Promise<{ id: string; name: string }> {
  const content = { name: type, type, data: { apiKey: "sim-openai", ...data } };
  const { id } = (await n8n.rest("POST", "/credentials", content)) as { id: string };
  return { id, name: type };
}

function memoryMb(processId: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${processId}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

async function startSimulatorProcess(): Promise<{ baseUrl: string; stop: () => void }> {
  const script = fileURLToPath(new URL("../../simulator/src/artdesk-sim.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=source", script, "--json", "--image-noise"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.once("data", (data: Buffer) => resolve(data.toString()));
  });
  const { url } = JSON.parse(line) as { url: string };
  return { baseUrl: `${url}/openai/v1`, stop: () => void child.kill("SIGTERM") };
}

/** Middle, lowest and highest of each. */
function printTable(): void {
  const text = (values: number[], digits: number): string => {
    const sorted = values.toSorted((left, right) => left - right).map((value) => value.toFixed(digits));
    return `${sorted[Math.floor(sorted.length / 2)] ?? "-"} (${sorted[0] ?? "-"} to ${sorted.at(-1) ?? "-"})`;
  };
  console.log(`\nMedian (lowest to highest) of ${SAMPLES}; load ${text(loads, 1)}; Node ${process.version}\n`);
  console.log("| execution | node | seconds | peak above idle, MB | peak, MB |\n| --- | --- | --- | --- | --- |");
  for (const { name } of SCENES) {
    for (const node of NODES) {
      const rows = samples.filter((sample) => sample.scene === name && sample.node === node);
      const column = (field: "seconds" | "peakAboveIdleMb" | "peakMb", digits: number): string =>
        text(
          rows.map((row) => row[field]),
          digits,
        );
      const cells = [name, node, column("seconds", 2), column("peakAboveIdleMb", 0), column("peakMb", 0)];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}
