import type { Booking, StatementEntry } from "../bank/bank.ts";
import type { Reply } from "../basics/wire.ts";
import type { Fault } from "../faults/fault.ts";

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

/** A reply that is sent whole and costs nothing. */
export function freeAnswer(reply: Reply): Answer {
  return { reply, delivery: { how: "whole" } };
}
