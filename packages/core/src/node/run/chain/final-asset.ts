import { outputPaths } from "../../../assets/asset-spec.ts";
import { finalRequest } from "../../../assets/chain/chain-request.ts";
import { type ChainImage, type ChainStep, correctionsOf } from "../../../assets/chain/draft-chain.ts";
import { ArtdeskError } from "../../../basics/errors.ts";
import type { GenerateResult } from "../../../basics/receipt.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { chainCostWith, chainReference, recordFinal } from "../chain-files.ts";
import { deliverImages } from "../deliver-images.ts";
import { mergeLock, undelivered } from "../delivery.ts";
import { isOfPerson } from "../own-files.ts";
import { missingOutputs } from "../missing-outputs.ts";
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
import { finishStep } from "./finish-step.ts";

export interface FinalAssetOptions extends ChainRunOptions {
  /** Number of the draft or refinement to make. @default the newest refinement, else the only draft */
  pick?: number | undefined;
  /** Make it again, and over a file that was edited by hand. @default false */
  force?: boolean | undefined;
}

/**
 * Makes an asset's own image from a draft or refinement: an edit on a premium model with the pick as reference and every
 * correction that led to it. Writes the output and the lock entry with its parent and the cost of the whole chain.
 * Needs a desk opened with `stage: "final"`. Throws `invalid_request` before anything is paid.
 */
export async function finalAsset(desk: AssetDesk, options: FinalAssetOptions): Promise<ChainReport> {
  return runChainStep(desk, "final", "artdesk final", options, async (place) => {
    const { state, chain } = place;
    const { asset } = state;
    const image = pickImage(
      desk,
      place,
      options.pick,
      (images) =>
        images.findLast(({ step }) => step.kind === "refine") ?? (images.length === 1 ? images[0] : undefined),
    );
    const outputs = outputPaths(asset);
    const next = (): readonly string[] => ["artdesk check"];
    const positions = options.force ? outputs.map((_, index) => index) : wanted(place, image);
    if (positions.length === 0) return finishStep(desk, place, { kind: "final", pick: image.number, outputs, next });
    const start = { image: chainReference(desk, image), corrections: correctionsOf(chain, image) };
    const planned = await planStep(desk, state, positions.length, (request) => finalRequest(request, start));
    const parent = image.sha256;
    const result = await buyStep(desk, place, options, { kind: "final", parent, planned, positions });
    const outcome = {
      kind: "final",
      pick: image.number,
      result,
      outputs,
      warnings: promptWarnings(place, image),
      next,
    } as const;
    try {
      await deliver(desk, place, { parent, positions, result });
    } catch (error) {
      return finishStep(desk, place, { ...outcome, error: undelivered(desk, result, error) });
    }
    await forgetAttempts(desk, result);
    return finishStep(desk, place, outcome);
  });
}

/** Which of the asset's images are to be made: none when they were made from this pick already. */
function wanted(place: ChainPlace, image: ChainImage): readonly number[] {
  const { state } = place;
  if (isOfPerson(state))
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `${state.asset.id}: ${state.reason}`,
      hint: "Move your file away, or make the final over it with --force.",
    });
  const isOfPick = state.lock?.parent === image.sha256;
  if (isOfPick && state.status === "unchanged") return [];
  return missingOutputs(isOfPick ? state : { ...state, status: "changed" });
}

/** Files first, then the lock entry, then the chain: a run that ends between two of them is finished by the next one. */
async function deliver(
  desk: AssetDesk,
  { state }: ChainPlace,
  final: { parent: string; positions: readonly number[]; result: GenerateResult },
): Promise<void> {
  const { parent, positions, result } = final;
  const images = result.images.map(({ bytes, sha256 }, index) => ({
    position: positions[result.positions[index] ?? -1],
    bytes,
    sha256,
  }));
  const outputs = await deliverImages(desk, state.asset, result.receipt.offer?.model, images);
  const purchase = purchasedStep(result);
  const step: ChainStep = { kind: "final", fingerprint: state.fingerprint, parent, ...purchase, outputs };
  if (outputs.length > 0) {
    const { attemptIds: _, ...bought } = purchase;
    const chainCostMicroUsd = chainCostWith(desk, state.asset.id, step);
    await desk.workspace.writeLockEntry(mergeLock(state, { ...bought, outputs, parent, chainCostMicroUsd }));
  }
  if (outputs.length > 0 || step.costMicroUsd > 0) await recordFinal(desk, state.asset.id, step);
}
