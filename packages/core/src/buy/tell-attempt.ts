import { formatUsd } from "../basics/money.ts";
import type { ReceivedImage } from "../basics/types.ts";
import type { JournalImage } from "../basics/ports.ts";
import type { ProviderReply } from "../models/adapter/provider.ts";
import type { AttemptHost, AttemptTask } from "./attempt-task.ts";
import type { Ending } from "./book-attempt.ts";

/**
 * Keeps what came besides the images asked for, and what came in their place and cannot be read. Failing here must not
 * lose the images that were asked for.
 * @returns what to tell about it
 */
export async function keepExtras(
  host: AttemptHost,
  { reservation, provider, call }: AttemptTask,
  { extras = [], unreadable = [] }: Pick<ProviderReply, "extras" | "unreadable">,
): Promise<readonly string[]> {
  const { model } = call.offer;
  const warnings: string[] = [];
  if (extras.length > 0) {
    const what = extras.length === 1 ? "1 more image" : `${extras.length} more images`;
    const came = `${provider.name} sent ${what} with ${model}, a draft or one too many, and may have billed it`;
    const files = extras.map(({ bytes, mediaType, sha256 }, index) => ({ index, bytes, mediaType, sha256 }));
    warnings.push(await keep(host, reservation.id, files, came));
  }
  if (unreadable.length > 0) {
    const what = unreadable.length === 1 ? "a file" : `${unreadable.length} files`;
    const came = `${provider.name} sent ${what} with ${model} that cannot be read as an image, and may have billed it`;
    const files = unreadable.map((bytes, index) => {
      return { index, bytes, mediaType: "application/octet-stream", sha256: host.codec.sha256Hex(bytes) };
    });
    warnings.push(await keep(host, reservation.id, files, came));
  }
  return warnings;
}

async function keep(
  { journal }: AttemptHost,
  attemptId: string,
  files: readonly JournalImage[],
  came: string,
): Promise<string> {
  if (journal.keepExtras === undefined) return `${came}: nothing here keeps it.`;
  try {
    return `${came}: kept in ${await journal.keepExtras(attemptId, files)}.`;
  } catch (error) {
    return `${came}: it could not be kept (${error instanceof Error ? error.message : String(error)}).`;
  }
}

/** How far a shape may be off before people are told: models round edges to their own steps. */
const SHAPE_TOLERANCE = 0.02;

/** Images with fewer pixels than the offer says, or another shape: they are delivered, and told. */
export function tellSizes({ call: { offer } }: AttemptTask, images: readonly ReceivedImage[]): readonly string[] {
  const askedShape = offer.widthPx / offer.heightPx;
  const other = images.filter(({ widthPx, heightPx }) => {
    const isSmaller = widthPx * heightPx < offer.widthPx * offer.heightPx * (1 - SHAPE_TOLERANCE);
    return isSmaller || Math.abs(widthPx / heightPx / askedShape - 1) > SHAPE_TOLERANCE;
  });
  const sizes = [...new Set(other.map(({ widthPx, heightPx }) => `${widthPx}x${heightPx}`))];
  if (sizes.length === 0) return [];
  return [`${offer.model} made ${sizes.join(" and ")} where ${offer.size} was asked for: delivered as it came.`];
}

/** A call that cost more than was set aside for it: the budget may have been passed by the difference. */
export function tellOverrun({ reservation, call }: AttemptTask, { costMicroUsd }: Ending): readonly string[] {
  const { amountMicroUsd } = reservation;
  if (costMicroUsd <= amountMicroUsd) return [];
  return [
    `${call.offer.model} billed ${formatUsd(costMicroUsd)} for a call that could cost ${formatUsd(amountMicroUsd)} at most by its prices: it is booked in full, and the model's next calls set that much aside.`,
  ];
}
