import type { HttpRequest } from "../../basics/ports.ts";

/** Lines of one batch (OpenAI: 50,000); fewer keep what comes back handy. */
export const MAX_BATCH_LINES = 500;

/** Gemini's answer is one JSON text, which may not be longer than 2^29 characters: about three of them are a pixel. */
export const MAX_BATCH_PIXELS = 120_000_000;

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
