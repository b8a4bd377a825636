import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Adherence, parseAdherence, TruthBook } from "./images/adherence.ts";
import { Bank } from "./bank/bank.ts";
import type { Statement } from "./bank/bank.ts";
import { BatchRoom } from "./desk/batch-room.ts";
import { CallLog } from "./server/call-log.ts";
import type { CallRecord } from "./server/call-log.ts";
import type { ControlDesk } from "./server/control-desk.ts";
import { digest } from "./basics/digest.ts";
import { parseFaults } from "./faults/fault.ts";
import type { FaultInput } from "./faults/fault.ts";
import { FaultScript } from "./faults/fault-script.ts";
import { ImageStudio } from "./images/image-studio.ts";
import type { Desk } from "./desk/desk.ts";
import { handleRequest } from "./server/request-handler.ts";
import { RateLimiter } from "./bank/rate-limiter.ts";
import { JobShelf } from "./desk/job-shelf.ts";
import { SIMULATED_PROVIDERS } from "./providers/simulated-providers.ts";
import { Timers } from "./basics/timers.ts";

export interface SimulatorOptions {
  /** Port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number | undefined;
  /** Fixes images, token counts and identifiers. Default 1. */
  readonly seed?: number | undefined;
  /** Looks at a batch that find it running before it is made. Default 1. */
  readonly batchPolls?: number | undefined;
  /** Gemini answers a batch in a file of lines, as it does for many images. Default false. */
  readonly batchFile?: boolean | undefined;
  /** The account's limit per model, over the last 60 seconds by the simulator's clock. Default: none. */
  readonly imagesPerMinute?: number | undefined;
  /** Added to every paid call. Default 0. */
  readonly latencyMs?: number | undefined;
  /** The clock, Unix time in milliseconds. Models past their shutdown date are gone. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Makes PNGs as heavy as real ones (about 1.9 MB at 1024x1024), for benchmarks. Default false. */
  readonly imageNoise?: boolean | undefined;
  /** Whether OpenAI replies carry `output_tokens_details`. Default true. */
  readonly openaiOutputDetails?: boolean | undefined;
  /** Bytes of encoded images kept for repeated requests. Default 256 MB. */
  readonly imageCacheMaxBytes?: number | undefined;
  /** What images show, so that judges can be asked about them. Default: everything, and equal orders give equal images. */
  readonly adherence?: Adherence | undefined;
}

/** A running simulator. */
export interface Simulator {
  /** For example "http://127.0.0.1:40123". */
  readonly url: string;
  readonly port: number;
  /** The environment that points clients at the simulator: base URLs and example keys (any key works). */
  readonly env: Readonly<Record<string, string>>;
  /** The bank's view: every billed call. */
  statement(): Statement;
  /** Every request received, oldest first. */
  calls(): readonly CallRecord[];
  /**
   * Replaces the fault script.
   *
   * @throws Error that names every mistake in the list
   */
  faults(list: readonly FaultInput[]): void;
  /** Replaces what images show from now on; undefined ends it. */
  adherence(adherence: Adherence | undefined): void;
  /** Whether an image (lower-case hex SHA-256 of its bytes) shows what a question asks for. */
  isPlaced(imageSha256: string, question: string): boolean;
  /** Empties statement, calls and fault script, and starts the identifiers again. */
  reset(): void;
  /** Ends every connection and timer. Resolves when the port is free. */
  close(): Promise<void>;
}

const DEFAULT_CACHE_MAX_BYTES = 256_000_000;

/**
 * Starts image providers on 127.0.0.1, with a bank statement and scripted faults.
 *
 * @throws Error when the port is taken
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = options.seed ?? 1;
  const bank = new Bank();
  const calls = new CallLog();
  const faults = new FaultScript();
  const timers = new Timers();
  const batchRoom = new BatchRoom(options.batchPolls ?? 1, options.batchFile ?? false);
  const rateLimiter = new RateLimiter(options.imagesPerMinute);
  const jobs = new JobShelf();
  const truth = new TruthBook(seed, options.adherence && parseAdherence(options.adherence));
  let identifiers = 0;
  const reset = (): void => {
    bank.reset();
    calls.reset();
    rateLimiter.reset();
    batchRoom.reset();
    faults.replace([]);
    jobs.clear();
    truth.reset();
    identifiers = 0;
  };
  const desk: Desk & ControlDesk = {
    seed,
    bank,
    calls,
    faults,
    timers,
    rateLimiter,
    batchRoom,
    jobs,
    truth,
    images: new ImageStudio({
      truth,
      seed,
      noise: options.imageNoise ?? false,
      cacheMaxBytes: options.imageCacheMaxBytes ?? DEFAULT_CACHE_MAX_BYTES,
    }),
    latencyMs: options.latencyMs ?? 0,
    openaiOutputDetails: options.openaiOutputDetails,
    nowMs: options.now ?? Date.now,
    nextId: () =>
      digest("id", seed, (identifiers += 1))
        .toString("hex")
        .slice(0, 32),
    reset,
  };
  const server = createServer((request, response) => {
    handleRequest(request, response, desk).catch(() => response.destroy());
  });
  // Longer than any client keeps a connection, so that a pooled one is never closed under a request.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    env: Object.assign({}, ...SIMULATED_PROVIDERS.map((provider) => provider.environment(url))) as Record<
      string,
      string
    >,
    statement: () => bank.statement(),
    calls: () => calls.records(),
    faults: (list) => faults.replace(parseFaults(list)),
    adherence: (adherence) => truth.replace(adherence && parseAdherence(adherence)),
    isPlaced: (imageSha256, question) => truth.isPlaced(imageSha256, question),
    reset,
    close: () =>
      new Promise((resolve) => {
        timers.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
