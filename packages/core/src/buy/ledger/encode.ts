import { FORMAT, type Line, type MonthDocument } from "./document.ts";

/** The stored text of a month. */
export function encodeMonth(document: MonthDocument): string {
  const head = JSON.stringify({
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
  });
  return `${head.slice(0, -1)},"active":${encodeLines(document.active.values())},"ended":${encodeLines(document.ended)}}`;
}

/** The stored text of a page: `lines` are ended and will never change. */
export function encodePage(month: string, page: number, lines: readonly Line[]): string {
  const head = JSON.stringify({ kind: "artdesk-ledger-page", format: FORMAT, month, page });
  return `${head.slice(0, -1)},"lines":${encodeLines(lines)}}`;
}

function encodeLines(lines: Iterable<Line>): string {
  return `[${Array.from(lines, encodeLine).join()}]`;
}

/** A line is written with every change of its month until it is on a page. */
const encodedLines = new WeakMap<Line, string>();

function encodeLine(line: Line): string {
  const known = encodedLines.get(line);
  if (known !== undefined) return known;
  const { judged } = line;
  // Always in this order, wherever the line comes from: every writer must write a page with the same bytes.
  const encoded = JSON.stringify({
    id: line.id,
    state: line.state,
    atMs: line.atMs,
    run: line.run,
    provider: line.provider,
    model: line.model,
    quality: line.quality,
    size: line.size,
    subject: line.subject,
    tags: line.tags,
    images: line.images,
    microUsd: line.microUsd,
    tableMicroUsd: line.tableMicroUsd,
    outcome: line.outcome,
    reason: line.reason,
    requestId: line.requestId,
    judged: judged && {
      model: judged.model,
      quality: judged.quality,
      briefClass: judged.briefClass,
      passed: judged.passed,
    },
    expiresAtMs: line.expiresAtMs,
  });
  encodedLines.set(line, encoded);
  return encoded;
}
