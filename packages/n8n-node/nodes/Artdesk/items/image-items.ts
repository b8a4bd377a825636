import { freeBytes, type GenerateResult, type ReceivedImage, type ScopeBalance } from "@artdesk/core";
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { ENDINGS, fileStem } from "../orders/file-name.ts";
import type { ItemOrder } from "../orders/item-order.ts";
import { balanceJson, splitEvenly, tightestLeftUsd, toUsd } from "../words/money-json.ts";
import { chainJson, draftNumber } from "./chain-json.ts";
import { signedUrl, storeFile } from "./store-file.ts";
import { verificationJson } from "./verification-json.ts";

/**
 * Turns what was made of one item into n8n items, one per image. Never throws: the images are paid for. Their bytes are
 * in n8n's hands afterwards, and empty here.
 */
export async function imageItems(
  context: IExecuteFunctions,
  order: ItemOrder,
  result: GenerateResult,
  balances: readonly ScopeBalance[],
): Promise<INodeExecutionData[]> {
  const shares = splitEvenly(result.receipt.costMicroUsd, result.images.length);
  const items: INodeExecutionData[] = [];
  for (const [index, image] of result.images.entries()) {
    const fileName = `${fileStem(order)}${fileSuffix(order, result, index)}.${ENDINGS[image.mediaType] ?? "png"}`;
    const { binary, warning } = await storeFile(context, image.bytes, fileName, image.mediaType);
    const warnings = [
      ...result.receipt.warnings,
      ...(warning === undefined ? [] : [warning]),
      ...missingImages(result),
    ];
    const url = signedUrl(context, binary);
    const json: IDataObject = {
      ...chainJson(order.chain, result, image, index),
      model: result.receipt.model ?? "",
      quality: result.receipt.offer?.quality ?? "",
      size: `${image.widthPx}x${image.heightPx}`,
      reasons: [...result.receipt.reasons],
      costUsd: toUsd(shares[index] ?? 0),
      budgetLeftUsd: tightestLeftUsd(balances),
      fileName,
      mimeType: image.mediaType,
      fileSizeBytes: image.bytes.length,
      ...(url === undefined ? {} : { url }),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...verificationJson(result.receipt.verification, index),
      ...(order.simplify ? {} : fullReceipt(result, image, balances)),
    };
    freeBytes(image.bytes);
    items.push({ json, binary: { [order.binaryField]: binary }, pairedItem: { item: order.itemIndex } });
  }
  return items;
}

function missingImages({ error, images }: GenerateResult): string[] {
  return error === undefined ? [] : [`Only ${images.length} came: ${error.shortMessage}`];
}

function fullReceipt(result: GenerateResult, image: ReceivedImage, balances: readonly ScopeBalance[]): IDataObject {
  const { receipt, decision } = result;
  return {
    sha256: image.sha256,
    requestCostUsd: toUsd(receipt.costMicroUsd),
    possiblyBilledUsd: toUsd(receipt.possiblyBilledMicroUsd),
    requestIds: [...receipt.requestIds],
    durationMs: receipt.durationMs,
    requiredTier: decision.requiredTier,
    attempts: plain(receipt.attempts),
    rejected: plain(decision.rejected),
    budgets: balances.map(balanceJson),
  };
}

/** Data as n8n stores it: without `undefined`. */
function plain(value: unknown): IDataObject[] {
  return JSON.parse(JSON.stringify(value)) as IDataObject[];
}

/** Drafts are told apart by their number, other images of one order by their place. */
function fileSuffix({ chain }: ItemOrder, result: GenerateResult, index: number): string {
  if (chain?.step === "draft") return `-${draftNumber(result, index)}`;
  return result.images.length > 1 ? `-${index + 1}` : "";
}
