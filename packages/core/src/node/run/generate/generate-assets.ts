import pLimit from "p-limit";
import type { ErrorCode } from "../../../basics/error-code.ts";
import { isArtdeskError } from "../../../basics/errors.ts";
import type { AbortSignalLike } from "../../../basics/ports.ts";
import type { Reservation } from "../../../buy/ledger/ledger-types.ts";
import { releaseHeld } from "../../../buy/ledger/release-held.ts";
import { budgetWarnings } from "../../../decide/plan/money-limits.ts";
import type { JournalRecord } from "../../journal/file-journal.ts";
import type { AssetState } from "../../workspace/status-listing.ts";
import { acquireWorkspaceLock, describeHolder } from "../../workspace/workspace-lock.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { budgetOf, collectWarnings } from "../asset-planning.ts";
import { isForBatch, submitBatches } from "../batch/submit-batches.ts";
import { failedAsset, problemReport, skippedAsset, submittedAsset, unchangedAsset } from "../generate-outcome.ts";
import type { Job } from "../job.ts";
import { planWithBases } from "../kept-bases.ts";
import { listStates } from "../list-states.ts";
import { ownFileError } from "../own-files.ts";
import { missingOutputs } from "../missing-outputs.ts";
import type { GenerateProgress } from "../progress.ts";
import { recoverAssets } from "../recover/recover-assets.ts";
import type { GenerateAsset, GenerateReport } from "../report.ts";
import { BlockHolds, holdTogether } from "./block-holds.ts";
import { writeContactSheet } from "./contact-sheet-file.ts";
import { makeAsset } from "./make-asset.ts";
import { concurrencyFor, inStartOrder } from "./start-order.ts";

export interface GenerateAssetsOptions {
  /** Files, folders or patterns; all when absent or empty. */
  paths?: readonly string[] | undefined;
  /** Go on with the other assets after a failure or a mistake in a file. @default false */
  keepGoing?: boolean | undefined;
  /** Make unchanged and hand-edited assets again, too. @default false */
  force?: boolean | undefined;
  /** Aborting it starts no further call; calls under way finish. */
  stop?: AbortSignalLike | undefined;
  /** Aborting it cuts calls off, billed or not. */
  signal?: AbortSignalLike | undefined;
  onProgress?: ((event: GenerateProgress) => void) | undefined;
  /** How long to wait for another run on this workspace. @default 600_000 */
  lockWaitMs?: number | undefined;
}

/**
 * Makes what is new, changed or missing: finishes what an earlier run left, plans everything, sets the money aside for
 * up to a hundred assets in one write where it fits, then makes the assets side by side. Without `keepGoing` a mistake in any file stops the run
 * before anything is paid, and a failure that may meet the next asset, too, starts no further one. An asset that cannot be made
 * stops no other. What is paid for is always written.
 */
export async function generateAssets(desk: AssetDesk, options: GenerateAssetsOptions = {}): Promise<GenerateReport> {
  const { workspace } = desk;
  const onProgress = options.onProgress ?? ((): void => undefined);
  const lock = await acquireWorkspaceLock({
    root: workspace.root,
    run: desk.run,
    waitMs: options.lockWaitMs ?? 600_000,
    command: "artdesk generate",
    onWait: (holder) => onProgress({ type: "workspace_busy", holder: holder ? describeHolder(holder) : "another run" }),
    signal: options.stop,
  });
  let unfinished = true;
  try {
    const recovered = await recoverAssets(desk, lock.earlierRuns, options.stop);
    if (lock.earlierRuns.length > 0) await lock.forgetEarlierRuns();
    for (const id of recovered.finished) onProgress({ type: "recovered", id });
    const listing = await listStates(desk, options.paths);
    const done: GenerateAsset[] = listing.problems.map(problemReport);
    const bases = await desk.journal.bases();
    const inBatch = new Set(recovered.underWay.map(({ subject }) => subject));
    const jobs: Job[] = [];
    for (const state of listing.assets) {
      const undelivered = recovered.undelivered.get(state.asset.id);
      if (undelivered) done.push(failedAsset(state.asset, undelivered));
      else if (inBatch.has(state.asset.id))
        done.push(submittedAsset(state.asset, "A batch makes it: run artdesk collect."));
      else if (isCurrent(state) && !options.force) done.push(unchangedAsset(state));
      else if (state.status === "own_output" && !options.force)
        done.push(failedAsset(state.asset, ownFileError(state)));
      else jobs.push(await planJob(desk, state, bases, options.force ?? false));
    }
    const stopReason = reasonNotToStart(done, jobs, options.keepGoing ?? false);
    if (stopReason)
      done.push(
        ...jobs.map(({ state, plan }) =>
          plan.error ? failedAsset(state.asset, plan.error) : skippedAsset(state.asset, stopReason),
        ),
      );
    else done.push(...(await runJobs(desk, jobs, options, onProgress)));
    const report = await buildReport(
      desk,
      done,
      [...desk.warnings, ...noBatches(desk, jobs), ...recovered.warnings],
      recovered.finished,
    );
    unfinished = false;
    return report;
  } finally {
    await lock.release({ unfinished });
  }
}

function noBatches(desk: AssetDesk, jobs: readonly Job[]): readonly string[] {
  const isWanted = jobs.some(({ plan }) => plan.planned?.request.urgency === "batch");
  return isWanted && !desk.batches
    ? ["Made at once at the full price: this workspace does not stay, so that nobody could collect a batch."]
    : [];
}

/** Up to date, or edited by hand: a person's work is never painted over without `force`. */
function isCurrent(state: AssetState): boolean {
  return state.status === "unchanged" || state.status === "edited_output";
}

async function planJob(
  desk: AssetDesk,
  state: AssetState,
  bases: readonly JournalRecord[],
  force: boolean,
): Promise<Job> {
  const positions = force ? missingOutputs({ ...state, status: "changed" }) : missingOutputs(state);
  return { state, positions, plan: await planWithBases(desk, state, positions, bases) };
}

/** What concerns the asset alone: no model can make it, the money left is too little for it, a provider refused its prompt. */
const CONCERNS_ONE_ASSET: ReadonlySet<ErrorCode> = new Set(["no_candidate", "budget_exceeded", "content_refused"]);

/** A mistake in any file stops the whole run before it costs anything; an asset that cannot be made stops no other. */
function reasonNotToStart(
  done: readonly GenerateAsset[],
  jobs: readonly Job[],
  keepGoing: boolean,
): string | undefined {
  if (keepGoing) return undefined;
  const broken = done.some((asset) => asset.error !== undefined);
  const impossible = jobs.some(({ plan }) => plan.error !== undefined && !CONCERNS_ONE_ASSET.has(plan.error.code));
  return broken || impossible
    ? "Not started: mend the mistakes first, or go on with the others by --keep-going."
    : undefined;
}

async function runJobs(
  desk: AssetDesk,
  jobs: readonly Job[],
  options: GenerateAssetsOptions,
  onProgress: (event: GenerateProgress) => void,
): Promise<GenerateAsset[]> {
  const makeable = jobs.filter((job) => job.plan.error === undefined);
  onProgress({ type: "started", total: jobs.length });
  const forBatch = await holdTogether(
    desk,
    makeable.filter((job) => isForBatch(desk, job)),
  );
  const { config } = desk.workspace;
  const { submitted, others } = await submitBatches(desk, jobs, forBatch, options.stop);
  for (const asset of submitted.values()) onProgress({ type: "asset_done", asset });
  const limit = pLimit(config.concurrency);
  /** As many at once as the limit that is known keeps busy. */
  const widen = ({ plan }: Job): void => {
    const wanted = concurrencyFor(desk, plan.planned?.decision.offers[0]);
    if (!config.isConcurrencySet && wanted > limit.concurrency) limit.concurrency = wanted;
  };
  let stopReason: string | undefined;
  const finish = (asset: GenerateAsset): GenerateAsset => {
    onProgress({ type: "asset_done", asset });
    if (asset.error !== undefined && !CONCERNS_ONE_ASSET.has(asset.error.code) && !options.keepGoing) {
      stopReason ??= "Not started: another asset failed. --keep-going goes on with the others.";
    }
    return asset;
  };
  const unused: Reservation[] = [];
  const made = new Map<Job, GenerateAsset>();
  const ordered = inStartOrder(others);
  const holds = new BlockHolds(
    desk,
    ordered.filter((job) => job.plan.error === undefined && !forBatch.has(job)),
  );
  await Promise.all(
    ordered.map((job) =>
      limit(async () => {
        widen(job);
        if (job.plan.error) return finish(failedAsset(job.state.asset, job.plan.error));
        if (options.stop?.aborted) stopReason = "Not started: the run was stopped.";
        const held = forBatch.get(job) ?? (await holds.of(job, stopReason === undefined));
        if (stopReason !== undefined) {
          unused.push(...(held ?? []));
          return finish(skippedAsset(job.state.asset, stopReason));
        }
        const asset = await makeAsset(desk, {
          state: job.state,
          positions: job.positions,
          planned: job.plan.planned,
          base: job.plan.base,
          held,
          signal: options.signal,
          stop: options.stop,
          onEvent: (event) => onProgress({ type: "asset_event", id: job.state.asset.id, event }),
        });
        widen(job);
        return finish(asset);
      }).then((asset) => made.set(job, asset)),
    ),
  );
  await releaseHeld(desk.artdesk.ledger, unused);
  return jobs.flatMap((job) => made.get(job) ?? submitted.get(job) ?? []);
}

async function buildReport(
  desk: AssetDesk,
  assets: readonly GenerateAsset[],
  warnings: readonly string[],
  recovered: readonly string[],
): Promise<GenerateReport> {
  const count = (status: GenerateAsset["status"]): number => assets.filter((asset) => asset.status === status).length;
  const sum = (pick: (asset: GenerateAsset) => number): number =>
    assets.reduce((total, asset) => total + pick(asset), 0);
  const budget = await budgetOf(desk);
  // What an asset's plan said of a budget is out of date by now.
  const isStale = (warning: string): boolean => budget.some(({ label }) => warning.startsWith(`${label}: `));
  const ofAssets = collectWarnings(
    assets.map(({ id, warnings: own }) => ({ id, warnings: own.filter((warning) => !isStale(warning)) })),
  );
  const report: GenerateReport = {
    run: desk.run,
    assets,
    totals: {
      generated: count("generated"),
      unchanged: count("unchanged"),
      failed: count("failed"),
      skipped: count("skipped"),
      submitted: count("submitted"),
      images: sum((asset) => asset.images),
      costMicroUsd: sum((asset) => asset.costMicroUsd),
      possiblyBilledMicroUsd: sum((asset) => asset.possiblyBilledMicroUsd),
    },
    budget,
    recovered,
    contactSheet: undefined,
    warnings: [...warnings, ...ofAssets, ...budgetWarnings(desk.budget, { balances: budget })],
  };
  try {
    return { ...report, contactSheet: await writeContactSheet(desk, report) };
  } catch (error) {
    // The page only shows what is done already: without it the report still says what was paid.
    if (!isArtdeskError(error)) throw error;
    return { ...report, warnings: [...report.warnings, `No contact sheet: ${error.shortMessage}`] };
  }
}
