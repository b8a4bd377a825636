import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { Clock, Http, LedgerStore } from "../../basics/ports.ts";
import type { Attempt } from "../../basics/receipt.ts";
import { openBatchClient } from "../../models/batch-services/batch-client.ts";
import { discountedMicroUsd } from "../../models/rows/cost.ts";
import { findModel } from "../../models/rows/find-model.ts";
import { notMade } from "../ledger/release-held.ts";
import { type BatchCall, batchCallsOf, batchesOf, type BatchHost, type BatchOrder } from "./batch-calls.ts";
import { attemptOf, type BatchOutcome, batchOutcomes, type BatchRecord, settlementOf } from "./batch-outcomes.ts";
import { type BatchTicket, createBatchShelf, recordsOfTicket, type TicketCall } from "./batch-shelf.ts";
import { batchDiscountOf } from "./batch-terms.ts";
import { handInBatch } from "./hand-in-batch.ts";

/** A request for a batch, with what the host wants to know again when it is collected. */
export interface DeskOrder extends BatchOrder {
  /** Percent off by the account's own terms. @default what the provider publishes */
  ownDiscountPercent?: number | undefined;
  /** The host's own words. */
  note: string;
}

/** What became of a group of orders that were handed in together. */
export interface SubmittedBatch<T extends DeskOrder> {
  /** Our own name for it: by this it is collected. */
  name: string;
  provider: string;
  model: string;
  /** `unknown`: the provider may have it; collecting it finds out. `refused`: it does not, and all money is free again. */
  state: "submitted" | "unknown" | "refused";
  error: ArtdeskError | undefined;
  orders: readonly T[];
  images: number;
  /** Set aside until it is collected: the most that it may cost at the full price. */
  heldMicroUsd: number;
  /** Likely price outside a batch. */
  fullMicroUsd: number;
  /** Likely price as a batch. */
  estimateMicroUsd: number;
  /** The longest that it may take. */
  windowMs: number;
}

/** One call of a collected batch, with the host's words about its order. */
export interface CollectedCall extends BatchOutcome<TicketCall & BatchRecord> {
  /** The call as receipts show it. */
  attempt: Attempt;
}

/** Where a batch stands. */
export type CollectedBatch = { ticket: BatchTicket } & (
  | { state: "running"; detail: string }
  /** The provider never took it: nothing was bought, and all money is free again. */
  | { state: "not_taken" }
  | {
      state: "ended";
      costMicroUsd: number;
      /** It had been collected before: its books are as they were. */
      again: boolean;
    }
);

/** Batches for hosts that remember nothing but what is in the ledger's store. */
export interface BatchDesk {
  /**
   * Hands orders in, grouped into as few batches as there can be. Every ticket is in the store and every call in the books
   * before the provider hears of it. Never rejects because of one order or one batch.
   */
  submit<T extends DeskOrder>(
    orders: readonly T[],
  ): Promise<{ batches: readonly SubmittedBatch<T>[]; failed: readonly { order: T; error: ArtdeskError }[] }>;
  /** Names of the batches that wait to be collected, oldest first. */
  open(): Promise<readonly string[]>;
  /**
   * Looks at a batch. When it has ended, `deliver` gets what came of each call, one after the other, and what they cost is
   * booked afterwards in one write. Collecting again delivers again, as long as the provider keeps the results, and books
   * nothing twice. Rejects with `invalid_request` for a name that the store does not hold, and with what the provider or
   * the store said.
   */
  collect(name: string, deliver: (call: CollectedCall) => Promise<void>): Promise<CollectedBatch>;
  /** Everything delivered is safe: the batch is open no more. */
  close(batch: CollectedBatch): Promise<void>;
}

export interface BatchDeskOptions extends BatchHost {
  http: Http;
  clock: Clock;
  /** The store of the ledger. */
  store: LedgerStore;
}

/** How long a batch may be on its way to the provider. Until then one that is not there may still come. */
const HAND_IN_MS = 900_000;

/** Opens the desk. Nothing is read or sent before the first call. */
export function createBatchDesk(options: BatchDeskOptions): BatchDesk {
  const { catalogue, ledger, random, codec, http, clock, store } = options;
  const shelf = createBatchShelf({ store, clock, random });

  const submitOne = async <T extends DeskOrder>(calls: readonly BatchCall<T>[]): Promise<SubmittedBatch<T>> => {
    const batch = describeBatch(options, calls, `artdesk-${random.id()}`);
    const { name, provider, model, windowMs } = batch;
    const ticket: BatchTicket = {
      name,
      provider,
      model,
      windowMs,
      providerBatchId: undefined,
      state: "open",
      submittedAtMs: Math.floor(clock.nowMs()),
      calls: calls.map(({ order, reservation, positions }) => ({
        reservation,
        positions,
        discountPercent: discountOf(options, order, model),
        note: order.note,
      })),
    };
    const outcome = await handInBatch({
      client: openBatchClient(provider, http),
      ledger,
      name,
      calls,
      windowMs,
      unknownHint: "Collect it later: that finds out whether the provider has it.",
      notes: {
        begin: () => shelf.add(ticket),
        submitted: (id) => shelf.submitted(name, id),
        forget: () => shelf.close(name, "forgotten"),
      },
    });
    if (!isArtdeskError(outcome)) return batch;
    return { ...batch, state: outcome.billed === "no" ? "refused" : "unknown", error: outcome };
  };

  return {
    async submit(orders) {
      const calls: BatchCall<(typeof orders)[number]>[] = [];
      const failed: { order: (typeof orders)[number]; error: ArtdeskError }[] = [];
      for (const order of orders) {
        try {
          calls.push(...(await batchCallsOf(options, order)));
        } catch (error) {
          if (!isArtdeskError(error)) throw error;
          failed.push({ order, error });
        }
      }
      const batches: SubmittedBatch<(typeof orders)[number]>[] = [];
      for (const part of batchesOf(calls)) batches.push(await submitOne(part));
      return { batches, failed };
    },
    open: () => shelf.open(),
    async collect(name, deliver) {
      const ticket = await shelf.find(name);
      if (!ticket) throw unknownBatch(name);
      if (ticket.state === "forgotten") return { ticket, state: "not_taken" };
      const client = openBatchClient(ticket.provider, http);
      const id = ticket.providerBatchId ?? (await client.find(name));
      if (id === undefined) {
        if (clock.nowMs() - ticket.submittedAtMs < HAND_IN_MS)
          return { ticket, state: "running", detail: "being handed in" };
        await Promise.all(ticket.calls.map(({ reservation }) => ledger.release(reservation, notMade("not handed in"))));
        return { ticket, state: "not_taken" };
      }
      if (ticket.providerBatchId === undefined) await shelf.submitted(name, id);
      const look = await client.look(id);
      if (look.kind === "running") return { ticket, state: "running", detail: look.detail };
      let costMicroUsd = 0;
      const bookings: (() => Promise<void>)[] = [];
      for await (const outcome of batchOutcomes(recordsOfTicket(ticket), look.results, {
        catalogue,
        codec,
        discountOf: ({ discountPercent }) => discountPercent,
        missingHint: "It was not billed: ask for it again.",
      })) {
        const settlement = settlementOf(outcome);
        const { reservation } = outcome.record;
        await deliver({ ...outcome, attempt: attemptOf(outcome, ticket.submittedAtMs) });
        costMicroUsd += outcome.costMicroUsd;
        // An image that was free all the same counts as made.
        const isSettled = outcome.reply !== undefined || outcome.costMicroUsd > 0;
        bookings.push(() =>
          isSettled ? ledger.settle(reservation, settlement) : ledger.release(reservation, settlement),
        );
      }
      await Promise.all(bookings.map((book) => book()));
      return { ticket, state: "ended", costMicroUsd, again: ticket.state === "collected" };
    },
    async close({ ticket, state }) {
      if (state === "running" || ticket.state !== "open") return;
      await shelf.close(ticket.name, state === "ended" ? "collected" : "forgotten");
    },
  };
}

function describeBatch<T extends DeskOrder>(
  host: BatchHost,
  calls: readonly BatchCall<T>[],
  name: string,
): SubmittedBatch<T> {
  const [first] = calls;
  if (!first) throw new RangeError("a batch without calls");
  const { provider, model } = first.reservation;
  const shareOf = ({ order: { planned }, positions }: BatchCall<T>): number =>
    Math.ceil(((planned.decision.offers[0]?.estimateMicroUsd ?? 0) * positions.length) / planned.request.count);
  const sum = (pick: (call: BatchCall<T>) => number): number => calls.reduce((total, call) => total + pick(call), 0);
  return {
    name,
    provider,
    model,
    state: "submitted",
    error: undefined,
    orders: [...new Set(calls.map(({ order }) => order))],
    images: sum(({ positions }) => positions.length),
    heldMicroUsd: sum(({ reservation }) => reservation.amountMicroUsd),
    fullMicroUsd: sum(shareOf),
    estimateMicroUsd: sum((call) => discountedMicroUsd(shareOf(call), discountOf(host, call.order, model))),
    windowMs: findModel(host.catalogue.rows, model)?.row.batch?.windowMs ?? 0,
  };
}

function discountOf({ catalogue }: BatchHost, { ownDiscountPercent }: DeskOrder, model: string): number {
  const row = findModel(catalogue.rows, model)?.row;
  return ownDiscountPercent ?? (row ? batchDiscountOf(row, {}) : 0);
}

function unknownBatch(name: string): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: `The ledger knows no batch ${JSON.stringify(name)}.`,
    hint: "Use the batch ID that came with the submission, and the same ledger.",
  });
}
