import { outputPaths } from "../../assets/asset-spec.ts";
import type { ArtdeskError } from "../../basics/errors.ts";
import type { LedgerEntry } from "../../buy/ledger/ledger-types.ts";
import type { JournalRecord } from "../journal/file-journal.ts";
import type { AssetState } from "../workspace/status-listing.ts";
import type { AssetDesk } from "./asset-desk.ts";
import { budgetOf, collectWarnings, toReportError } from "./asset-planning.ts";
import { tellClosedModels } from "./closed-models.ts";
import { cutSizeOf } from "./deliver-images.ts";
import { refusalWhenUnknown } from "./delivery.ts";
import { planWithBases } from "./kept-bases.ts";
import { adviseOn } from "./lint-assets.ts";
import { listStates } from "./list-states.ts";
import { batchPriceOf } from "./asset-batch-terms.ts";
import { describeEdited, isOfPerson, ownFileError, ownFileWays } from "./own-files.ts";
import { missingOutputs } from "./missing-outputs.ts";
import { type CheckReport, type PlanAsset, type PlanReport, reportDecision } from "./report.ts";

/** What a generate run would do: model, price, reasons and rejections per asset. Calls nobody and writes nothing but the cache. */
export async function planAssets(desk: AssetDesk, paths: readonly string[] = []): Promise<PlanReport> {
  const listing = await listStates(desk, paths);
  const bases = await desk.journal.bases();
  const outstanding = await desk.artdesk.ledger.outstanding();
  const assets: PlanAsset[] = listing.problems.map(problemAsset);
  for (const state of listing.assets) assets.push(await planState(desk, state, bases, outstanding));
  const offers = assets.flatMap((asset) => (asset.error ? [] : (asset.decision?.offers[0] ?? [])));
  const sum = (pick: (offer: (typeof offers)[number]) => number): number =>
    offers.reduce((total, offer) => total + pick(offer), 0);
  const closed = await tellClosedModels(desk, offers);
  const count = (status: PlanAsset["status"]): number => assets.filter((asset) => asset.status === status).length;
  return {
    assets,
    totals: {
      assets: assets.length,
      toMake: offers.length,
      images: sum((offer) => offer.count),
      unchanged: count("unchanged"),
      invalid: count("invalid"),
      blocked: count("blocked"),
      estimateMicroUsd: sum((offer) => offer.estimateMicroUsd),
      worstCaseMicroUsd: sum((offer) => offer.worstCaseMicroUsd),
    },
    budget: await budgetOf(desk),
    orphans: listing.orphans.map((orphan) => orphan.file),
    warnings: [
      ...desk.warnings,
      ...closed.map(({ message }) => `${message} A run before that waits, or ends with nothing sent.`),
      ...listing.assets.filter(({ status }) => status === "edited_output").map(describeEdited),
      ...collectWarnings(assets.map(({ id, decision }) => ({ id, warnings: decision?.warnings ?? [] }))),
    ],
  };
}

/** Which images are not what their prompt files say. Needs no key and calls nobody. */
export async function checkAssets(desk: AssetDesk, paths: readonly string[] = []): Promise<CheckReport> {
  const listing = await listStates(desk, paths);
  const assets = [
    ...listing.problems.map(problemAsset),
    ...listing.assets.map((state) => ({ ...describeState(state), error: undefined })),
  ].map(({ id, file, output, status, why, error }) => ({ id, file, output, status, why, error }));
  const invalid = listing.problems.length;
  return {
    assets,
    orphans: listing.orphans.map((orphan) => orphan.file),
    totals: {
      assets: assets.length,
      stale: assets.filter((asset) => asset.status !== "unchanged").length - invalid,
      invalid,
      orphans: listing.orphans.length,
    },
  };
}

async function planState(
  desk: AssetDesk,
  state: AssetState,
  bases: readonly JournalRecord[],
  outstanding: readonly LedgerEntry[],
): Promise<PlanAsset> {
  const described = describeState(state);
  if (state.status === "unchanged" || state.status === "edited_output")
    return { ...described, decision: undefined, advice: [], error: undefined };
  if (state.status === "own_output") {
    const refusal = toReportError(ownFileError(state), state.asset);
    return { ...described, status: "invalid", decision: undefined, advice: [], error: refusal };
  }
  const plan = await planWithBases(desk, state, missingOutputs(state), bases);
  const { planned } = plan;
  const error = plan.error ?? refusalWhenUnknown(desk, state.asset.id, outstanding);
  const decision = planned && reportDecision(planned.decision);
  const advice = planned ? adviseOn(desk, planned) : [];
  const bought = decision?.offers[0]?.size;
  const cut = desk.pixels && cutSizeOf(state.asset);
  const cutTo = cut && `${cut.widthPx}x${cut.heightPx}`;
  if (!error)
    return {
      ...described,
      ...(cutTo !== undefined && cutTo !== bought && { cutTo }),
      decision,
      advice,
      batch: batchPriceOf(desk, planned),
      error: undefined,
    };
  const status = error.code === "invalid_request" ? "invalid" : "blocked";
  return { ...described, status, decision, advice, error: toReportError(error, state.asset) };
}

function describeState(state: AssetState): Omit<PlanAsset, "decision" | "advice" | "error"> {
  const { asset } = state;
  return {
    id: asset.id,
    file: asset.file,
    output: asset.output,
    outputs: outputPaths(asset),
    status: state.status,
    why: isOfPerson(state) ? `${state.reason} ${ownFileWays(state)}` : state.reason,
    purpose: asset.request.purpose,
    prompt: asset.request.prompt,
    tags: asset.request.tags ?? {},
  };
}

function problemAsset(problem: ArtdeskError): PlanAsset {
  const file = problem.location?.file ?? "";
  return {
    id: file.replace(/\.image\.md$/, ""),
    file,
    output: "",
    outputs: [],
    status: "invalid",
    why: problem.shortMessage,
    purpose: undefined,
    prompt: undefined,
    tags: {},
    decision: undefined,
    advice: [],
    error: toReportError(problem),
  };
}
