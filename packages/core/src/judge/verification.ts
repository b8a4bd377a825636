import type { QuestionSource } from "./question.ts";
import type { ImageScore } from "./score-answers.ts";

/** What a judge saw in one image. */
export interface JudgedImage extends ImageScore {
  /** Which of the request's images, counted from 0. */
  position: number;
  /** Lower-case hex SHA-256 of the image. */
  sha256: string;
  model: string;
  quality: string;
  /** Id of the judge, `openai-decisions` for example; undefined when none could be asked. */
  judge: string | undefined;
  judgeModel: string | undefined;
  /** The judge comes from the provider that made the image. */
  sameFamily: boolean;
  /** Why there is no verdict, in plain words. */
  reason: string | undefined;
}

/** One step of the chain: what was made on one offer, and how much of it was good enough. */
export interface VerificationStep {
  model: string;
  quality: string;
  /** Images made in this step. */
  images: number;
  passed: number;
  /** Elements that were missing, in any image. */
  missing: readonly string[];
  /** Settled and possibly billed cost of the images, without the judge. Micro-USD. */
  costMicroUsd: number;
}

/** What a judge found, step by step; part of the receipt. */
export interface Verification {
  mode: "report" | "escalate";
  /** Where the questions came from; undefined when there were none. */
  questions: QuestionSource | undefined;
  steps: readonly VerificationStep[];
  /** The delivered images. */
  images: readonly JudgedImage[];
  /** What judging cost, the drawing of questions included. Micro-USD. */
  judgeMicroUsd: number;
  /**
   * The estimate of going to the top offer at once, less everything that was spent; negative when the chain cost more.
   * Micro-USD; undefined when there was no cheaper step to begin with.
   */
  savedMicroUsd: number | undefined;
  /** Why this chain, and what could not be done, in plain words. */
  reasons: readonly string[];
}
