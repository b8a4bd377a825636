import type { KnownLimits } from "../../basics/types.ts";

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
