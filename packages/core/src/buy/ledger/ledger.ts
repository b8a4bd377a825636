import { ArtdeskError } from "../../basics/errors.ts";
import type { Clock, LedgerStore, Random } from "../../basics/ports.ts";
import type { Budget } from "../../basics/budget.ts";
import { createBooks } from "./books.ts";
import type { Line } from "./document.ts";
import { monthOf, shiftMonth } from "./months.ts";
import { reconcile, recover, sweep } from "./recovery.ts";
import { createRunMonths } from "./run-months.ts";
import { budgetExceeded, monthBalance, otherRunBalances, runBalance, tagBalance, tagBalances } from "./scopes.ts";
import { addTotals } from "./totals.ts";
import * as transitions from "./transitions.ts";
import type { Ledger, LedgerEntry, Reservation, Settlement } from "./ledger-types.ts";
import { requireCost, requireMonth, requireSettlement, requireWishes } from "./validate.ts";

export interface LedgerOptions {
  store: LedgerStore;
  clock: Clock;
  random: Random;
  budget: Budget;
  /** Id of this run. Several processes may share one; its limit then holds for all of them together. */
  run: string;
  /** How long a reservation holds without a word from its run. @default 1_800_000 (30 minutes) */
  reservationTtlMs?: number | undefined;
  /** How long a change may wait for other writers before it rejects with `unavailable`. @default 60_000 */
  patienceMs?: number | undefined;
}

/** Months to look at, by their distance from the current one; the next one because a clock may have been set back. */
const RECOVER_MONTHS = [0, -1, 1, -2, -3];
const SWEEP_MONTHS = [0, -1, 1];
const RECONCILE_MONTHS = [0, -1, 1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12];

/**
 * Opens the books over a compare-and-swap store. Nothing is read before the first call. A budget cannot be overspent by
 * any number of ledgers on one store: each reservation checks the month, the run and every tag, and counts, in one write.
 */
export function createLedger(options: LedgerOptions): Ledger {
  const { store, clock, random, budget, run } = options;
  /** Whole milliseconds, because that is what the books hold. */
  const nowMs = (): number => Math.floor(clock.nowMs());
  const ttlMs = options.reservationTtlMs ?? 1_800_000;
  const books = createBooks({ store, clock, random, patienceMs: options.patienceMs ?? 60_000 });
  const runMonths = createRunMonths({ books, clock, budget });

  const termsFor = async (owner: string, month: string, atMs: number): Promise<transitions.ReserveTerms> => {
    const elsewhere = await runMonths.usedElsewhere(owner, month);
    return { budget, view: { run: owner, elsewhere }, nowMs: atMs, expiresAtMs: atMs + ttlMs };
  };

  /** After reserving: the same run may have reserved in another month at the same moment. Then this one steps back. */
  const requireRunLimit = async (owner: string, month: string, reserved: readonly Reservation[]): Promise<void> => {
    const need = reserved.reduce((sum, { amountMicroUsd }) => sum + amountMicroUsd, 0);
    if (need === 0) return;
    const overdrawn = await runMonths.findOverdraft(owner, month);
    if (!overdrawn) return;
    const ids = reserved.map(({ id }) => id);
    await books.change(month, { apply: (document) => transitions.withdraw(document, ids) });
    throw budgetExceeded({ ...overdrawn, leftMicroUsd: (overdrawn.leftMicroUsd ?? 0) + need }, need);
  };

  const change = <T>(
    reservation: Reservation,
    apply: (...parameters: Parameters<typeof transitions.settle>) => T,
    settlement: Settlement,
  ): Promise<T> => {
    requireSettlement(settlement);
    return books.change(reservation.month, {
      ids: [reservation.id],
      apply: (document, find) => apply(document, reservation, settlement, find),
    });
  };

  return {
    run,
    async reserve(wishes) {
      requireWishes(wishes);
      if (wishes.length === 0) return [];
      const atMs = nowMs();
      const month = monthOf(atMs);
      const terms = await termsFor(run, month, atMs);
      const reserved = await books.change(month, {
        run,
        apply: (document) => transitions.reserve(document, wishes, terms),
      });
      await requireRunLimit(run, month, reserved);
      return reserved;
    },
    async begin(reservation, { holdMs = ttlMs } = {}) {
      const { id, month, run: owner } = reservation;
      const expiresAtMs = nowMs() + holdMs;
      const begun = await books.change(month, {
        apply: (document) => transitions.begin(document, reservation, expiresAtMs),
      });
      if (begun) return;
      const terms = { ...(await termsFor(owner, month, nowMs())), expiresAtMs };
      await books.change(month, {
        ids: [id],
        run: owner,
        apply: (document, find) => transitions.beginAnew(document, reservation, find, terms),
      });
      await requireRunLimit(owner, month, [reservation]);
    },
    settle: async (reservation, settlement) => change(reservation, transitions.settle, settlement),
    release: async (reservation, settlement) => change(reservation, transitions.release, settlement),
    markUnknown: async (reservation, settlement) => change(reservation, transitions.markUnknown, settlement),
    async spend(tags) {
      const month = monthOf(nowMs());
      const document = await books.read(month);
      const own = addTotals(await books.runTotals(document, run), await runMonths.usedElsewhere(run, month));
      return {
        balances: [
          monthBalance(document, budget),
          runBalance(run, budget, own),
          ...Object.entries(tags).map(([name, value]) => tagBalance(document, budget, name, value)),
        ],
        imagesThisMonth: document.total.images,
        imagesThisMonthByModel: Object.fromEntries(document.imagesByModel),
      };
    },
    async balances(month = monthOf(nowMs())) {
      requireMonth(month);
      const document = await books.read(month);
      const own = addTotals(await books.runTotals(document, run), await runMonths.usedElsewhere(run, month));
      return [
        monthBalance(document, budget),
        runBalance(run, budget, own),
        ...otherRunBalances(document, budget, run),
        ...tagBalances(document, budget),
      ];
    },
    async entries(month = monthOf(nowMs())) {
      requireMonth(month);
      return toEntries(await books.lines(month));
    },
    async outstanding() {
      const documents = await Promise.all(monthsFrom(nowMs(), SWEEP_MONTHS).map((month) => books.read(month)));
      return toEntries(documents.flatMap((document) => Array.from(document.active.values())));
    },
    async sweep() {
      const atMs = nowMs();
      const swept = { released: 0, unknown: 0 };
      for (const month of monthsFrom(atMs, SWEEP_MONTHS)) {
        const here = await books.change(month, { apply: (document) => sweep(document, atMs) });
        swept.released += here.released;
        swept.unknown += here.unknown;
      }
      return swept;
    },
    async recover(deadRun, received, underWay = new Set()) {
      for (const settlement of Object.values(received)) requireSettlement(settlement);
      let ids = Object.keys(received);
      const recovered = { settled: 0, released: 0, unknown: 0 };
      for (const month of monthsFrom(nowMs(), RECOVER_MONTHS)) {
        const here = await books.change(month, {
          ids,
          apply: (document, find) => recover(document, deadRun, received, find, underWay),
        });
        ids = ids.filter((id) => !here.found.has(id));
        recovered.settled += here.settled;
        recovered.released += here.released;
        recovered.unknown += here.unknown;
      }
      return recovered;
    },
    async reconcile(id, costMicroUsd) {
      requireCost(costMicroUsd, "costMicroUsd");
      const months = monthsFrom(nowMs(), RECONCILE_MONTHS);
      // What can be reconciled is active, so pages are looked through only to tell a booked id from an unknown one.
      for (const ids of [[], [id]]) {
        for (const month of months) {
          const found = await books.change(month, {
            ids,
            apply: (document, find) => reconcile(document, id, costMicroUsd, find),
          });
          if (found) return;
        }
      }
      throw new ArtdeskError({
        code: "invalid_request",
        shortMessage: `The ledger has no reservation ${id} in the last twelve months.`,
        hint: "Check the id: the list of entries shows it.",
      });
    },
  };
}

function monthsFrom(nowMs: number, shifts: readonly number[]): string[] {
  return shifts.map((shift) => shiftMonth(monthOf(nowMs), shift));
}

function toEntries(lines: readonly Line[]): LedgerEntry[] {
  return lines.toSorted((left, right) => left.atMs - right.atMs).map(withoutExpiry);
}

function withoutExpiry({ expiresAtMs: _expiresAtMs, ...entry }: Line): LedgerEntry {
  return entry;
}
