// One image through core/node next to the raw SDK and two floors, against the simulator.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./median.ts";

const SCENES = [
  { name: "1.84 MB PNG, one at a time", size: "1024x1024", calls: 100, concurrency: 1 },
  { name: "1.84 MB PNG, 16 at once", size: "1024x1024", calls: 160, concurrency: 16 },
  { name: "15 MB PNG, 4 at once", size: "3840x2160", calls: 24, concurrency: 4 },
] as const;

const PEERS = ["floor: body discarded", "floor: decode from bytes", "artdesk", "openai sdk"] as const;

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
  const simulator = await startSimulatorProcess();
  try {
    const results: GenerateScene[] = [];
    for (const { name, ...scene } of SCENES) {
      const rows = new Map<string, GenerateFigure[]>(PEERS.map((peer) => [peer, []]));
      runPeer({ peer: "floor: body discarded", ...scene, calls: 2, concurrency: 1, baseUrl: simulator.baseUrl });
      for (let round = 0; round < rounds; round += 1) {
        for (const peer of PEERS) rows.get(peer)?.push(runPeer({ peer, ...scene, baseUrl: simulator.baseUrl }));
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
  const result = spawnSync(process.execPath, ["--conditions=source", script, JSON.stringify(task)], {
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`a peer failed: ${result.stderr}`);
  return JSON.parse(result.stdout) as GenerateFigure;
}

async function startSimulatorProcess(): Promise<{ baseUrl: string; stop(): void }> {
  const script = fileURLToPath(new URL("../packages/simulator/src/artdesk-sim.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=source", script, "--json", "--image-noise"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.once("data", (data: Buffer) => resolve(data.toString("utf8")));
  });
  const { url } = JSON.parse(line) as { url: string };
  return { baseUrl: `${url}/openai/v1`, stop: () => void child.kill("SIGTERM") };
}
