import { FORMAT, type Line, type MonthDocument } from "./document.ts";

/** The stored text of a month. */
export function encodeMonth(document: MonthDocument): string {
  return JSON.stringify({
    kind: "artdesk-ledger-month",
    format: FORMAT,
    month: document.month,
    pages: document.pages,
    evictedRuns: document.evictedRuns,
    total: document.total,
    tags: Object.fromEntries([...document.tags].map(([name, values]) => [name, Object.fromEntries(values)])),
    // Pairs, because the order of runs counts and objects do not keep it for names that look like numbers.
    runs: [...document.runs],
    imagesByModel: Object.fromEntries(document.imagesByModel),
    active: [...document.active.values()].map(encodeLine),
    ended: document.ended.map(encodeLine),
  });
}

/** The stored text of a page: `lines` are ended and will never change. */
export function encodePage(month: string, page: number, lines: readonly Line[]): string {
  return JSON.stringify({
    kind: "artdesk-ledger-page",
    format: FORMAT,
    month,
    page,
    lines: lines.map(encodeLine),
  });
}

function encodeLine({ month: _month, ...line }: Line): Omit<Line, "month"> {
  return line;
}
