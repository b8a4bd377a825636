import { freeBytes, type GenerateResult, type ReceivedImage, type ScopeBalance } from "@artdesk/core";
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { chainJson, draftNumber } from "./chain-json.ts";
import type { ItemOrder } from "./request-from-item.ts";
import { signedUrl, storeFile } from "./store-file.ts";
import { verificationJson } from "./verification-json.ts";

const MICRO_USD_PER_USD = 1_000_000;
const FILE_NAME_CHARACTERS = 60;

/** Endings of files by their media type. */
export const ENDINGS: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
};

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

/** Whole micro-USD per image that add up to the cost. */
export function splitEvenly(costMicroUsd: number, parts: number): number[] {
  const share = Math.floor(costMicroUsd / Math.max(1, parts));
  return Array.from({ length: parts }, (_, index) => (index === 0 ? costMicroUsd - share * (parts - 1) : share));
}

/** Micro-USD as USD, for people and spreadsheets. */
export function toUsd(microUsd: number): number {
  return microUsd / MICRO_USD_PER_USD;
}

/** What is left where least is left; null without any limit. */
export function tightestLeftUsd(balances: readonly ScopeBalance[]): number | null {
  const left = balances.flatMap(({ leftMicroUsd }) => (leftMicroUsd === undefined ? [] : [leftMicroUsd]));
  return left.length === 0 ? null : toUsd(Math.min(...left));
}

/** A budget scope as n8n items show it. */
export function balanceJson(balance: ScopeBalance): IDataObject {
  return {
    scope: balance.scope,
    label: balance.label,
    limitUsd: balance.limitMicroUsd === undefined ? null : toUsd(balance.limitMicroUsd),
    spentUsd: toUsd(balance.spentMicroUsd),
    reservedUsd: toUsd(balance.reservedMicroUsd),
    possiblyBilledUsd: toUsd(balance.unknownMicroUsd),
    leftUsd: balance.leftMicroUsd === undefined ? null : toUsd(balance.leftMicroUsd),
    images: balance.images,
  };
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

/** The file's name without its ending: as asked for, or the first words of the prompt. */
export function fileStem(order: ItemOrder): string {
  const wanted = order.fileName?.replace(/\.(png|jpe?g|webp)$/i, "");
  const readable = wanted === undefined ? plainName(order.request.prompt).toLowerCase() : plainName(wanted);
  return readable === "" ? "image" : readable;
}

/** Drafts are told apart by their number, other images of one order by their place. */
function fileSuffix({ chain }: ItemOrder, result: GenerateResult, index: number): string {
  if (chain?.step === "draft") return `-${draftNumber(result, index)}`;
  return result.images.length > 1 ? `-${index + 1}` : "";
}

/** Words as a file's name: no character that a file system or a shell minds. May be empty. */
export function plainName(words: string): string {
  return words
    .normalize("NFKD")
    .replace(/[^\p{Letter}\p{Number}._ -]+/gu, "")
    .trim()
    .replace(/\s+/g, "-")
    .replace(/^\.+/, "")
    .slice(0, FILE_NAME_CHARACTERS)
    .replace(/[-.]+$/, "");
}
