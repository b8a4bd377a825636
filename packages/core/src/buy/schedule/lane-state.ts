import * as v from "valibot";
import type { KnownLimits } from "../../basics/types.ts";
import type { LaneNeed } from "./lane-limits.ts";

/** Calls that started at about the same moment. */
export interface Grant extends LaneNeed {
  atMs: number;
}

/**
 * What is known of a lane: one model of one account. The document that processes share, so it holds whole milliseconds
 * by their clocks; these must agree to less than {@link MARGIN_MS}.
 */
export interface LaneState {
  /** What started within the longest window, oldest first. */
  grants: readonly Grant[];
  known: KnownLimits;
  /** When `known` was learned. After a day it is asked anew, because accounts rise. */
  learnedAtMs: number;
  /** Index of the lowest published tier that the account may still have; its figures are proven. */
  tier: number;
  /** A call beyond what is proven, whose answer is awaited. */
  probeAtMs: number | undefined;
  /** Nothing may start before: the provider said so. */
  closedUntilMs: number;
  /** Calls under way, with the time at which they count as ended; only where their number is limited. */
  leases: Readonly<Record<string, number>>;
  /** Processes that wait, and when they last said so. */
  waiting: Readonly<Record<string, number>>;
}

/** Added to every window: requests do not all take equally long to arrive. */
export const MARGIN_MS = 750;

export function emptyLane(): LaneState {
  return {
    grants: [],
    known: {},
    learnedAtMs: 0,
    tier: 0,
    probeAtMs: undefined,
    closedUntilMs: 0,
    leases: {},
    waiting: {},
  };
}

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const laneSchema = v.object({
  format: v.literal(1),
  grants: v.array(v.tuple([whole, whole, whole, whole])),
  known: v.object({
    images: v.optional(whole),
    tokens: v.optional(whole),
    microUsd: v.optional(whole),
    concurrency: v.optional(whole),
  }),
  learnedAtMs: whole,
  tier: whole,
  probeAtMs: v.optional(whole),
  closedUntilMs: whole,
  leases: v.record(v.string(), whole),
  waiting: v.record(v.string(), whole),
});

export function serializeLane(state: LaneState): string {
  const { grants, ...rest } = state;
  const rows = grants.map(({ atMs, images, tokens, microUsd }) => [atMs, images, tokens, microUsd]);
  return JSON.stringify({ format: 1, ...rest, grants: rows });
}

/** A document that cannot be read counts as empty: it costs at most a refusal, never money. */
export function parseLane(text: string): LaneState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return emptyLane();
  }
  const result = v.safeParse(laneSchema, value);
  if (!result.success) return emptyLane();
  const { format: _format, grants, probeAtMs, ...rest } = result.output;
  return {
    ...rest,
    probeAtMs,
    grants: grants.map(([atMs, images, tokens, microUsd]) => ({ atMs, images, tokens, microUsd })),
  };
}
