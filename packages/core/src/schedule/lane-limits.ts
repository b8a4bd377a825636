import type { KnownLimits } from "../types.ts";

/** What a provider counts: images or tokens that start in a minute, or money in a longer window. */
export type QuotaKind = "images" | "tokens" | "microUsd";

/** How long each kind is counted for: the last such span, at any moment. Milliseconds. */
export const WINDOW_MS: Readonly<Record<QuotaKind, number>> = { images: 60_000, tokens: 60_000, microUsd: 600_000 };

/** What one account may do; an absent figure means no such limit. */
export interface LimitTier {
  /** As the provider calls it, for example `tier 1`. */
  name: string;
  /** Images per 60 seconds. */
  images?: number | undefined;
  /** Tokens per 60 seconds. */
  tokens?: number | undefined;
  /** Micro-USD per 600 seconds. */
  microUsd?: number | undefined;
}

/** What is published about a provider's limits: data of a catalogue row. */
export interface PublishedLimits {
  /** The tiers of an account, lowest first. Which one holds is learned. Empty when none is published. */
  tiers: readonly LimitTier[];
  /** Calls that may run at the same time. */
  concurrency?: number | undefined;
  /** Set by the user: holds whatever is published or learned. */
  fixed?: KnownLimits | undefined;
}

/** What one call takes of its lane's limits. */
export interface LaneNeed {
  images: number;
  /** Likely tokens, in and out. */
  tokens: number;
  /** The most that it may cost. */
  microUsd: number;
}
