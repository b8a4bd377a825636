import { readCorrection, refineRequest } from "../../../assets/chain/chain-request.ts";
import { type ChainImage, chainImages, correctionsOf } from "../../../assets/chain/draft-chain.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { chainReference, deliverDrafts } from "../chain-files.ts";
import { undelivered } from "../delivery.ts";
import type { ChainReport } from "./chain-report.ts";
import {
  buyStep,
  type ChainPlace,
  type ChainRunOptions,
  forgetAttempts,
  pickImage,
  planStep,
  promptWarnings,
  purchasedStep,
  runChainStep,
} from "./chain-run.ts";
import { nextCommands } from "./draft-asset.ts";
import { finishStep } from "./finish-step.ts";

export interface RefineAssetOptions extends ChainRunOptions {
  /** What to change, in plain words. */
  correction: string;
  /** Number of the image to change. @default the newest refinement, else the first draft */
  pick?: number | undefined;
}

/**
 * Changes a draft or refinement: an edit on the cheapest model with that image as reference. The same correction of the
 * same image is not bought twice. Needs a desk opened with `stage: "draft"`. Throws `invalid_request` before anything is
 * paid.
 */
export async function refineAsset(desk: AssetDesk, options: RefineAssetOptions): Promise<ChainReport> {
  const correction = readCorrection(options.correction);
  return runChainStep(desk, "draft", "artdesk refine", options, async (place) => {
    const { state, chain } = place;
    const { asset } = state;
    const image = pickImage(desk, place, options.pick, (images) => images.findLast(isRefinement) ?? images[0]);
    const next = (newest: number | undefined): readonly string[] => nextCommands(asset.id, String(newest ?? "N"));
    const known = madeBefore(place, options, correction);
    if (known) return finishStep(desk, place, { kind: "refine", pick: options.pick, next });
    const parent = { image: chainReference(desk, image), corrections: correctionsOf(chain, image) };
    const planned = await planStep(desk, state, 1, (request) => refineRequest(request, parent, correction));
    const warnings = [...promptWarnings(place, image), ...choiceWarnings(place, options.pick, image)];
    const change = { kind: "refine", parent: image.sha256, correction } as const;
    const result = await buyStep(desk, place, options, { ...change, planned, positions: [] });
    const step = { ...change, fingerprint: state.fingerprint, ...purchasedStep(result) };
    const outcome = { kind: "refine", pick: image.number, result, warnings, next } as const;
    try {
      if (result.images.length > 0 || step.costMicroUsd > 0) await deliverDrafts(desk, asset.id, step, result.images);
    } catch (error) {
      return finishStep(desk, place, { ...outcome, error: undelivered(desk, result, error) });
    }
    await forgetAttempts(desk, result);
    return finishStep(desk, place, outcome);
  });
}

function isRefinement({ step }: ChainImage): boolean {
  return step.kind === "refine";
}

/**
 * The refinement that is asked for, when it is there: the same correction of the image that is named, or one that was
 * recovered just now, because then this is the command that was cut off.
 */
function madeBefore(place: ChainPlace, { pick }: RefineAssetOptions, correction: string): ChainImage | undefined {
  const images = chainImages(place.chain);
  const parent = pick === undefined ? undefined : images[pick - 1]?.sha256;
  return images.find(
    ({ number, step }) =>
      step.kind === "refine" &&
      step.correction === correction &&
      step.fingerprint === place.state.fingerprint &&
      (parent === undefined ? number > place.knownImages : step.parent === parent),
  );
}

/** Says which image was taken when several could be meant. */
function choiceWarnings({ chain }: ChainPlace, pick: number | undefined, image: ChainImage): readonly string[] {
  const isOpen = pick === undefined && image.step.kind === "draft" && chainImages(chain).length > 1;
  return isOpen ? [`No --pick was given, so image ${image.number} was refined.`] : [];
}
