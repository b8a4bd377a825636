import type { Clock } from "../../basics/ports.ts";
import type { Budget, ScopeBalance } from "../../basics/budget.ts";
import type { Books } from "./books.ts";
import { monthsAround, shiftMonth } from "./months.ts";
import { runBalance } from "./scopes.ts";
import { addTotals, committedMicroUsd, emptyTotals, type Totals } from "./totals.ts";

/** Follows a limited run over the turn of a month: its lines stand in two months, its limit is one. */
export interface RunMonths {
  /** What a run has used in other months than `month`. Nothing is looked up for a run without a limit. */
  usedElsewhere(run: string, month: string): Promise<Totals>;
  /** The run's balance when all months together have more than the limit, else undefined. */
  findOverdraft(run: string, month: string): Promise<ScopeBalance | undefined>;
}

export function createRunMonths(options: { books: Books; clock: Clock; budget: Budget }): RunMonths {
  const { books, clock, budget } = options;
  const probed = new Set<string>();
  const used = new Map<string, Set<string>>();

  const totalsIn = async (month: string, run: string): Promise<Totals> => books.runTotals(await books.read(month), run);

  /** Other months that may have lines of the run: the neighbours once, and again around the turn of a month. */
  const otherMonths = (run: string, month: string): string[] => {
    const months = new Set([...(used.get(run) ?? []), ...monthsAround(clock.nowMs())]);
    if (!probed.has(`${month} ${run}`)) months.add(shiftMonth(month, -1)).add(shiftMonth(month, 1));
    months.delete(month);
    return [...months];
  };

  const usedElsewhere = async (run: string, month: string): Promise<Totals> => {
    if (budget.runMicroUsd === undefined) return emptyTotals();
    let sum = emptyTotals();
    const known = used.get(run) ?? new Set<string>();
    used.set(run, known);
    for (const other of otherMonths(run, month)) {
      const totals = await totalsIn(other, run);
      if (committedMicroUsd(totals) === 0) continue;
      known.add(other);
      sum = addTotals(sum, totals);
    }
    probed.add(`${month} ${run}`);
    return sum;
  };

  return {
    usedElsewhere,
    async findOverdraft(run, month) {
      if (budget.runMicroUsd === undefined || otherMonths(run, month).length === 0) return undefined;
      const totals = addTotals(await usedElsewhere(run, month), await totalsIn(month, run));
      return committedMicroUsd(totals) > budget.runMicroUsd ? runBalance(run, budget, totals) : undefined;
    },
  };
}
