import { isArtdeskError } from "../../basics/errors.ts";
import { formatUsd } from "../../basics/money.ts";
import type { JournalImage } from "../../basics/ports.ts";
import type { ImageInput, ImageRequest } from "../../basics/types.ts";
import { ENLARGING_PROMPT, factorTo } from "../../decide/request/enlarging-request.ts";
import { inspectImage } from "../../wire/image-header.ts";
import type { JournalRecord } from "../journal/file-journal.ts";
import type { AssetState } from "../workspace/status-listing.ts";
import type { AssetDesk } from "./asset-desk.ts";
import { parseJournalNote } from "./asset-note.ts";
import { type AssetPlan, planAsset } from "./asset-planning.ts";

/** The plan of an asset; `base` is the smaller image of an earlier run that it enlarges. */
export interface AssetPlanWithBase extends AssetPlan {
  base?: JournalRecord | undefined;
}

/**
 * Plans some images of an asset. What an earlier run has made and paid for, but could not enlarge, is enlarged and not
 * made again.
 */
export async function planWithBases(
  desk: AssetDesk,
  state: AssetState,
  positions: readonly number[],
  bases: readonly JournalRecord[],
): Promise<AssetPlanWithBase> {
  const base = bases.find((record) => isBaseOf(record, state, positions));
  if (!base?.enlarge) return planAsset(desk, state, positions.length);
  let image: JournalImage | undefined;
  try {
    [image] = await base.readImages();
  } catch (error) {
    if (isArtdeskError(error)) return { planned: undefined, error };
    throw error;
  }
  if (!image) return planAsset(desk, state, positions.length);
  const { enlarge } = base;
  const input: ImageInput = { bytes: image.bytes, mediaType: image.mediaType, name: `the image of ${base.model}` };
  const plan = (model?: string): Promise<AssetPlan> =>
    planAsset(desk, state, 1, (request) => enlarging(request, input, base, enlarge.size, model));
  const free = await plan();
  // Work that only named models may do: the plan of the first run named this one.
  const { planned, error } = free.error?.code === "no_candidate" ? await plan(enlarge.model) : free;
  const reason = `The image itself is there: ${base.model} made it at ${base.size} for ${formatUsd(base.costMicroUsd ?? 0)} in an earlier run. Only enlarging it is bought.`;
  return { planned: planned && withReason(planned, reason), error, base };
}

function isBaseOf(record: JournalRecord, state: AssetState, positions: readonly number[]): boolean {
  const note = parseJournalNote(record.note);
  const [position] = positions;
  return (
    positions.length === 1 &&
    record.subject === state.asset.id &&
    note?.fingerprint === state.fingerprint &&
    note.positions[record.positions[0] ?? -1] === position
  );
}

function enlarging(
  request: ImageRequest,
  image: ImageInput,
  base: JournalRecord,
  size: string,
  model: string | undefined,
): ImageRequest {
  const [widthPx = 0, heightPx = 0] = size.split("x").map(Number);
  const header = inspectImage(image.bytes).header ?? { widthPx, heightPx };
  const { purpose, format, tags, maxCostUsd, urgency } = request;
  const paidUsd = (base.costMicroUsd ?? 0) / 1_000_000;
  return {
    prompt: ENLARGING_PROMPT,
    operation: "upscale",
    factor: factorTo({ widthPx, heightPx }, header),
    references: [image],
    count: 1,
    purpose,
    format,
    tags,
    urgency,
    model,
    maxCostUsd: maxCostUsd === undefined ? undefined : Math.max(0.000001, maxCostUsd - paidUsd),
  };
}

function withReason(planned: NonNullable<AssetPlan["planned"]>, reason: string): NonNullable<AssetPlan["planned"]> {
  const { decision } = planned;
  const offers = decision.offers.map((offer) => ({ ...offer, reasons: [reason, ...offer.reasons] }));
  return { ...planned, decision: { ...decision, offers } };
}
