import type { TruthBook } from "./adherence.ts";
import type { Bank, Booking, StatementEntry } from "./bank.ts";
import type { Fault } from "./fault.ts";
import type { FaultScript } from "./fault-script.ts";
import type { ImageStudio } from "./image-studio.ts";
import type { JobShelf } from "./queued-job.ts";
import type { Timers } from "./timers.ts";
import type { Reply, WireRequest } from "./wire.ts";

/** What the simulator lends to every provider. */
export interface Desk {
  readonly seed: number;
  readonly bank: Bank;
  readonly faults: FaultScript;
  readonly images: ImageStudio;
  /** What the drawn images show. */
  readonly truth: TruthBook;
  readonly timers: Timers;
  readonly jobs: JobShelf;
  /** Added to every paid call. */
  readonly latencyMs: number;
  /** Forces `output_tokens_details` of OpenAI on or off; `undefined` leaves it to the model. */
  readonly openaiOutputDetails: boolean | undefined;
  /** Unix time in milliseconds. */
  nowMs(): number;
  /** A fresh identifier: 32 hexadecimal digits, fixed by the seed and the order of the calls. */
  nextId(): string;
}

/** How a reply goes onto the wire. */
export type Delivery =
  | { readonly how: "whole" }
  | { readonly how: "cut_before_headers" }
  | { readonly how: "cut_in_body" }
  | { readonly how: "slow_body"; readonly durationMs: number };

/** A reply with the way it is sent and the booking that waits for the outcome. */
export interface Answer {
  readonly reply: Reply;
  readonly delivery: Delivery;
  readonly booking?: Booking | undefined;
  /** What the statement says once the reply was sent. */
  readonly deliveredWhenSent?: StatementEntry["delivered"] | undefined;
  readonly faultKind?: Fault["kind"] | undefined;
}

/** One simulated provider. Adding one means: a file in `providers/` that makes this, and its name in `simulated-providers.ts`. */
export interface SimulatedProvider {
  readonly name: string;
  /** Where it lives on the simulator, for example "/openai/v1". Requests carry the path behind it. */
  readonly basePath: string;
  /** Header names that carry a key. Their values are never logged. */
  readonly keyHeaders: readonly string[];
  /** The environment that points a client at the simulator, example key included. */
  environment(origin: string): Readonly<Record<string, string>>;
  answer(request: WireRequest, desk: Desk): Promise<Answer>;
  /** The provider's own error body, for failures outside its endpoints: 404, 413, 500. */
  failure(status: number, message: string): Reply;
}

/** A reply that is sent whole and costs nothing. */
export function freeAnswer(reply: Reply): Answer {
  return { reply, delivery: { how: "whole" } };
}
