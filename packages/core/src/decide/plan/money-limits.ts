import { formatUsd } from "../../basics/money.ts";
import type { Budget, SpendSnapshot } from "../../basics/budget.ts";
import { closestName } from "../../basics/closest-name.ts";
import { findSpelling, foldTagValue, isSameTagValue } from "../../basics/tag-value.ts";
import type { ParsedRequest } from "../../basics/types.ts";
import type { Blocked } from "./named-models.ts";

/** A limit that a worst case must fit into. Micro-USD. */
export interface MoneyLimit {
  /** What people read: `month 2026-11`, `client acme (2026-11)`. */
  label: string;
  leftMicroUsd: number;
  /** Where to raise it: `budget.month`. */
  setting: string;
  /** A cap on one image or one request, of which nothing can be used up. */
  isCap?: boolean | undefined;
}

/** The limits that hold for a request: those of the ledger, and those of the budget that the ledger has no balance for. */
export function limitsOf(budget: Budget, spend: SpendSnapshot, request: ParsedRequest, month: string): MoneyLimit[] {
  const limits: MoneyLimit[] = [];
  let hasMonth = false;
  let hasRun = false;
  const seenTags: string[] = [];
  for (const balance of spend.balances) {
    const { scope } = balance;
    const kind = scope.slice(0, scope.indexOf(":"));
    if (kind === "month") hasMonth = true;
    else if (kind === "run") hasRun = true;
    const tag = kind === "tag" ? scope.slice(scope.indexOf(":", 4) + 1) : undefined;
    if (tag !== undefined) {
      if (!isOwnTag(request, tag)) continue;
      seenTags.push(tag);
    }
    if (balance.leftMicroUsd === undefined) continue;
    const setting = tag === undefined ? `budget.${kind}` : `budget.tags.${tag.replace("=", ".")}`;
    limits.push({ label: balance.label, leftMicroUsd: balance.leftMicroUsd, setting });
  }
  if (!hasMonth && budget.monthMicroUsd !== undefined) {
    limits.push({ label: `month ${month}`, leftMicroUsd: budget.monthMicroUsd, setting: "budget.month" });
  }
  if (!hasRun && budget.runMicroUsd !== undefined) {
    limits.push({ label: "this run", leftMicroUsd: budget.runMicroUsd, setting: "budget.run" });
  }
  if (budget.tags !== undefined) addTagLimits(limits, budget.tags, request, month, seenTags);
  return limits;
}

function isOwnTag(request: ParsedRequest, tag: string): boolean {
  const equals = tag.indexOf("=");
  const name = tag.slice(0, equals);
  return Object.hasOwn(request.tags, name) && isSameTagValue(request.tags[name] ?? "", tag.slice(equals + 1));
}

function addTagLimits(
  limits: MoneyLimit[],
  tags: NonNullable<Budget["tags"]>,
  request: ParsedRequest,
  month: string,
  seenTags: readonly string[],
): void {
  for (const [name, value] of Object.entries(request.tags)) {
    const values = Object.hasOwn(tags, name) ? tags[name] : undefined;
    if (values === undefined || seenTags.some((tag) => tag.startsWith(`${name}=`))) continue;
    const leftMicroUsd = values[findSpelling(Object.keys(values), value) ?? "*"];
    if (leftMicroUsd !== undefined) {
      limits.push({ label: `${name} ${value} (${month})`, leftMicroUsd, setting: `budget.tags.${name}.${value}` });
    }
  }
}

/** Says so when there is a limit per value of a tag, and the request carries no value of it: it would count nowhere. */
export function findMissingTag(budget: Budget, request: ParsedRequest): Blocked | undefined {
  for (const name of Object.keys(budget.tags ?? {})) {
    if (Object.hasOwn(request.tags, name) && foldTagValue(request.tags[name] ?? "") !== "") continue;
    const near = closestName(name, Object.keys(request.tags));
    return {
      code: "invalid_request",
      message: `This item names no ${name}, and there is a limit per ${name}.`,
      hint:
        near === undefined
          ? `Give it the tag \`${name}\`, so that it counts against the limit that is meant, or take the limit per ${name} away.`
          : `Its tag \`${near}\` is another one: did you mean \`${name}\`?`,
    };
  }
  return undefined;
}

/** The limit with the least left; undefined without any. */
export function tightestLimit(limits: readonly MoneyLimit[]): MoneyLimit | undefined {
  let tightest: MoneyLimit | undefined;
  for (const limit of limits)
    if (tightest === undefined || limit.leftMicroUsd < tightest.leftMicroUsd) tightest = limit;
  return tightest;
}

/** Says which limits are nearly used up. */
export function budgetWarnings(budget: Budget, spend: Pick<SpendSnapshot, "balances">): string[] {
  const fromPercent = budget.warnAtPercent ?? 80;
  const warnings: string[] = [];
  for (const { label, limitMicroUsd, leftMicroUsd } of spend.balances) {
    if (limitMicroUsd === undefined || leftMicroUsd === undefined || limitMicroUsd <= 0) continue;
    const usedPercent = Math.floor(((limitMicroUsd - leftMicroUsd) * 100) / limitMicroUsd);
    if (usedPercent >= fromPercent) {
      warnings.push(
        `${label}: ${usedPercent} % of ${formatUsd(limitMicroUsd)} is used or reserved, ${formatUsd(Math.max(0, leftMicroUsd))} is left.`,
      );
    }
  }
  return warnings;
}
