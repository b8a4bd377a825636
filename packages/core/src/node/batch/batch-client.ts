import { ArtdeskError } from "../../errors.ts";
import type { Http, HttpRequest } from "../../ports.ts";

/** One call of a batch. */
export interface BatchLine {
  /** Comes back with the result: the attempt's id. */
  id: string;
  request: HttpRequest;
}

/** What became of one line: a reply as the provider gives to the same call outside a batch. */
export interface BatchLineResult {
  id: string;
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export type BatchState =
  | { kind: "running"; detail: string }
  | { kind: "ended"; results: AsyncIterable<BatchLineResult> };

/** A provider's batch service. Nothing is sent twice by itself. */
export interface BatchClient {
  /** Hands in lines of one model and one endpoint under our own name for them. @returns the provider's id */
  submit(name: string, lines: readonly BatchLine[]): Promise<string>;
  /** The batch that was handed in under this name; undefined when there is none. */
  find(name: string): Promise<string | undefined>;
  look(id: string): Promise<BatchState>;
}

export interface BatchClientOptions {
  /** Sends and signs, as for every other call. */
  http: Http;
}

/** The batch services that there are, by provider; the library of each loads only when it is opened. */
const SERVICES: ReadonlyMap<string, (options: BatchClientOptions) => Promise<BatchClient>> = new Map([
  ["openai", async (options) => (await import("./openai-batch-client.ts")).createOpenAiBatchClient(options)],
  ["gemini", async (options) => (await import("./gemini-batch-client.ts")).createGeminiBatchClient(options)],
]);

/** Opens the batch service of a provider. Throws `no_candidate` for one without. */
export async function openBatchClient(provider: string, options: BatchClientOptions): Promise<BatchClient> {
  const open = SERVICES.get(provider);
  if (!open) throw new ArtdeskError({ code: "no_candidate", shortMessage: `${provider} has no batch service.` });
  return open(options);
}
