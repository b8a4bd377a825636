import type { Chain, ChainImage, ChainStep } from "../../../assets/chain/draft-chain.ts";
import { chainImages } from "../../../assets/chain/draft-chain.ts";
import { ArtdeskError, isArtdeskError } from "../../../basics/errors.ts";
import type { AbortSignalLike } from "../../../basics/ports.ts";
import type { GenerateResult } from "../../../basics/receipt.ts";
import type { ImageRequest } from "../../../basics/types.ts";
import type { VerifiedPlan } from "../../../judge/verify/plan-verification.ts";
import type { Stage } from "../../../decide/policy/stage-rules.ts";
import { drawsCards } from "../../../models/catalogue/draws-cards.ts";
import type { AssetState } from "../../workspace/status-listing.ts";
import { acquireWorkspaceLock, describeHolder } from "../../workspace/workspace-lock.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { serializeJournalNote } from "../asset-note.ts";
import { planAsset } from "../asset-planning.ts";
import { readChain } from "../chain-files.ts";
import { refuseWhenUnknown } from "../delivery.ts";
import { findAsset } from "../find-asset.ts";
import { listStates } from "../list-states.ts";
import type { GenerateProgress } from "../progress.ts";
import { recoverAssets } from "../recover/recover-assets.ts";

export interface ChainRunOptions {
  /** Id of the asset, or its prompt file. */
  asset: string;
  /** Aborting it ends the wait for another run. */
  stop?: AbortSignalLike | undefined;
  /** Aborting it cuts calls off, billed or not. */
  signal?: AbortSignalLike | undefined;
  onProgress?: ((event: GenerateProgress) => void) | undefined;
  /** How long to wait for another run on this workspace. @default 600_000 */
  lockWaitMs?: number | undefined;
}

/** An asset with its chain, as one command finds them; nobody else writes meanwhile. */
export interface ChainPlace {
  state: AssetState;
  chain: Chain;
  /** Images that were there before this command, without those that it recovered. */
  knownImages: number;
  /** What was finished from a run that was cut off. */
  recovered: readonly string[];
  warnings: readonly string[];
  startedAtMs: number;
}

/**
 * Does one step of a chain while holding the workspace: finds the asset, finishes what an earlier run left, then works.
 * Throws `invalid_request` for an unknown asset, and what keeps paid images of this asset from being delivered.
 */
export async function runChainStep<Report>(
  desk: AssetDesk,
  stage: Stage,
  command: string,
  options: ChainRunOptions,
  work: (place: ChainPlace) => Promise<Report>,
): Promise<Report> {
  if (desk.stage !== stage) throw new TypeError(`this step needs a desk that was opened with stage: "${stage}"`);
  const { root } = desk.workspace;
  const onProgress = options.onProgress ?? ((): void => undefined);
  const startedAtMs = desk.clock.nowMs();
  const lock = await acquireWorkspaceLock({
    root,
    run: desk.run,
    waitMs: options.lockWaitMs ?? 600_000,
    command,
    onWait: (holder) => onProgress({ type: "workspace_busy", holder: holder ? describeHolder(holder) : "another run" }),
    signal: options.stop,
  });
  let unfinished = true;
  try {
    const found = findAsset(await listStates(desk), desk.workspace, options.asset);
    const knownImages = chainImages(readChain(desk, found.asset.id)).length;
    const recovered = await recoverAssets(desk, lock.earlierRuns, options.stop);
    if (lock.earlierRuns.length > 0) await lock.forgetEarlierRuns();
    for (const id of recovered.finished) onProgress({ type: "recovered", id });
    const undelivered = recovered.undelivered.get(found.asset.id);
    if (undelivered) throw undelivered;
    const report = await work({
      state: recovered.finished.length > 0 ? findAsset(await listStates(desk), desk.workspace, found.asset.id) : found,
      chain: readChain(desk, found.asset.id),
      knownImages,
      recovered: recovered.finished,
      warnings: [...desk.warnings, ...recovered.warnings],
      startedAtMs,
    });
    unfinished = false;
    return report;
  } catch (error) {
    // A mistake in what was asked for is found before anything is paid: there is nothing to finish.
    if (isArtdeskError(error) && error.code === "invalid_request") unfinished = lock.earlierRuns.length > 0;
    throw error;
  } finally {
    await lock.release({ unfinished });
  }
}

/** Plans `change` of an asset's request. Throws why it cannot be made, before anything is paid. */
export async function planStep(
  desk: AssetDesk,
  state: AssetState,
  count: number,
  change: (request: ImageRequest) => ImageRequest,
): Promise<VerifiedPlan> {
  const { planned, error } = await planAsset(desk, state, count, change);
  if (error) throw error;
  if (!planned) throw new TypeError("a plan without decision or error");
  return planned;
}

/** Buys the images of a step. The journal knows where they belong before anything is paid. */
export async function buyStep(
  desk: AssetDesk,
  place: ChainPlace,
  options: ChainRunOptions,
  step: Pick<ChainStep, "kind" | "parent" | "correction"> & {
    planned: VerifiedPlan;
    /** Which of the asset's own images, for a final. */
    positions: readonly number[];
  },
): Promise<GenerateResult> {
  const { asset, fingerprint } = place.state;
  const { planned, positions, kind, parent, correction } = step;
  await refuseWhenUnknown(desk, asset.id);
  options.onProgress?.({ type: "started", total: 1 });
  return desk.artdesk.generatePlanned(planned, {
    subject: asset.id,
    note: serializeJournalNote({ fingerprint, positions, chain: { kind, parent, correction } }),
    signal: options.signal,
    onEvent: (event) => options.onProgress?.({ type: "asset_event", id: asset.id, event }),
  });
}

/** What a result says about its purchase, for the chain. */
export function purchasedStep(result: GenerateResult): Omit<ChainStep, "kind" | "fingerprint" | "outputs"> {
  const { receipt } = result;
  const [attempt] = receipt.attempts;
  return {
    model: receipt.offer?.model ?? receipt.model ?? attempt?.model ?? "",
    quality: receipt.offer?.quality ?? attempt?.quality ?? "",
    size: receipt.offer?.size ?? attempt?.size ?? "",
    costMicroUsd: receipt.costMicroUsd,
    requestIds: receipt.requestIds,
    attemptIds: receipt.attempts.map(({ id }) => id),
  };
}

/** Forgets the attempts of a step that is delivered. A note that stays only makes the next run look at it. */
export async function forgetAttempts(desk: AssetDesk, result: GenerateResult): Promise<void> {
  for (const { id } of result.receipt.attempts) await desk.journal.delivered(id).catch(() => undefined);
}

/**
 * The image that `--pick` names; `fallback` when none is named. Throws `invalid_request` when there are no drafts, for a
 * number that no image has, and for a storyboard card where an image is wanted.
 */
export function pickImage(
  desk: AssetDesk,
  place: ChainPlace,
  pick: number | undefined,
  fallback: (images: readonly ChainImage[]) => ChainImage | undefined,
): ChainImage {
  const { id } = place.state.asset;
  const images = chainImages(place.chain);
  if (images.length === 0)
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `There are no drafts of ${id} yet.`,
      hint: `Make some first: artdesk draft ${shellWord(id)}`,
    });
  const range = images.length === 1 ? "--pick 1" : `--pick 1 to --pick ${images.length}`;
  const isUsable = ({ step }: ChainImage): boolean => desk.drawsOnly || !drawsCards(step.model);
  const usable = images.filter(isUsable);
  const image = pick === undefined ? fallback(usable.length > 0 ? usable : images) : images[pick - 1];
  if (!image)
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage:
        pick === undefined
          ? `There are ${images.length} images of ${id}: say which one is meant.`
          : `There is no image ${pick} of ${id}.`,
      hint: `Possible here: ${range}.`,
    });
  if (!isUsable(image))
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `Image ${image.number} is a storyboard card, not an image.`,
      hint: `Make real drafts first: artdesk draft ${shellWord(id)}`,
    });
  return image;
}

/** Says that the prompt is not the one that an image was made for. */
export function promptWarnings({ state }: ChainPlace, image: ChainImage): readonly string[] {
  return image.step.fingerprint === state.fingerprint
    ? []
    : [
        `The prompt of ${state.asset.id} changed since image ${image.number} was made; the prompt as it is now is used with that image.`,
      ];
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
