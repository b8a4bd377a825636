import { ArtdeskError } from "../basics/errors.ts";
import type { Journal } from "../basics/ports.ts";
import type { Attempt } from "../basics/receipt.ts";
import type { ProviderReply } from "../models/adapter/provider.ts";
import { claimedMicroUsd } from "../models/rows/booked-cost.ts";
import { estimateCallMicroUsd } from "../models/rows/cost.ts";
import { pricedCall } from "../models/rows/priced-call.ts";
import type { AttemptHost, AttemptTask } from "./attempt-task.ts";
import type { Reservation, Settlement } from "./ledger/ledger-types.ts";
import type { Sent } from "./send-call.ts";

/** What the price table says that `images` of this call cost. Micro-USD. */
export function tablePrice(task: AttemptTask, images: number): number {
  const { call, row } = task;
  return estimateCallMicroUsd(row, pricedCall(call.request, call.offer, Math.max(1, images)));
}

/** How a call ended, for the books. */
export interface Ending {
  outcome: Attempt["outcome"];
  billed: Attempt["billed"];
  /** What is booked; for `unknown` the reserved amount, which stays counted. Micro-USD. */
  costMicroUsd: number;
}

/**
 * Reads what a call cost: from the provider's usage where that is possible for the images that came, else from the
 * price table. Where the end of a reply got lost, the reserved amount stands, because the provider may have billed more
 * images than arrived.
 */
export function describeEnding(task: AttemptTask, { reply, error }: Sent, tableMicroUsd: number): Ending {
  const worstMicroUsd = task.reservation.amountMicroUsd;
  const usage = reply ? reply.usage : error?.usage;
  // What came and is of no use was made and paid for, too. Drafts may be part of the image's own price: one counts.
  const made = (reply?.images.length ?? 0) + (error?.unusableImages ?? 0);
  const call = pricedCall(task.call.request, task.call.offer, Math.max(made, reply?.extras === undefined ? 0 : 1));
  const usageMicroUsd = claimedMicroUsd(task.row, call, usage);
  if (reply) {
    const isWhole = reply.images.length >= task.call.count;
    const outcome = isWhole ? "delivered" : reply.images.length > 0 ? "partial" : "failed";
    // A reply of drafts alone was cut: how much was made until then, only its usage could say.
    const isOpen = reply.images.length === 0 && (usage === undefined || reply.extras !== undefined);
    const endIsLost = usageMicroUsd === undefined && (error?.billed === "unknown" || isOpen);
    if (endIsLost && !isWhole) return { outcome, billed: "unknown", costMicroUsd: worstMicroUsd };
    const costMicroUsd = usageMicroUsd ?? (endIsLost ? worstMicroUsd : tableMicroUsd);
    return { outcome, billed: costMicroUsd > 0 ? "yes" : "no", costMicroUsd };
  }
  const outcome = error?.code === "content_refused" ? "refused" : "failed";
  if (error?.billed === "no") return { outcome, billed: "no", costMicroUsd: 0 };
  if (error?.billed === "yes" && usage) return { outcome, billed: "yes", costMicroUsd: usageMicroUsd ?? tableMicroUsd };
  return { outcome: "unknown", billed: "unknown", costMicroUsd: worstMicroUsd };
}

/**
 * Writes the outcome down: images first, then money, then the end of the journal's note. Failing here must not lose a
 * paid image, so the error is returned beside the images. An image that cannot be kept is booked all the same: its cost
 * is known. A cost that cannot be booked stays in the journal, and the next run settles it.
 */
export async function bookAttempt(
  host: AttemptHost,
  reservation: Reservation,
  reply: ProviderReply | undefined,
  settlement: Settlement,
  billed: Attempt["billed"],
): Promise<ArtdeskError | undefined> {
  const { ledger, journal } = host;
  const end = billed === "unknown" ? "unknown" : reply || billed === "yes" ? "settled" : "released";
  const failed = (cause: unknown): ArtdeskError => bookkeepingError(reservation.model, billed, cause);
  const keepError = reply && (await keepImages(journal, reservation.id, reply, settlement).then(undefined, failed));
  try {
    if (end === "unknown") await ledger.markUnknown(reservation, settlement);
    else if (end === "settled") await ledger.settle(reservation, settlement);
    else await ledger.release(reservation, settlement);
    await journal.end(reservation.id, end);
    return keepError ?? undefined;
  } catch (error) {
    return failed(error);
  }
}

async function keepImages(journal: Journal, id: string, reply: ProviderReply, settlement: Settlement): Promise<void> {
  const images = reply.images.map(({ bytes, mediaType, sha256 }, index) => ({ index, bytes, mediaType, sha256 }));
  await journal.keep(id, images, settlement.costMicroUsd, settlement.requestId);
}

function bookkeepingError(model: string, billed: Attempt["billed"], cause: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `The call to ${model} ended, but the journal or the ledger could not be written.`,
    details: cause instanceof Error ? cause.message : String(cause),
    hint: "What it may cost stays reserved; the next run settles it.",
    billed,
    cause,
  });
}
