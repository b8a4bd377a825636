/** What a provider counts: images or tokens that start in a minute, or money in a longer window. */
export type QuotaKind = "images" | "tokens" | "microUsd";

/** How long each kind is counted for: the last such span, at any moment. Milliseconds. */
export const WINDOW_MS: Readonly<Record<QuotaKind, number>> = { images: 60_000, tokens: 60_000, microUsd: 600_000 };

/** What one call takes of its lane's limits. */
export interface LaneNeed {
  images: number;
  /** Likely tokens, in and out. */
  tokens: number;
  /** The most that it may cost. */
  microUsd: number;
}
