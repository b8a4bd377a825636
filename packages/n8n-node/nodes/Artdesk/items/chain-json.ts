import type { GenerateResult, ReceivedImage } from "@artdesk/core";
import type { IDataObject } from "n8n-workflow";
import { briefJson } from "../orders/chain-brief.ts";
import type { ChainOrder } from "../orders/item-order.ts";

const MICRO_USD_PER_USD = 1_000_000;

/** What an item says about its way from draft to final: all that the next step needs. Nothing for other images. */
export function chainJson(
  chain: ChainOrder | undefined,
  result: GenerateResult,
  image: ReceivedImage,
  index: number,
): IDataObject {
  if (chain === undefined) return {};
  const { step, brief, parent, corrections, costMicroUsd } = chain;
  const draft = step === "draft" ? draftNumber(result, index) : chain.draft;
  return {
    step,
    draft: draft ?? null,
    sha256: image.sha256,
    parent: parent ?? null,
    corrections: [...corrections],
    chainCostUsd: costMicroUsd === undefined ? null : (costMicroUsd + result.receipt.costMicroUsd) / MICRO_USD_PER_USD,
    request: briefJson(brief),
  };
}

/** Drafts keep their number when one before them did not come. */
export function draftNumber({ positions }: GenerateResult, index: number): number {
  return (positions[index] ?? index) + 1;
}
