import type { ErrorCode } from "./error-code.ts";
import type { ArtdeskError } from "./errors.ts";
import type { Decision, Offer, ReceivedImage, Usage } from "./types.ts";
import type { Verification } from "./verification.ts";

/** How one paid call ended. */
export type AttemptOutcome = "delivered" | "partial" | "refused" | "failed" | "unknown" | "resumed";

/** One call to a provider; every attempt is on the books. */
export interface Attempt {
  /** Also the id of its ledger reservation. */
  id: string;
  /**
   * What was bought: images, a smaller image that a later step enlarges, a judge's look at one, or the questions of a
   * prompt. @default "image"
   */
  kind?: "image" | "base" | "judge" | "questions" | undefined;
  provider: string;
  model: string;
  quality: string;
  size: string;
  outcome: AttemptOutcome;
  images: number;
  /** POSTs that left for this attempt. */
  posts: number;
  billed: "no" | "yes" | "unknown";
  /** Settled cost. Micro-USD. For `unknown`, the amount that stays reserved. */
  costMicroUsd: number;
  /** The price table's figure, kept beside the settled one. Micro-USD. */
  tableMicroUsd: number;
  usage: Usage | undefined;
  requestId: string | undefined;
  startedAtMs: number;
  durationMs: number;
  error: { code: ErrorCode; message: string } | undefined;
}

/** What was made, what it cost, and why that model was chosen. */
export interface Receipt {
  /** Offer that delivered the first image. */
  offer: Offer | undefined;
  model: string | undefined;
  attempts: readonly Attempt[];
  /** Settled cost of all attempts. Micro-USD. */
  costMicroUsd: number;
  /** Still counted against the budget for outcomes that are not known. Micro-USD. */
  possiblyBilledMicroUsd: number;
  reasons: readonly string[];
  warnings: readonly string[];
  requestIds: readonly string[];
  hashes: readonly string[];
  durationMs: number;
  /** What a judge saw, when one was asked. */
  verification?: Verification | undefined;
}

/** Images and their receipt. `error` is set when fewer than `count` images came. */
export interface GenerateResult {
  images: readonly ReceivedImage[];
  /** For each image, which of the request's images it is, counted from 0. */
  positions: readonly number[];
  receipt: Receipt;
  decision: Decision;
  error: ArtdeskError | undefined;
}
