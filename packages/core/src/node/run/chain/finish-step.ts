import type { Chain, ChainStepKind } from "../../../assets/chain/draft-chain.ts";
import { isArtdeskError } from "../../../basics/errors.ts";
import type { ArtdeskError } from "../../../basics/errors.ts";
import type { GenerateResult } from "../../../basics/receipt.ts";
import { budgetWarnings } from "../../../decide/plan/money-limits.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { budgetOf, toReportError } from "../asset-planning.ts";
import { readChain } from "../chain-files.ts";
import { type ChainReport, chainTotals, reportImages } from "./chain-report.ts";
import type { ChainPlace } from "./chain-run.ts";
import { writeChainSheet } from "./chain-sheet-file.ts";

/** What a step came to. */
export interface StepOutcome {
  kind: ChainStepKind;
  pick?: number | undefined;
  /** Absent when nothing had to be bought. */
  result?: GenerateResult | undefined;
  /** Why what was bought is not where it belongs. */
  error?: ArtdeskError | undefined;
  outputs?: readonly string[] | undefined;
  warnings?: readonly string[] | undefined;
  next: (newest: number | undefined) => readonly string[];
}

/** Writes the page and the report of a step. */
export async function finishStep(desk: AssetDesk, place: ChainPlace, outcome: StepOutcome): Promise<ChainReport> {
  const { state, knownImages } = place;
  const { asset } = state;
  const { kind, result } = outcome;
  const receipt = result?.receipt;
  const error = outcome.error ?? result?.error;
  const warnings = [...place.warnings, ...(outcome.warnings ?? []), ...(receipt?.warnings ?? [])];
  const chain = readAgain(desk, place, warnings);
  const budget = await budgetOf(desk);
  const images = reportImages(chain, knownImages);
  let contactSheet: string | undefined;
  try {
    if (images.length > 0) contactSheet = await writeChainSheet(desk, state, chain, knownImages);
  } catch (failure) {
    // The page only shows what is there already.
    if (!isArtdeskError(failure)) throw failure;
    warnings.push(`No contact sheet: ${failure.shortMessage}`);
  }
  return {
    run: desk.run,
    kind,
    id: asset.id,
    file: asset.file,
    status: error ? "failed" : result ? "made" : "unchanged",
    images,
    outputs: outcome.outputs ?? [],
    pick: outcome.pick,
    model: receipt?.model,
    quality: receipt?.offer?.quality,
    size: receipt?.offer?.size,
    costMicroUsd: receipt?.costMicroUsd ?? 0,
    possiblyBilledMicroUsd: receipt?.possiblyBilledMicroUsd ?? 0,
    reasons: receipt?.reasons ?? [],
    warnings: [...new Set([...warnings, ...budgetWarnings(desk.budget, { balances: budget })])],
    durationMs: Math.max(0, desk.clock.nowMs() - place.startedAtMs),
    attempts: receipt?.attempts ?? [],
    error: error && toReportError(error, asset),
    chain: chainTotals(chain),
    budget,
    recovered: place.recovered,
    contactSheet,
    next: outcome.next(images.at(-1)?.number),
  };
}

/** The chain as it is now; as it was before when it cannot be read, because what was bought has to be reported. */
function readAgain(desk: AssetDesk, { state, chain }: ChainPlace, warnings: string[]): Chain {
  try {
    return readChain(desk, state.asset.id);
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    warnings.push(error.shortMessage);
    return chain;
  }
}
