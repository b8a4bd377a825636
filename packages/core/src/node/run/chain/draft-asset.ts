import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ChainImage } from "../../../assets/chain/draft-chain.ts";
import { chainImages } from "../../../assets/chain/draft-chain.ts";
import { draftRequest } from "../../../assets/chain/chain-request.ts";
import { drawsCards } from "../../../models/catalogue/draws-cards.ts";
import { ArtdeskError } from "../../../basics/errors.ts";
import { MAX_COUNT } from "../../../decide/request/request-fields.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { deliverDrafts } from "../chain-files.ts";
import type { ChainReport } from "./chain-report.ts";
import {
  buyStep,
  type ChainPlace,
  type ChainRunOptions,
  forgetAttempts,
  planStep,
  purchasedStep,
  runChainStep,
  shellWord,
} from "./chain-run.ts";
import { finishStep } from "./finish-step.ts";
import { undelivered } from "../delivery.ts";

export interface DraftAssetOptions extends ChainRunOptions {
  /** How many drafts there are to be, 1 to 10. @default 4 */
  count?: number | undefined;
  /** Make `count` more, however many there are. @default false */
  more?: boolean | undefined;
}

/**
 * Makes drafts of an asset on the cheapest model, up to `count`: those of the same prompt that are there already are not
 * bought again. Needs a desk opened with `stage: "draft"`. Throws `invalid_request` before anything is paid.
 */
export async function draftAsset(desk: AssetDesk, options: DraftAssetOptions): Promise<ChainReport> {
  const count = options.count ?? 4;
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT)
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `count: ${count} is not a whole number from 1 to ${MAX_COUNT}.`,
    });
  return runChainStep(desk, "draft", "artdesk draft", options, async (place) => {
    const { state } = place;
    const { asset } = state;
    if (asset.request.operation === "upscale")
      throw new ArtdeskError({
        code: "invalid_request",
        shortMessage: `${asset.id} is upscaled, which needs no drafts.`,
        hint: `Run: artdesk generate ${shellWord(asset.file)}`,
      });
    const there = currentDrafts(desk, place);
    // What an earlier run of `--more` left was part of what is asked for now.
    const counted = options.more ? there.filter(({ number }) => number > place.knownImages) : there;
    const missing = Math.max(0, count - counted.length);
    const next = (newest: number | undefined): readonly string[] =>
      newest === undefined ? [] : nextCommands(asset.id, "N");
    if (missing === 0) return finishStep(desk, place, { kind: "draft", next });
    const planned = await planStep(desk, state, missing, draftRequest);
    const result = await buyStep(desk, place, options, { kind: "draft", planned, positions: [] });
    const step = { kind: "draft", fingerprint: state.fingerprint, ...purchasedStep(result) } as const;
    try {
      if (result.images.length > 0 || step.costMicroUsd > 0) await deliverDrafts(desk, asset.id, step, result.images);
    } catch (error) {
      return finishStep(desk, place, { kind: "draft", result, error: undelivered(desk, result, error), next });
    }
    await forgetAttempts(desk, result);
    return finishStep(desk, place, { kind: "draft", result, next });
  });
}

/** What to do with drafts. */
export function nextCommands(id: string, pick: string): readonly string[] {
  const name = shellWord(id);
  return [`artdesk refine ${name} "what to change" --pick ${pick}`, `artdesk final ${name} --pick ${pick}`];
}

/** Drafts of the prompt as it is now whose files are there. */
function currentDrafts(desk: AssetDesk, { chain, state }: ChainPlace): readonly ChainImage[] {
  return chainImages(chain).filter(
    ({ step, path }) =>
      step.kind === "draft" &&
      step.fingerprint === state.fingerprint &&
      drawsCards(step.model) === desk.drawsOnly &&
      existsSync(join(desk.workspace.root, path)),
  );
}
