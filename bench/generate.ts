// One image through core/node next to the SDKs and two floors, against the simulator.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./median.ts";

const OPENAI_PEERS = ["floor: body discarded", "floor: decode from bytes", "artdesk", "openai sdk", "ai sdk"] as const;
const GEMINI_PEERS = ["artdesk, Gemini", "@google/genai"] as const;

const SCENES = [
  { name: "1.84 MB PNG, one at a time", peers: OPENAI_PEERS, size: "1024x1024", calls: 100, concurrency: 1 },
  { name: "1.84 MB PNG, 16 at once", peers: OPENAI_PEERS, size: "1024x1024", calls: 160, concurrency: 16 },
  { name: "15 MB PNG, 4 at once", peers: OPENAI_PEERS, size: "3840x2160", calls: 24, concurrency: 4 },
  { name: "Gemini, one at a time", peers: GEMINI_PEERS, size: "1024x1024", calls: 100, concurrency: 1 },
  { name: "Gemini, 16 at once", peers: GEMINI_PEERS, size: "1024x1024", calls: 160, concurrency: 16 },
] as const;

export interface GenerateFigure {
  peer: string;
  msPerCall: number;
  cpuMsPerCall: number;
  peakAboveIdleMb: number;
  imageBytes: number;
}

export interface GenerateScene {
  scene: string;
  figures: GenerateFigure[];
}

/** Runs every peer in fresh processes, rounds interleaved; medians. */
export async function benchGenerate(rounds = 3): Promise<GenerateScene[]> {
  const simulator = await startSimulatorProcess(["--image-noise"]);
  try {
    const results: GenerateScene[] = [];
    for (const { name, peers, ...scene } of SCENES) {
      const rows = new Map<string, GenerateFigure[]>(peers.map((peer) => [peer, []]));
      runPeer({ peer: peers[0], ...scene, calls: 2, concurrency: 1, url: simulator.url });
      for (let round = 0; round < rounds; round += 1) {
        for (const peer of peers) rows.get(peer)?.push(runPeer({ peer, ...scene, url: simulator.url }));
      }
      results.push({ scene: name, figures: [...rows].map(([peer, figures]) => medianFigure(peer, figures)) });
    }
    return results;
  } finally {
    simulator.stop();
  }
}

function medianFigure(peer: string, figures: readonly GenerateFigure[]): GenerateFigure {
  return {
    peer,
    msPerCall: median(figures.map((figure) => figure.msPerCall)),
    cpuMsPerCall: median(figures.map((figure) => figure.cpuMsPerCall)),
    peakAboveIdleMb: median(figures.map((figure) => figure.peakAboveIdleMb)),
    imageBytes: figures[0]?.imageBytes ?? 0,
  };
}

function runPeer(task: object): GenerateFigure {
  const script = fileURLToPath(new URL("generate-peer.ts", import.meta.url));
  const result = spawnSync(process.execPath, [script, JSON.stringify(task)], {
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`a peer failed: ${result.stderr}`);
  return JSON.parse(result.stdout) as GenerateFigure;
}

/** The simulator in a process of its own, so that its work is not measured. */
export async function startSimulatorProcess(flags: readonly string[] = []): Promise<{ url: string; stop(): void }> {
  const script = fileURLToPath(new URL("../packages/simulator/src/artdesk-sim.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=source", script, "--json", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.once("data", (data: Buffer) => resolve(data.toString("utf8")));
  });
  const { url } = JSON.parse(line) as { url: string };
  return { url, stop: () => void child.kill("SIGTERM") };
}
