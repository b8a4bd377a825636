import { ArtdeskError } from "../../basics/errors.ts";
import type { Codec, Random } from "../../basics/ports.ts";
import type { PlannedRequest } from "../../decide/plan/planned-request.ts";
import { type BatchLine, MAX_BATCH_LINES, MAX_BATCH_PIXELS } from "../../models/batch-services/batch-service.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { findModel } from "../../models/rows/find-model.ts";
import type { Ledger, Reservation } from "../ledger/ledger-types.ts";
import { releaseHeld } from "../ledger/release-held.ts";
import { wishesFor } from "../wishes-for.ts";

/** What is needed to turn requests into lines of a batch. */
export interface BatchHost {
  catalogue: Catalogue;
  ledger: Ledger;
  random: Random;
  codec: Codec;
}

/** A request for a batch: made by the first offer of its plan. */
export interface BatchOrder {
  planned: PlannedRequest;
  /** The caller's own key, shown in the books. */
  subject: string;
  /** Reservations that the ledger granted already for the first offer. */
  held?: readonly Reservation[] | undefined;
}

/** One paid call of a batch. */
export interface BatchCall<T extends BatchOrder> {
  order: T;
  /** Money for it. */
  reservation: Reservation;
  /** Which of the order's images it makes, counted from 0. */
  positions: readonly number[];
  line: BatchLine;
}

/**
 * The calls of an order, with money set aside for each.
 *
 * @throws ArtdeskError `invalid_request` for a request that is no JSON text, `budget_exceeded`. Nothing is held then.
 */
export async function batchCallsOf<T extends BatchOrder>(host: BatchHost, order: T): Promise<BatchCall<T>[]> {
  const { planned, subject, held } = order;
  const { request } = planned;
  const offer = planned.decision.offers[0];
  const row = findModel(host.catalogue.rows, offer?.model ?? "")?.row;
  const provider = host.catalogue.providers.get(offer?.provider ?? "");
  if (!offer || !row || provider?.kind !== "http") throw new TypeError("a batch without an offer");
  const all = Array.from({ length: request.count }, (_, position) => position);
  const wishes = wishesFor({ random: host.random, rowOf: () => row }, planned, offer, all, subject);
  const lines = wishes.map(({ positions }) =>
    provider.build({ request, offer, row, count: positions.length }, host.codec),
  );
  if (lines.some(({ body }) => typeof body !== "string")) {
    await releaseHeld(host.ledger, held ?? []);
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "A reference of this edit is too large for a batch.",
      hint: "Use references under 15 MB, or `urgency: normal`.",
    });
  }
  const reservations = held ?? (await host.ledger.reserve(wishes.map(({ wish }) => wish)));
  return wishes.flatMap(({ positions }, index) => {
    const [reservation, line] = [reservations[index], lines[index]];
    return reservation && line ? [{ order, reservation, positions, line: { id: reservation.id, request: line } }] : [];
  });
}

/** The batches that these calls make: of one model and one endpoint each, and none too large to come back. */
export function batchesOf<T extends BatchOrder>(calls: readonly BatchCall<T>[]): BatchCall<T>[][] {
  const batches: BatchCall<T>[][] = [];
  const open = new Map<string, { calls: BatchCall<T>[]; pixels: number }>();
  for (const call of calls) {
    const key = `${call.reservation.model} ${call.line.request.path}`;
    const pixels = pixelsOf(call);
    let batch = open.get(key);
    if (!batch || batch.calls.length >= MAX_BATCH_LINES || batch.pixels + pixels > MAX_BATCH_PIXELS) {
      batch = { calls: [], pixels: 0 };
      open.set(key, batch);
      batches.push(batch.calls);
    }
    batch.calls.push(call);
    batch.pixels += pixels;
  }
  return batches;
}

function pixelsOf<T extends BatchOrder>({ reservation: { size, images } }: BatchCall<T>): number {
  const [widthPx = 0, heightPx = 0] = size.split("x").map(Number);
  return widthPx * heightPx * images;
}
