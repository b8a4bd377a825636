const DAY_MS = 86_400_000;

/** The UTC month of a moment, `YYYY-MM`: local time zones and daylight saving play no part in budgets. */
export function monthOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 7);
}

/** The month that lies `by` months after (or, if negative, before) `month`. */
export function shiftMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return monthOf(Date.UTC(year, number - 1 + by, 1));
}

/** The months that another clock may read at `atMs` when it is up to two days early or late. */
export function monthsAround(atMs: number): readonly string[] {
  return [...new Set([monthOf(atMs - 2 * DAY_MS), monthOf(atMs), monthOf(atMs + 2 * DAY_MS)])];
}

/** True for `YYYY-MM`. */
export function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}
