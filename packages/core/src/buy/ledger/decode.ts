import { ArtdeskError } from "../../basics/errors.ts";
import type { AttemptOutcome } from "../../basics/receipt.ts";
import { foldTagValue } from "../../basics/tag-value.ts";
import { FORMAT, type Line, type MonthDocument } from "./document.ts";
import type { JudgedOffer, ReservationState } from "./ledger-types.ts";
import { addTotals, committedMicroUsd, countLine, emptyTotals, type Totals } from "./totals.ts";

const ACTIVE_STATES = ["held", "in_flight", "unknown"] as const satisfies readonly ReservationState[];
const ENDED_STATES = ["settled", "released"] as const satisfies readonly ReservationState[];
const OUTCOMES = [
  "delivered",
  "partial",
  "refused",
  "failed",
  "unknown",
  "resumed",
] as const satisfies readonly AttemptOutcome[];

/** Reads a stored month. Throws `unavailable` for anything that is not one: money is never counted from a guess. */
export function decodeMonth(text: string, key: string, month: string): MonthDocument {
  return decode(text, key, "artdesk-ledger-month", (stored) => {
    if (stored["month"] !== month) throw new Unreadable("month", `"${month}"`);
    const active = list(stored["active"], "active", (value) => readLine(value, month, ACTIVE_STATES));
    const document: MonthDocument = {
      month,
      pages: count(stored["pages"], "pages"),
      evictedRuns: count(stored["evictedRuns"], "evictedRuns"),
      total: readTotals(stored["total"], "total"),
      tags: map(stored["tags"], "tags", (values, name) => bySpelling(map(values, name, readTotals))),
      runs: new Map(list(stored["runs"], "runs", readRun)),
      imagesByModel: map(stored["imagesByModel"], "imagesByModel", count),
      active: new Map(active.map((line) => [line.id, line])),
      ended: list(stored["ended"], "ended", (value) => readLine(value, month, ENDED_STATES)),
      changed: false,
    };
    checkOutstanding(document);
    return document;
  });
}

/** Reads a stored page. Throws `unavailable` for anything that is not one. */
export function decodePage(text: string, key: string, month: string, page: number): readonly Line[] {
  return decode(text, key, "artdesk-ledger-page", (stored) => {
    if (stored["month"] !== month) throw new Unreadable("month", `"${month}"`);
    if (stored["page"] !== page) throw new Unreadable("page", String(page));
    return list(stored["lines"], "lines", (value) => readLine(value, month, ENDED_STATES));
  });
}

/** The error for a stored document that cannot be trusted. */
export function corruptDocument(key: string, problem: string, cause?: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `The ledger document "${key}" cannot be read: ${problem}.`,
    hint: "Nothing was changed and no money can be reserved. Restore the ledger from a backup, or move it away and lower the budgets by what the providers' statements say was spent this month.",
    cause,
  });
}

/** Says which field is wrong and what it should have been. */
class Unreadable extends Error {
  readonly field: string;
  readonly wanted: string;
  constructor(field: string, wanted: string) {
    super(`${field} is not ${wanted}`);
    this.field = field;
    this.wanted = wanted;
  }
}

type Stored = Readonly<Record<string, unknown>>;

function decode<T>(text: string, key: string, kind: string, read: (stored: Stored) => T): T {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw corruptDocument(key, "it is not JSON", error);
  }
  try {
    const stored = record(parsed, "it");
    if (stored["kind"] !== kind) throw new Unreadable("kind", `"${kind}"`);
    const format = count(stored["format"], "format");
    if (format > FORMAT) throw newerFormat(key, format);
    if (format < 1) throw new Unreadable("format", String(FORMAT));
    return read(stored);
  } catch (error) {
    if (error instanceof Unreadable) throw corruptDocument(key, error.message, error);
    throw error;
  }
}

function newerFormat(key: string, format: number): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `The ledger document "${key}" has format ${format}; this version of Artdesk reads format ${FORMAT}.`,
    hint: "Another process uses a newer Artdesk on the same ledger: update this one.",
  });
}

/** Books of before told spellings of one name apart: here they are one. */
function bySpelling(values: ReadonlyMap<string, Totals>): Map<string, Totals> {
  const merged = new Map<string, Totals>();
  const spellings = new Map<string, string>();
  for (const [value, totals] of values) {
    const fold = foldTagValue(value);
    const spelling = spellings.get(fold);
    if (spelling === undefined) {
      spellings.set(fold, value);
      merged.set(value, totals);
    } else {
      merged.set(spelling, addTotals(merged.get(spelling) ?? emptyTotals(), totals));
    }
  }
  return merged;
}

/** What is outstanding is all at hand, so its sum must agree with the totals. */
function checkOutstanding(document: MonthDocument): void {
  const sum = emptyTotals();
  for (const line of document.active.values()) countLine(sum, line, 1);
  if (
    sum.reservedMicroUsd !== document.total.reservedMicroUsd ||
    sum.unknownMicroUsd !== document.total.unknownMicroUsd ||
    !Number.isSafeInteger(committedMicroUsd(document.total))
  ) {
    throw new Unreadable("total", "the sum of the active lines");
  }
}

function readLine(value: unknown, month: string, states: readonly ReservationState[]): Line {
  const line = record(value, "the line");
  const active = states === ACTIVE_STATES;
  return {
    id: text(line["id"], "id"),
    state: oneOf(line["state"], "state", states),
    atMs: count(line["atMs"], "atMs"),
    month,
    run: text(line["run"], "run"),
    provider: text(line["provider"], "provider"),
    model: text(line["model"], "model"),
    quality: text(line["quality"], "quality"),
    size: text(line["size"], "size"),
    subject: text(line["subject"], "subject"),
    tags: readTags(line["tags"]),
    images: count(line["images"], "images"),
    microUsd: count(line["microUsd"], "microUsd"),
    tableMicroUsd: count(line["tableMicroUsd"], "tableMicroUsd"),
    outcome: line["outcome"] === undefined ? undefined : oneOf(line["outcome"], "outcome", OUTCOMES),
    reason: line["reason"] === undefined ? undefined : text(line["reason"], "reason"),
    requestId: line["requestId"] === undefined ? undefined : text(line["requestId"], "requestId"),
    ...(line["judged"] === undefined ? {} : { judged: readJudged(line["judged"]) }),
    expiresAtMs: active ? count(line["expiresAtMs"], "expiresAtMs") : undefined,
  };
}

function readJudged(value: unknown): JudgedOffer {
  const judged = record(value, "judged");
  const { passed } = judged;
  if (typeof passed !== "boolean") throw new Unreadable("passed", "true or false");
  return {
    model: text(judged["model"], "model"),
    quality: text(judged["quality"], "quality"),
    briefClass: text(judged["briefClass"], "briefClass"),
    passed,
  };
}

function readTags(value: unknown): Readonly<Record<string, string>> {
  const tags = record(value, "tags");
  for (const name in tags) text(tags[name], name);
  return tags as Readonly<Record<string, string>>;
}

function readTotals(value: unknown, field: string): Totals {
  const totals = record(value, field);
  return {
    spentMicroUsd: count(totals["spentMicroUsd"], "spentMicroUsd"),
    reservedMicroUsd: count(totals["reservedMicroUsd"], "reservedMicroUsd"),
    unknownMicroUsd: count(totals["unknownMicroUsd"], "unknownMicroUsd"),
    images: count(totals["images"], "images"),
  };
}

function readRun(value: unknown): [string, Totals] {
  if (!Array.isArray(value) || value.length !== 2) throw new Unreadable("the run", "a pair");
  return [text(value[0], "the run's id"), readTotals(value[1], "the run's totals")];
}

function record(value: unknown, field: string): Stored {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Unreadable(field, "an object");
  return value as Stored;
}

function list<T>(value: unknown, field: string, read: (item: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new Unreadable(field, "a list");
  return value.map((item, index) => within(`${field}[${index}]`, () => read(item)));
}

function map<T>(value: unknown, field: string, read: (item: unknown, name: string) => T): Map<string, T> {
  const entries = Object.entries(record(value, field));
  return new Map(entries.map(([name, item]) => [name, within(`${field}.${name}`, () => read(item, name))]));
}

function within<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) throw new Unreadable(`${place}: ${error.field}`, error.wanted);
    throw error;
  }
}

function count(value: unknown, field: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Unreadable(field, "a whole number from 0 up");
  return value as number;
}

function text(value: unknown, field: string): string {
  if (typeof value !== "string") throw new Unreadable(field, "text");
  return value;
}

function oneOf<T extends string>(value: unknown, field: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new Unreadable(field, `one of ${allowed.join(", ")}`);
  return found;
}
