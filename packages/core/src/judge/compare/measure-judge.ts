import type { RateInterval } from "./wilson-interval.ts";
import { wilsonInterval } from "./wilson-interval.ts";
import type { Verdict } from "../../basics/verification.ts";

/** One element of one image: what a person says, and what the judge says. */
export interface LabelledVerdict {
  /** A person sees it in the image. */
  placed: boolean;
  verdict: Verdict;
}

/** How well a judge agrees with people. "Placed" is the positive answer; `unsure` ones count in no rate. */
export interface JudgeMeasure {
  labels: number;
  unsure: number;
  /** Same answer, of all that the judge was sure of. */
  agreement: RateInterval;
  /** Really placed, of what the judge calls placed. */
  precision: RateInterval;
  /** Called placed, of what is really placed. */
  recall: RateInterval;
}

/** Measures a judge on labelled elements. */
export function measureJudge(pairs: readonly LabelledVerdict[]): JudgeMeasure {
  const sure = pairs.filter(({ verdict }) => verdict !== "unsure");
  const count = (placed: boolean, verdict: Verdict): number =>
    sure.filter((pair) => pair.placed === placed && pair.verdict === verdict).length;
  const hits = count(true, "placed");
  return {
    labels: pairs.length,
    unsure: pairs.length - sure.length,
    agreement: wilsonInterval(hits + count(false, "dropped"), sure.length),
    precision: wilsonInterval(hits, hits + count(false, "placed")),
    recall: wilsonInterval(hits, hits + count(true, "dropped")),
  };
}
