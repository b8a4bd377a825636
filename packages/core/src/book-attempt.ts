import { ArtdeskError } from "./errors.ts";
import type { Ledger, Reservation, Settlement } from "./ledger/types.ts";
import type { Journal } from "./ports.ts";
import type { ProviderReply } from "./provider.ts";
import type { Attempt } from "./types.ts";

/**
 * Writes the outcome down: images first, then money, then the end of the journal's note. Failing here must not lose a
 * paid image, so the error is returned beside the images. An image that cannot be kept is still booked: what it cost is
 * known. A cost that cannot be booked stays in the journal, and the next run settles it.
 */
export async function bookAttempt(
  host: { ledger: Ledger; journal: Journal },
  task: { reservation: Reservation },
  reply: ProviderReply | undefined,
  settlement: Settlement,
  billed: Attempt["billed"],
): Promise<ArtdeskError | undefined> {
  const { ledger, journal } = host;
  const { reservation } = task;
  const keepError = reply && (await keepImages(journal, reservation.id, reply, settlement));
  const outcome = billed === "unknown" ? "unknown" : reply || billed === "yes" ? "settled" : "released";
  try {
    if (outcome === "unknown") await ledger.markUnknown(reservation, settlement);
    else if (outcome === "settled") await ledger.settle(reservation, settlement);
    else await ledger.release(reservation, settlement);
  } catch (error) {
    return new ArtdeskError({
      code: "unavailable",
      shortMessage: `${reply ? "The image is here" : "The call ended"}, but the ledger could not be written.`,
      details: error instanceof Error ? error.message : String(error),
      hint: "Its cost stays reserved; the next run settles it.",
      billed,
      cause: error,
    });
  }
  // A note that cannot be ended only makes the next run look at it again: booking twice changes nothing.
  await journal.end(reservation.id, outcome).catch(() => undefined);
  return keepError;
}

async function keepImages(
  journal: Journal,
  attemptId: string,
  reply: ProviderReply,
  settlement: Settlement,
): Promise<ArtdeskError | undefined> {
  const images = reply.images.map((image, index) => ({
    index,
    bytes: image.bytes,
    mediaType: image.mediaType,
    sha256: image.sha256,
  }));
  try {
    await journal.keep(attemptId, images, settlement.costMicroUsd, settlement.requestId);
    return undefined;
  } catch (error) {
    return new ArtdeskError({
      code: "unavailable",
      shortMessage: "The image is here, but the journal could not keep it.",
      details: error instanceof Error ? error.message : String(error),
      billed: settlement.costMicroUsd > 0 ? "yes" : "no",
      cause: error,
    });
  }
}
