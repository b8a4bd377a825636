import { visibleText } from "../../../assets/fields/input-problem.ts";
import { type Chain, chainCostMicroUsd, chainImages, type ChainStepKind } from "../../../assets/chain/draft-chain.ts";
import type { ScopeBalance } from "../../../basics/budget.ts";
import type { Attempt } from "../../../basics/receipt.ts";
import type { ReportError } from "../report.ts";

/** A draft or refinement as reports show it. */
export interface ChainReportImage {
  /** What `--pick` names. */
  number: number;
  kind: ChainStepKind;
  /** Relative to the workspace. */
  path: string;
  sha256: string;
  model: string;
  /** SHA-256 of the image that it was refined from. */
  parent: string | undefined;
  correction: string | undefined;
  /** Bought or recovered by this command. */
  isNew: boolean;
}

/** How many steps a chain has, and what it cost in all. Micro-USD. */
export interface ChainTotals {
  drafts: number;
  refinements: number;
  finals: number;
  costMicroUsd: number;
}

/** The answer of `artdesk draft`, `refine` and `final`. Money in micro-USD. */
export interface ChainReport {
  run: string;
  kind: ChainStepKind;
  id: string;
  file: string;
  /** `unchanged`: what was asked for is there already, and nothing was bought. */
  status: "made" | "unchanged" | "failed";
  /** Every draft and refinement of the asset. */
  images: readonly ChainReportImage[];
  /** The asset's own files, when a final was asked for. */
  outputs: readonly string[];
  /** Number of the image that was refined or picked. */
  pick: number | undefined;
  model: string | undefined;
  quality: string | undefined;
  size: string | undefined;
  costMicroUsd: number;
  possiblyBilledMicroUsd: number;
  reasons: readonly string[];
  warnings: readonly string[];
  durationMs: number;
  attempts: readonly Attempt[];
  error: ReportError | undefined;
  chain: ChainTotals;
  budget: readonly ScopeBalance[];
  /** What was finished from a run that was cut off. */
  recovered: readonly string[];
  /** Path of the page with all drafts, relative to the workspace. */
  contactSheet: string | undefined;
  /** Commands that lead on from here. */
  next: readonly string[];
}

/** Sums a chain up. */
export function chainTotals(chain: Chain): ChainTotals {
  const images = (kind: ChainStepKind): number =>
    chain.steps.filter((step) => step.kind === kind).reduce((total, { outputs }) => total + outputs.length, 0);
  return {
    drafts: images("draft"),
    refinements: images("refine"),
    finals: chain.steps.filter((step) => step.kind === "final" && step.outputs.length > 0).length,
    costMicroUsd: chainCostMicroUsd(chain),
  };
}

/** The chain's images for a report; those whose number is above `known` are new. */
export function reportImages(chain: Chain, known: number): readonly ChainReportImage[] {
  return chainImages(chain).map(({ number, step, path, sha256 }) => ({
    number,
    kind: step.kind,
    path,
    sha256,
    model: step.model,
    parent: step.parent,
    correction: step.correction === undefined ? undefined : visibleText(step.correction),
    isNew: number > known,
  }));
}
