import type { PromptAdvice } from "../../decide/brief/advise-prompt.ts";
import type { Verification } from "../../basics/verification.ts";
import type { ErrorCode } from "../../basics/error-code.ts";
import type { ScopeBalance } from "../../basics/budget.ts";
import type { Attempt } from "../../basics/receipt.ts";
import type { Decision, RejectedOffer } from "../../basics/types.ts";

/** A failure in a report: what happened, where, and what to do next. */
export interface ReportError {
  code: ErrorCode;
  message: string;
  hint: string | undefined;
  file: string | undefined;
  line: number | undefined;
  /** More mistakes of the same kind. */
  issues: readonly string[];
}

/** An offer as reports show it. Micro-USD for the whole asset. */
export interface ReportOffer {
  model: string;
  provider: string;
  quality: string;
  size: string;
  tier: string;
  count: number;
  estimateMicroUsd: number;
  worstCaseMicroUsd: number;
  /** Set when the image is made smaller by the first of these and enlarged by the second; the prices above cover both. */
  steps?: readonly Omit<ReportOffer, "steps" | "reasons" | "tier" | "count">[] | undefined;
  reasons: readonly string[];
}

export interface ReportDecision {
  offers: readonly ReportOffer[];
  rejected: readonly RejectedOffer[];
  requiredTier: string;
  warnings: readonly string[];
}

/** Why an asset needs making, or that it does not. */
export type PlanStatus =
  | "new"
  | "changed"
  | "missing_output"
  | "own_output"
  | "edited_output"
  | "unchanged"
  | "invalid"
  | "blocked";

/** Price and wait of a batch. */
export interface BatchPrice {
  /** Whether `urgency: batch` asks for it. */
  isChosen: boolean;
  estimateMicroUsd: number;
  /** The longest that it may take. */
  waitMs: number;
}

export interface PlanAsset {
  id: string;
  file: string;
  output: string;
  outputs: readonly string[];
  /** `WIDTHxHEIGHT` that the files are cut to, where the image itself is bought larger. */
  cutTo?: string | undefined;
  status: PlanStatus;
  /** What the status means, in words. */
  why: string;
  purpose: string | undefined;
  prompt: string | undefined;
  tags: Readonly<Record<string, string>>;
  decision: ReportDecision | undefined;
  /** What models are known to drop in this prompt; empty for an asset that is not to be made. */
  advice: readonly PromptAdvice[];
  /** What the first offer would cost as a batch and how long that may take; undefined where there is none. */
  batch?: BatchPrice | undefined;
  error: ReportError | undefined;
}

/** The answer of `artdesk plan`. */
export interface PlanReport {
  assets: readonly PlanAsset[];
  totals: {
    assets: number;
    toMake: number;
    images: number;
    unchanged: number;
    invalid: number;
    blocked: number;
    estimateMicroUsd: number;
    worstCaseMicroUsd: number;
  };
  budget: readonly ScopeBalance[];
  /** Lock entries whose prompt file is gone. */
  orphans: readonly string[];
  warnings: readonly string[];
}

export interface GenerateAsset {
  id: string;
  file: string;
  output: string;
  outputs: readonly string[];
  /** `submitted`: a batch makes it; `artdesk collect` fetches it. */
  status: "generated" | "unchanged" | "failed" | "skipped" | "submitted";
  /** Images delivered in this run. */
  images: number;
  model: string | undefined;
  quality: string | undefined;
  size: string | undefined;
  costMicroUsd: number;
  possiblyBilledMicroUsd: number;
  reasons: readonly string[];
  warnings: readonly string[];
  durationMs: number;
  purpose: string | undefined;
  prompt: string | undefined;
  tags: Readonly<Record<string, string>>;
  attempts: readonly Attempt[];
  /** What a judge saw, when one was asked. */
  verification?: Verification | undefined;
  error: ReportError | undefined;
}

/** The answer of `artdesk generate`. */
export interface GenerateReport {
  run: string;
  assets: readonly GenerateAsset[];
  totals: {
    generated: number;
    unchanged: number;
    failed: number;
    skipped: number;
    submitted: number;
    images: number;
    costMicroUsd: number;
    possiblyBilledMicroUsd: number;
  };
  budget: readonly ScopeBalance[];
  /** What was finished from a run that was cut off. */
  recovered: readonly string[];
  /** Path of the contact sheet, relative to the workspace. */
  contactSheet: string | undefined;
  warnings: readonly string[];
}

/** The answer of `artdesk check`. */
export interface CheckReport {
  assets: readonly {
    id: string;
    file: string;
    output: string;
    status: PlanStatus;
    why: string;
    error: ReportError | undefined;
  }[];
  orphans: readonly string[];
  totals: { assets: number; stale: number; invalid: number; orphans: number };
}

/** A decision as reports show it. */
export function reportDecision(decision: Decision): ReportDecision {
  return {
    offers: decision.offers.map((offer) => ({
      model: offer.model,
      provider: offer.provider,
      quality: offer.quality,
      size: offer.size,
      tier: offer.tier,
      count: offer.count,
      estimateMicroUsd: offer.estimateMicroUsd,
      worstCaseMicroUsd: offer.worstCaseMicroUsd,
      ...(offer.steps && {
        steps: offer.steps.map(({ model, provider, quality, size, estimateMicroUsd, worstCaseMicroUsd }) => ({
          model,
          provider,
          quality,
          size,
          estimateMicroUsd,
          worstCaseMicroUsd,
        })),
      }),
      reasons: offer.reasons,
    })),
    rejected: decision.rejected,
    requiredTier: decision.requiredTier,
    warnings: decision.warnings,
  };
}
