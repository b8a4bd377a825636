import type { LedgerStore } from "../../basics/ports.ts";
import { corruptDocument, decodePage } from "./decode.ts";
import { type Line, MAX_ENDED_LINES, type MonthDocument, PAGE_LINES, pageKey } from "./document.ts";
import { encodePage } from "./encode.ts";
import { addTotals, countLine, emptyTotals, type Totals } from "./totals.ts";

const PAGES_AT_ONCE = 8;

/** The pages of all months: written once, never changed. */
export interface Pages {
  /**
   * Moves the oldest ended lines to new pages once there are many. `storedLines` is how many ended lines the stored month
   * has: only those may move. A page is written before the month that counts it, and its lines follow from the stored
   * month alone, so a writer that dies in between, or loses the race, leaves the very page that the next one needs.
   */
  rollOff(document: MonthDocument, storedLines: number): Promise<void>;
  /** All lines on the first `count` pages, oldest first. */
  readAll(month: string, count: number): Promise<readonly Line[]>;
  /** The newest line of each id on the first `count` pages. */
  find(month: string, count: number, ids: readonly string[]): Promise<ReadonlyMap<string, Line>>;
  /** What `run` has used according to the first `count` pages. */
  sumRun(month: string, count: number, run: string): Promise<Totals>;
}

export function createPages(store: LedgerStore): Pages {
  const sums = new Map<string, { pages: number; totals: Totals }>();

  const readPage = async (month: string, page: number): Promise<readonly Line[]> => {
    const key = pageKey(month, page);
    const stored = await store.read(key);
    if (!stored) throw corruptDocument(key, "it is missing");
    return decodePage(stored.value, key, month, page);
  };

  const readRange = async (month: string, from: number, to: number): Promise<Line[]> => {
    const lines: Line[] = [];
    for (let first = from; first <= to; first += PAGES_AT_ONCE) {
      const numbers = Array.from({ length: Math.min(PAGES_AT_ONCE, to - first + 1) }, (_, index) => first + index);
      for (const page of await Promise.all(numbers.map((number) => readPage(month, number)))) lines.push(...page);
    }
    return lines;
  };

  return {
    async rollOff(document, storedLines) {
      const { month } = document;
      for (let left = storedLines; left >= MAX_ENDED_LINES; left -= PAGE_LINES) {
        const number = document.pages + 1;
        const key = pageKey(month, number);
        const value = encodePage(month, number, document.ended.slice(0, PAGE_LINES));
        const written = await store.write(key, value, undefined);
        if (written === "conflict" && (await store.read(key))?.value !== value) {
          throw corruptDocument(key, "it is there already with other lines than the month has");
        }
        document.pages = number;
        document.ended.splice(0, PAGE_LINES);
      }
    },
    readAll: (month, count) => readRange(month, 1, count),
    async find(month, count, ids) {
      const open = new Set(ids);
      const found = new Map<string, Line>();
      for (let page = count; page >= 1 && open.size > 0; page -= 1) {
        for (const line of (await readPage(month, page)).toReversed()) {
          if (open.delete(line.id)) found.set(line.id, line);
        }
      }
      return found;
    },
    async sumRun(month, count, run) {
      const key = `${month} ${run}`;
      const known = sums.get(key) ?? { pages: 0, totals: emptyTotals() };
      if (known.pages >= count) return known.totals;
      const added = emptyTotals();
      for (const line of await readRange(month, known.pages + 1, count)) {
        if (line.run === run) countLine(added, line, 1);
      }
      const totals = addTotals(known.totals, added);
      sums.set(key, { pages: count, totals });
      return totals;
    },
  };
}
