/** Money limits. Micro-USD; an absent limit means no limit. */
export interface Budget {
  monthMicroUsd?: number | undefined;
  runMicroUsd?: number | undefined;
  /** Cap on the worst case of one image. */
  imageMicroUsd?: number | undefined;
  /** Limit per month and tag value: `{ client: { acme: 5_000_000, "*": 1_000_000 } }`. */
  tags?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** @default "downgrade" */
  onExceeded?: "downgrade" | "stop" | undefined;
  /** Warn from this share of a limit. @default 80 */
  warnAtPercent?: number | undefined;
}

/** One limit as it stands: what a plan needs to know about money. Micro-USD. */
export interface ScopeBalance {
  /** `month:2026-11`, `run:ID`, or `tag:2026-11:client=acme`. */
  scope: string;
  /** What people read: `month 2026-11`, `this run`, `client acme (2026-11)`. */
  label: string;
  limitMicroUsd: number | undefined;
  spentMicroUsd: number;
  /** Held or in flight. */
  reservedMicroUsd: number;
  /** Possibly billed: counted until reconciled. */
  unknownMicroUsd: number;
  /** `limit - spent - reserved - unknown`; undefined without a limit. */
  leftMicroUsd: number | undefined;
  /** Images delivered in this scope. */
  images: number;
}

/** Money as a plan sees it. */
export interface SpendSnapshot {
  balances: readonly ScopeBalance[];
  /** Images made this month in the ledger, for the volume preset. */
  imagesThisMonth: number;
  /** Images made this month per model id, for free allowances. */
  imagesThisMonthByModel: Readonly<Record<string, number>>;
}
