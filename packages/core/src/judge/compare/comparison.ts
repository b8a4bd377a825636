import type { ErrorCode } from "../../basics/error-code.ts";
import type { OnEvent } from "../../basics/events.ts";
import type { AbortSignalLike } from "../../basics/ports.ts";
import type { Attempt, GenerateResult } from "../../basics/receipt.ts";
import type { ImageRequest, ReceivedImage } from "../../basics/types.ts";
import type { JudgedImage } from "../../basics/verification.ts";
import type { GenerateOptions } from "../../buy/generate.ts";
import type { Ledger, Reservation } from "../../buy/ledger/ledger-types.ts";
import type { VerifiedPlan } from "../verify/plan-verification.ts";
import type { RateInterval } from "./wilson-interval.ts";

/** What a comparison needs of an art desk. */
export interface ComparingDesk {
  readonly ledger: Ledger;
  plan(request: ImageRequest): Promise<VerifiedPlan>;
  hold(planned: readonly { planned: VerifiedPlan; subject: string }[]): Promise<readonly (readonly Reservation[])[]>;
  generatePlanned(planned: VerifiedPlan, options?: GenerateOptions): Promise<GenerateResult>;
}

export interface CompareOptions {
  /** Models by id or alias; `MODEL@QUALITY` pins a quality, too. */
  models: readonly string[];
  /** Images per model, 1 to 10. @default 5 */
  attempts?: number | undefined;
  signal?: AbortSignalLike | undefined;
  onEvent?: OnEvent | undefined;
  /** The caller's own key, shown in the books. */
  subject?: string | undefined;
}

/** How often one element was there. */
export interface ElementRate extends RateInterval {
  id: string;
  element: string;
  /** Images of which the judge could not tell. Not part of the trials. */
  unsure: number;
}

/** What one model did. */
export interface ComparedModel {
  /** As it was asked for. */
  name: string;
  model: string;
  quality: string;
  size: string;
  /** Images that came, at most the attempts. */
  images: readonly ReceivedImage[];
  judged: readonly JudgedImage[];
  elements: readonly ElementRate[];
  /** All elements of all images together. */
  placed: RateInterval;
  /** Images in which every element was there. */
  complete: RateInterval;
  /** Mean of the images' element means; undefined when none was judged. */
  elementMean: number | undefined;
  promptScore: number | undefined;
  /** Cost of the images, failed attempts included, without the judge. Micro-USD. */
  costMicroUsd: number;
  /** Micro-USD; undefined without images. */
  costPerImageMicroUsd: number | undefined;
  judgeMicroUsd: number;
  /** Every call, the judge's too. */
  attempts: readonly Attempt[];
  /** Mean time of a call that delivered. */
  durationMs: number | undefined;
  warnings: readonly string[];
  error: { code: ErrorCode; message: string } | undefined;
}

/** The same prompt on several models. */
export interface Comparison {
  prompt: string;
  attempts: number;
  models: readonly ComparedModel[];
  winner: Winner;
  /** All that was spent, possibly billed amounts included. Micro-USD. */
  costMicroUsd: number;
}

/** A comparison before anything is paid: what each model would make. */
export interface PlannedComparison {
  attempts: number;
  models: readonly { name: string; planned: VerifiedPlan }[];
}

/** How a planned comparison is made. */
export interface ComparisonRun extends Omit<CompareOptions, "models" | "attempts"> {
  /** What {@link holdComparisons} has set aside, by model. @default each model reserves when its turn comes */
  held?: readonly (readonly Reservation[])[] | undefined;
}

/** Who won, if anybody did. */
export interface Winner {
  /** As it was asked for; undefined when the figures do not say it. */
  name: string | undefined;
  /** One sentence for people. */
  reason: string;
}
