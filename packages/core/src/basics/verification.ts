import type { QuestionSource, Question } from "./question.ts";

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

/** Whether an element is in the image. `unsure`: the judge cannot tell, or was not asked. */
export type Verdict = "placed" | "dropped" | "unsure";

/** One question with its answer. */
export interface ElementVerdict {
  id: string;
  question: string;
  element: string;
  kind: Question["kind"];
  /** Probability of yes as the judge gave it, 0 to 1; undefined when it gave none. */
  probability: number | undefined;
  verdict: Verdict;
  /** Ids of the parents that do not hold and so decide this verdict. */
  gatedBy: readonly string[];
}

/** What a judge's answers say about one image. */
export interface ImageScore {
  elements: readonly ElementVerdict[];
  /** Arithmetic mean of the probabilities, 0 to 1, a child of a dropped parent counting 0; undefined without answers. */
  elementMean: number | undefined;
  /** Geometric mean of the same: near 0 as soon as one element is missing; undefined without answers. */
  promptScore: number | undefined;
  /** `placed` when every element is, `dropped` when any is, else `unsure`. */
  verdict: Verdict;
}
