import type { LedgerEntry } from "./ledger-types.ts";
import { findSpelling } from "../../basics/tag-value.ts";
import { countLine, emptyTotals, type Totals } from "./totals.ts";

/** A line as it is kept: `expiresAtMs` only while it is `held`, `in_flight` or `unknown`. */
export interface Line extends LedgerEntry {
  expiresAtMs: number | undefined;
}

/** The books of one UTC month, as they stand in the store under {@link monthKey}. */
export interface MonthDocument {
  month: string;
  /** Pages written so far, numbered from 1: the oldest ended lines, never changed again. */
  pages: number;
  /** Idle runs whose totals were dropped from `runs` to keep the document small; their lines are still on the books. */
  evictedRuns: number;
  total: Totals;
  /** Totals by tag name, then tag value in the spelling that came first: no two values of a tag name the same. */
  tags: Map<string, Map<string, Totals>>;
  /** Totals by run, the longest untouched first. */
  runs: Map<string, Totals>;
  imagesByModel: Map<string, number>;
  /** Lines in state `held`, `in_flight` or `unknown`, by id. */
  active: Map<string, Line>;
  /** Ended lines that are on no page yet, in the order of booking. A later line replaces an earlier one of the same id. */
  ended: Line[];
  /** True once something was changed since the document was read. Not stored. */
  changed: boolean;
}

/** Finds the newest ended line of an id, on pages too where its caller said so before. */
export type FindEnded = (id: string) => Line | undefined;

/** Version of what is stored. The two figures below belong to it: all writers must cut pages alike. */
export const FORMAT = 1;
/** Ended lines that go to one page. */
export const PAGE_LINES = 64;
/** Ended lines from which on a page is written. */
export const MAX_ENDED_LINES = 72;
/** Idle runs whose totals are kept at hand. */
export const MAX_IDLE_RUNS = 64;

export const KEY_PREFIX = "artdesk/v1";

export function monthKey(month: string): string {
  return `${KEY_PREFIX}/${month}`;
}

export function pageKey(month: string, page: number): string {
  return `${monthKey(month)}/page-${String(page).padStart(4, "0")}`;
}

export function emptyMonth(month: string): MonthDocument {
  return {
    month,
    pages: 0,
    evictedRuns: 0,
    total: emptyTotals(),
    tags: new Map(),
    runs: new Map(),
    imagesByModel: new Map(),
    active: new Map(),
    ended: [],
    changed: false,
  };
}

/** The same month in a document of its own. Lines are shared: none is ever changed. */
export function copyMonth(document: MonthDocument): MonthDocument {
  return {
    ...document,
    total: { ...document.total },
    tags: new Map(Array.from(document.tags, ([name, values]) => [name, copyTotals(values)])),
    runs: copyTotals(document.runs),
    imagesByModel: new Map(document.imagesByModel),
    active: new Map(document.active),
    ended: document.ended.slice(),
    changed: false,
  };
}

function copyTotals(totals: ReadonlyMap<string, Totals>): Map<string, Totals> {
  return new Map(Array.from(totals, ([name, values]) => [name, { ...values }]));
}

/** Makes `line` the active line of its id: a new one, or the next state of one that is there. */
export function putActive(document: MonthDocument, line: Line): void {
  const former = document.active.get(line.id);
  if (former) count(document, former, -1);
  count(document, line, 1);
  document.active.set(line.id, line);
  document.changed = true;
}

/** Books `line` as ended; an active line of the same id is over with it. */
export function putEnded(document: MonthDocument, line: Line): void {
  removeActive(document, line.id);
  count(document, line, 1);
  document.ended.push({ ...line, expiresAtMs: undefined });
  document.changed = true;
}

/** Takes an active line off the books, as if it never had been there. */
export function removeActive(document: MonthDocument, id: string): void {
  const former = document.active.get(id);
  if (!former) return;
  count(document, former, -1);
  document.active.delete(id);
  document.changed = true;
}

/** The newest ended line of an id that is on no page yet. */
export function findEnded(document: MonthDocument, id: string): Line | undefined {
  return document.ended.findLast((line) => line.id === id);
}

/** Drops the totals of runs that have nothing outstanding, the longest untouched first, until few are left. */
export function evictIdleRuns(document: MonthDocument): void {
  let surplus = document.runs.size - MAX_IDLE_RUNS;
  for (const [run, totals] of document.runs) {
    if (surplus <= 0) return;
    if (totals.reservedMicroUsd > 0 || totals.unknownMicroUsd > 0) continue;
    document.runs.delete(run);
    document.evictedRuns += 1;
    surplus -= 1;
  }
}

function count(document: MonthDocument, line: Line, sign: 1 | -1): void {
  countLine(document.total, line, sign);
  for (const [name, value] of Object.entries(line.tags)) countLine(tagTotals(document, name, value), line, sign);
  const run = runTotals(document, line.run);
  if (run) countLine(run, line, sign);
  const images = line.state === "released" ? 0 : line.images;
  if (images > 0) {
    document.imagesByModel.set(line.model, (document.imagesByModel.get(line.model) ?? 0) + sign * images);
  }
}

function tagTotals(document: MonthDocument, name: string, value: string): Totals {
  let values = document.tags.get(name);
  if (!values) document.tags.set(name, (values = new Map()));
  const spelling = spellingIn(values, value);
  let totals = values.get(spelling);
  if (!totals) values.set(spelling, (totals = emptyTotals()));
  return totals;
}

/** How a tag's value is written in these books, or would be. */
export function spellingIn(values: ReadonlyMap<string, unknown> | undefined, value: string): string {
  if (values?.has(value)) return value;
  return findSpelling(values?.keys() ?? [], value) ?? value.trim();
}

/** Undefined for a run whose totals were dropped: they are summed up anew when somebody asks. */
function runTotals(document: MonthDocument, run: string): Totals | undefined {
  const totals = document.runs.get(run) ?? (document.evictedRuns === 0 ? emptyTotals() : undefined);
  if (!totals) return undefined;
  document.runs.delete(run);
  document.runs.set(run, totals);
  return totals;
}
