import type { ScopeBalance } from "@artdesk/core";
import type { IDataObject } from "n8n-workflow";

const MICRO_USD_PER_USD = 1_000_000;

/** Whole micro-USD per image that add up to the cost. */
export function splitEvenly(costMicroUsd: number, parts: number): number[] {
  const share = Math.floor(costMicroUsd / Math.max(1, parts));
  return Array.from({ length: parts }, (_, index) => (index === 0 ? costMicroUsd - share * (parts - 1) : share));
}

/** Micro-USD as USD, for people and spreadsheets. */
export function toUsd(microUsd: number): number {
  return microUsd / MICRO_USD_PER_USD;
}

/** What is left where least is left; null without any limit. */
export function tightestLeftUsd(balances: readonly ScopeBalance[]): number | null {
  const left = balances.flatMap(({ leftMicroUsd }) => (leftMicroUsd === undefined ? [] : [leftMicroUsd]));
  return left.length === 0 ? null : toUsd(Math.min(...left));
}

/** A budget scope as n8n items show it. */
export function balanceJson(balance: ScopeBalance): IDataObject {
  return {
    scope: balance.scope,
    label: balance.label,
    limitUsd: balance.limitMicroUsd === undefined ? null : toUsd(balance.limitMicroUsd),
    spentUsd: toUsd(balance.spentMicroUsd),
    reservedUsd: toUsd(balance.reservedMicroUsd),
    possiblyBilledUsd: toUsd(balance.unknownMicroUsd),
    leftUsd: balance.leftMicroUsd === undefined ? null : toUsd(balance.leftMicroUsd),
    images: balance.images,
  };
}
