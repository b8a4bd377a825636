#!/usr/bin/env node
import { parseArgs } from "node:util";
import { startReplay } from "./replay/start-replay.ts";
import type { Replay } from "./replay/start-replay.ts";
import { startSimulator } from "./start-simulator.ts";
import type { Simulator, SimulatorOptions } from "./start-simulator.ts";

const USAGE = `artdesk-sim [--port N] [--seed N] [--latency-ms N] [--images-per-minute N] [--batch-polls N] [--batch-file] [--image-noise] [--today YYYY-MM-DD] [--json]
artdesk-sim --replay DIR [--port N] [--json]

Image providers on 127.0.0.1, with a bank statement and scripted faults.
  --port N            port (default 0: any free one)
  --seed N            fixes images, token counts and identifiers (default 1)
  --latency-ms N      added to every paid call (default 0)
  --images-per-minute N  refuses more than N images of a model in any minute (default: no limit)
  --batch-polls N     looks at a batch that find it running (default 1)
  --batch-file        Gemini answers a batch in a file of lines
  --image-noise       PNGs as heavy as real ones
  --today YYYY-MM-DD  the day it plays; models past their shutdown date are gone (default: today)
  --replay DIR        answers as recorded: cases/*.json and images/ of DIR; POST /_sim/replay {"id"} chooses which
  --json              one JSON line {url, port, env} when ready
`;

interface Command {
  readonly options: SimulatorOptions & { readonly port: number };
  /** A folder of recordings to play back, instead of simulating. */
  readonly replay: string | undefined;
  readonly json: boolean;
}

/** What goes together with `--replay`: nothing is made up there, so nothing else has a meaning. */
const REPLAY_FLAGS: ReadonlySet<string> = new Set(["replay", "port", "json", "help"]);

function readCommand(): Command | "help" {
  const { values, tokens } = parseArgs({
    tokens: true,
    options: {
      port: { type: "string", default: "0" },
      seed: { type: "string", default: "1" },
      "latency-ms": { type: "string", default: "0" },
      "images-per-minute": { type: "string" },
      "batch-polls": { type: "string", default: "1" },
      "batch-file": { type: "boolean", default: false },
      "image-noise": { type: "boolean", default: false },
      today: { type: "string" },
      replay: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const flags = tokens.flatMap((token) => (token.kind === "option" ? [token.name] : []));
  const idle = flags.find((name) => !REPLAY_FLAGS.has(name));
  if (values.replay !== undefined && idle !== undefined)
    throw new Error(`--${idle} means nothing with --replay: everything comes as it was recorded.`);
  const startedMs = Date.now();
  const offsetMs = values.today === undefined ? 0 : dayMs(values.today) - startedMs;
  return {
    json: values.json,
    replay: values.replay,
    options: {
      port: wholeNumber("--port", values.port, 65_535),
      seed: wholeNumber("--seed", values.seed, Number.MAX_SAFE_INTEGER),
      latencyMs: wholeNumber("--latency-ms", values["latency-ms"], 3_600_000),
      batchPolls: wholeNumber("--batch-polls", values["batch-polls"], 1_000_000),
      imagesPerMinute:
        values["images-per-minute"] === undefined
          ? undefined
          : wholeNumber("--images-per-minute", values["images-per-minute"], 1_000_000),
      batchFile: values["batch-file"],
      imageNoise: values["image-noise"],
      now: () => Date.now() + offsetMs,
    },
  };
}

function wholeNumber(flag: string, text: string, maximum: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > maximum)
    throw new Error(`${flag} must be a whole number from 0 to ${maximum}, not '${text}'.`);
  return value;
}

function dayMs(text: string): number {
  const value = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T12:00:00Z`) : Number.NaN;
  if (Number.isNaN(value)) throw new Error(`--today must be a date such as 2026-11-23, not '${text}'.`);
  return value;
}

function describe(simulator: Simulator): string {
  const exports = Object.entries(simulator.env).map(([name, value]) => `export ${name}=${value}`);
  return [
    `# Simulated image providers on ${simulator.url} (any key works). Ctrl-C stops them.`,
    ...exports,
    `# Statement: ${simulator.url}/_sim/statement`,
    `# Calls:     ${simulator.url}/_sim/calls`,
    `# Faults:    POST a list to ${simulator.url}/_sim/faults`,
    "",
  ].join("\n");
}

function describeReplay({ url, env, recordings }: Replay): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${value}`);
  const [first] = recordings;
  return [
    `# ${recordings.length} recorded exchanges on ${url} (any key works). Ctrl-C stops them.`,
    ...exports,
    `# Playing:   ${first?.id}`,
    `# Another:   POST {"id": "NAME"} to ${url}/_sim/replay; GET lists them`,
    "",
  ].join("\n");
}

async function main(): Promise<void> {
  const command = readCommand();
  if (command === "help") {
    process.stdout.write(USAGE);
    return;
  }
  const replay = command.replay === undefined ? undefined : await startReplay(command.replay, command.options.port);
  const simulator = replay ?? (await startSimulator(command.options));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void simulator.close());
  const { url, port, env } = simulator;
  const words = (): string => ("recordings" in simulator ? describeReplay(simulator) : describe(simulator));
  process.stdout.write(command.json ? `${JSON.stringify({ url, port, env })}\n` : words());
}

try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`artdesk-sim: ${message}\n\n${USAGE}`);
  process.exitCode = 2;
}
