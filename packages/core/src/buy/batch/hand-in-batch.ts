import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { BatchClient } from "../../models/batch-services/batch-service.ts";
import type { Ledger } from "../ledger/ledger-types.ts";
import { releaseHeld } from "../ledger/release-held.ts";
import type { BatchCall, BatchOrder } from "./batch-calls.ts";

/** Held for a batch: twice its window, so that nothing expires while it may still be made. */
const HOLD_WINDOWS = 2;

/** What the host writes down so that a batch can be collected whatever happens to this process. Each resolves when it is kept. */
export interface BatchNotes {
  /** Before the batch is handed in: it may exist from now on, under our own name for it. */
  begin(): Promise<void>;
  /** The provider's id of it. */
  submitted(id: string): Promise<void>;
  /** It was surely not taken. */
  forget(): Promise<void>;
}

export interface HandIn<T extends BatchOrder> {
  client: BatchClient;
  ledger: Ledger;
  /** Our own name for it, by which it is found again. */
  name: string;
  calls: readonly BatchCall<T>[];
  /** The longest that it may take. */
  windowMs: number;
  notes: BatchNotes;
  /** What to do when it is not known whether the provider has it. */
  unknownHint: string;
}

/**
 * Hands calls in as one batch. Notes and books come first: each call is in flight before it is handed in, and stays so
 * until it is collected.
 *
 * @returns the provider's id, or why there is none: with `billed: "no"` all money is free again; otherwise the batch may
 * exist, and notes and money stay until a later look finds out
 */
export async function handInBatch<T extends BatchOrder>(task: HandIn<T>): Promise<string | ArtdeskError> {
  const { client, ledger, name, calls, notes } = task;
  const reservations = calls.map(({ reservation }) => reservation);
  const holdMs = HOLD_WINDOWS * task.windowMs;
  const takeBack = async (): Promise<void> => {
    await releaseHeld(ledger, reservations);
    await notes.forget();
  };
  try {
    await notes.begin();
    // Asked for together, so that the books need one write.
    await Promise.all(reservations.map((reservation) => ledger.begin(reservation, { holdMs })));
  } catch (error) {
    await takeBack().catch(() => undefined);
    return notStarted(error);
  }
  try {
    const id = await client.submit(
      name,
      calls.map(({ line }) => line),
    );
    // Whoever looks for it finds it by its name, too.
    await notes.submitted(id).catch(() => undefined);
    return id;
  } catch (error) {
    const failure = isArtdeskError(error) ? error : unreadable(error);
    if (failure.billed === "no") await takeBack();
    return failure.billed === "no" ? failure : maybeTaken(failure, task.unknownHint);
  }
}

function notStarted(cause: unknown): ArtdeskError {
  if (isArtdeskError(cause)) return cause;
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: "No batch was handed in, because the journal or the ledger could not be written.",
    details: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}

function unreadable(cause: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "bad_response",
    shortMessage: "The answer to the batch could not be read.",
    details: cause instanceof Error ? cause.message : String(cause),
    billed: "unknown",
    cause,
  });
}

function maybeTaken(error: ArtdeskError, hint: string): ArtdeskError {
  const { code, shortMessage, details, provider, status, requestId, billed } = error;
  return new ArtdeskError({ code, shortMessage, details, hint, provider, status, requestId, billed, cause: error });
}
