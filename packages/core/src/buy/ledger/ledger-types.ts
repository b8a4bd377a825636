import type { ScopeBalance, SpendSnapshot } from "../../basics/budget.ts";
import type { Attempt } from "../../basics/receipt.ts";
import type { Usage } from "../../basics/types.ts";

/**
 * `held`: money is set aside, nothing was sent. `in_flight`: a paid call may have left. `unknown`: it is not known
 * whether the provider billed; the amount stays counted until reconciled. `settled` and `released` are ends.
 */
export type ReservationState = "held" | "in_flight" | "unknown" | "settled" | "released";

/** Money to set aside before a call. */
export interface ReservationWish {
  /** Also the attempt's id. */
  id: string;
  amountMicroUsd: number;
  provider: string;
  model: string;
  quality: string;
  size: string;
  images: number;
  tags: Readonly<Record<string, string>>;
  /** The caller's own key, for example an asset id: shown when the outcome is unknown. */
  subject: string;
}

export interface Reservation extends ReservationWish {
  state: ReservationState;
  /** `YYYY-MM` in UTC: the month that is charged, fixed when the reservation is made. */
  month: string;
  run: string;
  createdAtMs: number;
  expiresAtMs: number;
  reason: string | undefined;
}

/** What a judge's call found about an offer: the history that later decisions are made from. */
export interface JudgedOffer {
  /** The model and quality that made the image. */
  model: string;
  quality: string;
  /** What kind of prompt it was. */
  briefClass: string;
  /** True when every element was placed, false when one was dropped. */
  passed: boolean;
}

/** How a reservation ended, for the books. Money in micro-USD. */
export interface Settlement {
  costMicroUsd: number;
  tableMicroUsd: number;
  images: number;
  usage: Usage | undefined;
  requestId: string | undefined;
  outcome: Attempt["outcome"];
  /** Error code or other reason, when it did not deliver everything. */
  reason: string | undefined;
  durationMs: number;
  /** For a judge's call: whose image it was and whether everything was there. */
  judged?: JudgedOffer | undefined;
}

/** One line in the books. */
export interface LedgerEntry {
  id: string;
  state: ReservationState;
  atMs: number;
  month: string;
  run: string;
  provider: string;
  model: string;
  quality: string;
  size: string;
  subject: string;
  tags: Readonly<Record<string, string>>;
  images: number;
  /** Cost, or the amount still reserved for `held`, `in_flight` and `unknown`. */
  microUsd: number;
  tableMicroUsd: number;
  outcome: Attempt["outcome"] | undefined;
  reason: string | undefined;
  requestId: string | undefined;
  judged?: JudgedOffer | undefined;
}

/** Reserve, then settle or release; every change is one atomic write. All methods reject with `unavailable` when the store is. */
export interface Ledger {
  /** This run's id. */
  readonly run: string;
  /**
   * Sets money aside for all wishes in one write, or for none.
   * Rejects with `budget_exceeded` naming the scope, what is left and what it would take.
   */
  reserve(wishes: readonly ReservationWish[]): Promise<readonly Reservation[]>;
  /** `held` to `in_flight`, before the first byte leaves. Reserves anew if the hold had expired. `holdMs`: how long it may be under way. */
  begin(reservation: Reservation, options?: { holdMs?: number | undefined }): Promise<void>;
  /** Books the cost and frees the rest. Settling twice with the same id changes nothing. */
  settle(reservation: Reservation, settlement: Settlement): Promise<void>;
  /** Nothing was billed. The attempt stays on the books with its reason. */
  release(reservation: Reservation, settlement: Settlement): Promise<void>;
  /** The outcome is not known: the amount stays counted. */
  markUnknown(reservation: Reservation, settlement: Settlement): Promise<void>;
  /** Balances of the month, this run and the given tags. */
  spend(tags: Readonly<Record<string, string>>): Promise<SpendSnapshot>;
  /** Every scope with a limit or any movement this month. */
  balances(month?: string): Promise<readonly ScopeBalance[]>;
  /** All lines of a month, oldest first. */
  entries(month?: string): Promise<readonly LedgerEntry[]>;
  /** What is held, in flight or possibly billed now, of this month and its neighbours, oldest first. */
  outstanding(): Promise<readonly LedgerEntry[]>;
  /** Expired `held` reservations give their money back; expired `in_flight` ones become `unknown`. */
  sweep(): Promise<{ released: number; unknown: number }>;
  /**
   * Ends what a dead run left behind: `held` is released, `in_flight` becomes `unknown` unless listed as received. What is `underWay`
   * at the provider without the run stays as it is.
   */
  recover(
    run: string,
    received: Readonly<Record<string, Settlement>>,
    underWay?: ReadonlySet<string>,
  ): Promise<{ settled: number; released: number; unknown: number }>;
  /** Resolves an `unknown` reservation: what the provider's own statement says it cost, or 0. */
  reconcile(id: string, costMicroUsd: number): Promise<void>;
}
