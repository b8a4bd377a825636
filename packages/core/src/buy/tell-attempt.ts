import { formatUsd } from "../basics/money.ts";
import type { ReceivedImage } from "../basics/types.ts";
import type { AttemptHost, AttemptTask } from "./attempt-task.ts";
import type { Ending } from "./book-attempt.ts";

/**
 * Keeps what came besides the images asked for. Failing here must not lose the images that were asked for.
 * @returns what to tell about it
 */
export async function keepExtras(
  { journal }: AttemptHost,
  { reservation, provider, call }: AttemptTask,
  extras: readonly ReceivedImage[],
): Promise<readonly string[]> {
  if (extras.length === 0) return [];
  const what = extras.length === 1 ? "1 more image" : `${extras.length} more images`;
  const came = `${provider.name} sent ${what} with ${call.offer.model}, a draft or one too many, and may have billed it`;
  if (journal.keepExtras === undefined) return [`${came}: nothing here keeps it.`];
  const images = extras.map(({ bytes, mediaType, sha256 }, index) => ({ index, bytes, mediaType, sha256 }));
  try {
    return [`${came}: kept in ${await journal.keepExtras(reservation.id, images)}.`];
  } catch (error) {
    return [`${came}: it could not be kept (${error instanceof Error ? error.message : String(error)}).`];
  }
}

/** A call that cost more than was set aside for it: the budget may have been passed by the difference. */
export function tellOverrun({ reservation, call }: AttemptTask, { costMicroUsd }: Ending): readonly string[] {
  const { amountMicroUsd } = reservation;
  if (costMicroUsd <= amountMicroUsd) return [];
  return [
    `${call.offer.model} billed ${formatUsd(costMicroUsd)} for a call that could cost ${formatUsd(amountMicroUsd)} at most by its prices: it is booked in full, and the model's next calls set that much aside.`,
  ];
}
