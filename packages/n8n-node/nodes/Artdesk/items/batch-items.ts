import type { ArtdeskError, CollectedBatch, CollectedCall } from "@artdesk/core";
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { ENDINGS } from "../orders/file-name.ts";
import { failureWords } from "../words/failure-words.ts";
import { splitEvenly, toUsd } from "../words/money-json.ts";
import { readBatchNote } from "./batch-note.ts";
import { signedUrl, storeFile } from "./store-file.ts";

/** What came of one call of a batch: an item per image, and one that says why images are missing. Never throws. */
export async function callItems(
  context: IExecuteFunctions,
  batchId: string,
  { record, reply, error, costMicroUsd }: CollectedCall,
  itemIndex: number,
): Promise<INodeExecutionData[]> {
  const note = readBatchNote(record.note);
  const { model, quality } = record;
  const { tags } = record.reservation;
  const about: IDataObject = { prompt: note.prompt, ...(Object.keys(tags).length === 0 ? {} : { tags: { ...tags } }) };
  const pairedItem = { item: itemIndex };
  const images = reply?.images ?? [];
  const shares = splitEvenly(costMicroUsd, images.length);
  const items: INodeExecutionData[] = [];
  for (const [index, image] of images.entries()) {
    const position = record.positions[index] ?? index;
    const suffix = note.count > 1 ? `-${position + 1}` : "";
    const fileName = `${note.stem}${suffix}.${ENDINGS[image.mediaType] ?? "png"}`;
    const { binary, warning } = await storeFile(context, image.bytes, fileName, image.mediaType);
    const url = signedUrl(context, binary);
    const json: IDataObject = {
      batchId,
      status: "made",
      model,
      quality,
      size: `${image.widthPx}x${image.heightPx}`,
      costUsd: toUsd(shares[index] ?? 0),
      fileName,
      mimeType: image.mediaType,
      fileSizeBytes: image.bytes.length,
      ...about,
      ...(url === undefined ? {} : { url }),
      ...(warning === undefined ? {} : { warnings: [warning] }),
    };
    items.push({ json, binary: { [note.field]: binary }, pairedItem });
  }
  if (error === undefined) return items;
  const costUsd = images.length === 0 ? toUsd(costMicroUsd) : 0;
  const missing = record.positions.length - images.length;
  const json = { batchId, status: "notMade", images: missing, model, quality, costUsd, ...about, ...reasonOf(error) };
  return [...items, { json, pairedItem }];
}

/** A batch that has brought nothing: it still runs, or the provider never had it. */
export function standingItem(batch: CollectedBatch, itemIndex: number): INodeExecutionData {
  const { name, provider, model, calls, submittedAtMs, windowMs } = batch.ticket;
  const isRunning = batch.state === "running";
  const json: IDataObject = {
    batchId: name,
    status: isRunning ? "running" : "notTaken",
    provider,
    model,
    images: calls.reduce((sum, { positions }) => sum + positions.length, 0),
    heldUsd: isRunning ? toUsd(calls.reduce((sum, { reservation }) => sum + reservation.amountMicroUsd, 0)) : 0,
    ...(batch.state === "running" ? { detail: batch.detail } : {}),
    expectedBy: new Date(submittedAtMs + windowMs).toISOString(),
    nextStep: isRunning
      ? "It is still being made. Collect it again later: nothing is lost and nothing more is paid."
      : "The provider does not have it: nothing was paid, and the money is free again. Submit it again.",
  };
  return { json, pairedItem: { item: itemIndex } };
}

/** A batch that could not be asked about. It stays open. */
export function unreachedItem(batchId: string, error: ArtdeskError, itemIndex: number): INodeExecutionData {
  const json = { batchId, status: "notReached", ...reasonOf(error) };
  return { json, pairedItem: { item: itemIndex } };
}

function reasonOf(error: ArtdeskError): IDataObject {
  const { message, hint } = failureWords(error);
  return { reason: message, code: error.code, nextStep: hint };
}
