import { ArtdeskError } from "../../basics/errors.ts";
import type { Budget, ScopeBalance } from "../../basics/budget.ts";
import { isSameTagValue } from "../../basics/tag-value.ts";
import { type MonthDocument, spellingIn } from "./document.ts";
import { formatUsd } from "../../basics/money.ts";
import { addTotals, committedMicroUsd, emptyTotals, type Totals } from "./totals.ts";

/** Whose money is asked for: `elsewhere` is what `run` has used in other months. */
export interface RunView {
  run: string;
  elsewhere: Totals;
}

/**
 * The limit of a tag value: its own, in whatever spelling, else the one for `*`. Of two spellings the lower limit.
 * Micro-USD per month.
 */
export function tagLimit(budget: Budget, name: string, value: string): number | undefined {
  const limits = own(budget.tags ?? {}, name);
  if (!limits) return undefined;
  let limit: number | undefined;
  for (const [spelling, microUsd] of Object.entries(limits)) {
    if (spelling !== "*" && isSameTagValue(spelling, value)) limit = Math.min(limit ?? microUsd, microUsd);
  }
  return limit ?? own(limits, "*");
}

export function monthBalance(document: MonthDocument, budget: Budget): ScopeBalance {
  return balance(`month:${document.month}`, `month ${document.month}`, budget.monthMicroUsd, document.total);
}

export function runBalance(run: string, budget: Budget, totals: Totals): ScopeBalance {
  return balance(`run:${run}`, "this run", budget.runMicroUsd, totals);
}

export function tagBalance(document: MonthDocument, budget: Budget, name: string, value: string): ScopeBalance {
  const values = document.tags.get(name);
  const spelling = spellingIn(values, value);
  return balance(
    `tag:${document.month}:${name}=${spelling}`,
    `${name} ${spelling} (${document.month})`,
    tagLimit(budget, name, spelling),
    values?.get(spelling) ?? emptyTotals(),
  );
}

/** Balances of all tag values with a limit or any movement, in the order of their names. */
export function tagBalances(document: MonthDocument, budget: Budget): readonly ScopeBalance[] {
  const tags = new Map([...document.tags].map(([name, values]) => [name, new Map(values)]));
  for (const [name, limits] of Object.entries(budget.tags ?? {})) {
    const values = tags.get(name) ?? new Map<string, Totals>();
    for (const value of Object.keys(limits)) if (value !== "*") values.set(spellingIn(values, value), emptyTotals());
    tags.set(name, values);
  }
  return [...tags]
    .flatMap(([name, values]) => [...values.keys()].map((value) => tagBalance(document, budget, name, value)))
    .toSorted((left, right) => compare(left.scope, right.scope));
}

/** Balances of the runs at hand, but for `except`. */
export function otherRunBalances(document: MonthDocument, budget: Budget, except: string): readonly ScopeBalance[] {
  return [...document.runs]
    .filter(([run]) => run !== except)
    .map(([run, totals]) => balance(`run:${run}`, `run ${run}`, budget.runMicroUsd, totals));
}

/** Money that is asked for, with the scopes that it counts in. */
export interface Need {
  amountMicroUsd: number;
  tags: Readonly<Record<string, string>>;
}

/** The scope that lacks most for these needs together, or undefined when all of them fit. */
export function findShortage(
  document: MonthDocument,
  budget: Budget,
  view: RunView,
  needs: readonly Need[],
): { balance: ScopeBalance; needMicroUsd: number } | undefined {
  const total = needs.reduce((sum, need) => sum + need.amountMicroUsd, 0);
  const runUse = addTotals(document.runs.get(view.run) ?? emptyTotals(), view.elsewhere);
  const shortages = [
    { balance: monthBalance(document, budget), needMicroUsd: total },
    { balance: runBalance(view.run, budget, runUse), needMicroUsd: total },
  ];
  const byTag = new Map<string, Map<string, number>>();
  for (const need of needs) {
    for (const [name, value] of Object.entries(need.tags)) {
      const values = byTag.get(name) ?? new Map<string, number>();
      const spelling = spellingIn(values, value);
      values.set(spelling, (values.get(spelling) ?? 0) + need.amountMicroUsd);
      byTag.set(name, values);
    }
  }
  for (const [name, values] of byTag) {
    for (const [value, needMicroUsd] of values) {
      shortages.push({ balance: tagBalance(document, budget, name, value), needMicroUsd });
    }
  }
  const lacking = ({ balance: { leftMicroUsd }, needMicroUsd }: (typeof shortages)[number]): number =>
    leftMicroUsd === undefined || needMicroUsd === 0 ? 0 : needMicroUsd - leftMicroUsd;
  return shortages
    .filter((shortage) => lacking(shortage) > 0)
    .toSorted((left, right) => lacking(right) - lacking(left))[0];
}

/** The error for money that is not there: names the scope, what it would take and what is left. */
export function budgetExceeded(short: ScopeBalance, needMicroUsd: number): ArtdeskError {
  const { label, limitMicroUsd = 0, leftMicroUsd = 0, unknownMicroUsd } = short;
  const left =
    leftMicroUsd < 0
      ? `its ${formatUsd(limitMicroUsd)} is overdrawn by ${formatUsd(-leftMicroUsd)}`
      : `${formatUsd(leftMicroUsd)} of ${formatUsd(limitMicroUsd)} is left`;
  const next = short.scope.startsWith("run:") ? "start another run" : "wait for the next month";
  const unknown =
    unknownMicroUsd > 0
      ? ` ${formatUsd(unknownMicroUsd)} of it is possibly billed: reconcile it to free what was not.`
      : "";
  return new ArtdeskError({
    code: "budget_exceeded",
    shortMessage: `Not enough budget for ${label}: this takes up to ${formatUsd(needMicroUsd)}, and ${left}.`,
    hint: `Raise the limit, choose a cheaper offer, or ${next}.${unknown}`,
    details: `Spent ${formatUsd(short.spentMicroUsd)}, reserved ${formatUsd(short.reservedMicroUsd)}, possibly billed ${formatUsd(unknownMicroUsd)}.`,
  });
}

function balance(scope: string, label: string, limitMicroUsd: number | undefined, totals: Totals): ScopeBalance {
  return {
    scope,
    label,
    limitMicroUsd,
    ...totals,
    leftMicroUsd: limitMicroUsd === undefined ? undefined : limitMicroUsd - committedMicroUsd(totals),
  };
}

/** A property of the object itself: a tag may be called `constructor`. */
function own<T>(owner: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(owner, name) ? owner[name] : undefined;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
