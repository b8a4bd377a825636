/**
 * Where an asset stands. `stale` needs making. `made_earlier` matches its prompt and was made since the pull request's
 * base. The last four are ends of a run that makes; `submitted` is in a batch, to be collected by a later run.
 */
export type AssetState =
  | "stale"
  | "unchanged"
  | "made_earlier"
  | "invalid"
  | "generated"
  | "submitted"
  | "failed"
  | "skipped";

/** Another way to make the image, and why it was not taken. */
export interface RejectedRow {
  model: string;
  quality: string;
  size: string;
  reason: string;
}

/** One image of the report. Texts are raw: the renderers escape them. Money in micro-USD. */
export interface ReportAsset {
  id: string;
  /** Prompt file, and output file, from the repository's root. */
  promptFile: string;
  output: string;
  state: AssetState;
  model: string | undefined;
  quality: string | undefined;
  size: string | undefined;
  estimateMicroUsd: number | undefined;
  worstCaseMicroUsd: number | undefined;
  /** What it cost, once made. */
  costMicroUsd: number | undefined;
  /** Why this model, or why nothing was done; most important first. */
  reasons: readonly string[];
  rejected: readonly RejectedRow[];
  /** What went wrong, and what to do. */
  problem: { message: string; hint: string | undefined; line: number | undefined } | undefined;
  /** Addresses of the image before this change and after it, pinned to a commit. */
  beforeUrl: string | undefined;
  afterUrl: string | undefined;
}

/** One money limit as it stands. Micro-USD. */
export interface BudgetLine {
  label: string;
  limitMicroUsd: number;
  leftMicroUsd: number;
}

/** Everything that the comment, the summary and the pull request body tell. */
export interface ReportModel {
  mode: "plan" | "check" | "generate";
  /** True for a comment on a pull request: the sentence then speaks of it. */
  onPullRequest: boolean;
  assets: readonly ReportAsset[];
  /** Stale images that are not among them, because another run makes them just now. */
  leftToOthers?: number | undefined;
  /** The limits that apply, tightest first. */
  budgets: readonly BudgetLine[];
  /** Set when a budget stopped the run: what it says. */
  budgetStop: string | undefined;
  /** One sentence each: why this run only plans, warnings of the plan, paths that others changed. */
  notes: readonly string[];
  commit: { sha: string; url: string } | undefined;
  pullRequest: { number: number; url: string } | undefined;
  /** The run, for the whole report. */
  runUrl: string | undefined;
}

/** Counts and sums of a report. */
export interface ReportTotals {
  stale: number;
  unchanged: number;
  generated: number;
  madeEarlier: number;
  /** Failed or invalid. */
  failed: number;
  skipped: number;
  /** In a batch. */
  submitted: number;
  estimateMicroUsd: number;
  worstCaseMicroUsd: number;
  costMicroUsd: number;
}

/** Adds up a report. */
export function totalsOf(assets: readonly ReportAsset[]): ReportTotals {
  const count = (...states: AssetState[]): number => assets.filter((asset) => states.includes(asset.state)).length;
  const sum = (of: (asset: ReportAsset) => number | undefined): number =>
    assets.reduce((total, asset) => total + (of(asset) ?? 0), 0);
  const isStale = (asset: ReportAsset): boolean => asset.state === "stale";
  return {
    stale: count("stale"),
    unchanged: count("unchanged"),
    generated: count("generated"),
    madeEarlier: count("made_earlier"),
    failed: count("failed", "invalid"),
    skipped: count("skipped"),
    submitted: count("submitted"),
    estimateMicroUsd: sum((asset) => (isStale(asset) ? asset.estimateMicroUsd : 0)),
    worstCaseMicroUsd: sum((asset) => (isStale(asset) ? asset.worstCaseMicroUsd : 0)),
    costMicroUsd: sum((asset) => asset.costMicroUsd),
  };
}
