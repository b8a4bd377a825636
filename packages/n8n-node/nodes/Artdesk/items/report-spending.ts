import { formatUsd, type Attempt, type ScopeBalance } from "@artdesk/core";
import * as n8n from "n8n-workflow";
import type { IExecuteFunctions, INodeExecutionData } from "n8n-workflow";

/** What the report reads of an item's result. */
export interface SpentItem {
  output: readonly INodeExecutionData[];
  cause: unknown;
  attempts: readonly Attempt[];
  recalled: boolean;
  balances: readonly ScopeBalance[];
}

const COST_KEY = "artdeskCostUsd";
const IMAGES_KEY = "artdeskImages";
const MICRO_USD_PER_USD = 1_000_000;
/** A hint is one line: many clients in one run would make it a page. */
const MAX_SCOPES = 4;

/** Missing before n8n 2.17. */
const { accumulateTokenUsage } = n8n as {
  accumulateTokenUsage?: (context: IExecuteFunctions, inputTokens: number, outputTokens: number) => void;
};

/**
 * Tells n8n what was spent: a hint in the output panel, the execution's custom data, and token usage for evaluations.
 * None of it may fail the node, because the images are paid for.
 */
export function reportSpending(context: IExecuteFunctions, results: readonly SpentItem[]): void {
  const attempts = results.flatMap((result) => result.attempts);
  const costMicroUsd = attempts.reduce(
    (sum, attempt) => sum + (attempt.billed === "yes" ? attempt.costMicroUsd : 0),
    0,
  );
  const unknownMicroUsd = attempts.reduce(
    (sum, attempt) => sum + (attempt.billed === "unknown" ? attempt.costMicroUsd : 0),
    0,
  );
  const images = attempts.reduce((sum, attempt) => sum + attempt.images, 0);
  const kept = results
    .filter(({ recalled, cause }) => recalled && cause === undefined)
    .reduce((sum, { output }) => sum + output.length, 0);
  quietly(() => {
    const parts = [`Made ${images} image${images === 1 ? "" : "s"} for ${formatUsd(costMicroUsd)}.`];
    if (unknownMicroUsd > 0) parts.push(`Up to ${formatUsd(unknownMicroUsd)} more may have been billed.`);
    if (kept > 0) parts.push(`Kept ${kept} from an earlier try, at no further cost.`);
    const left = describeLeft(results);
    if (left !== "") parts.push(left);
    context.addExecutionHints({
      message: parts.join(" "),
      type: unknownMicroUsd > 0 ? "warning" : "info",
      location: "outputPane",
    });
  });
  quietly(() => {
    addCustomData(context, COST_KEY, costMicroUsd / MICRO_USD_PER_USD);
    addCustomData(context, IMAGES_KEY, images);
  });
  quietly(() => {
    const usages = attempts.flatMap(({ usage }) => (usage === undefined ? [] : [usage]));
    const input = usages.reduce(
      (sum, usage) =>
        sum +
        usage.inputTextTokens +
        usage.inputImageTokens +
        usage.cachedInputTextTokens +
        usage.cachedInputImageTokens,
      0,
    );
    const output = usages.reduce((sum, usage) => sum + usage.outputImageTokens + usage.outputTextTokens, 0);
    if (input + output > 0) accumulateTokenUsage?.(context, input, output);
  });
}

/** What is left of each limit, as the last item found it: "Left: $7.10 (month 2026-11), $0.58 (this run)." */
function describeLeft(results: readonly SpentItem[]): string {
  const left = new Map<string, number>();
  for (const { label, leftMicroUsd } of results.flatMap(({ balances }) => balances)) {
    if (leftMicroUsd !== undefined) left.set(label, Math.min(leftMicroUsd, left.get(label) ?? leftMicroUsd));
  }
  const scopes = [...left].slice(0, MAX_SCOPES).map(([label, microUsd]) => `${formatUsd(microUsd)} (${label})`);
  return scopes.length === 0 ? "" : `Left: ${scopes.join(", ")}.`;
}

/** Adds to what other nodes, loops and tries of this execution have written. */
function addCustomData(context: IExecuteFunctions, key: string, amount: number): void {
  const before = Number(context.customData.get(key) ?? 0);
  const sum = (Number.isFinite(before) ? before : 0) + amount;
  context.customData.set(key, String(Math.round(sum * MICRO_USD_PER_USD) / MICRO_USD_PER_USD));
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // A report that n8n does not take is no reason to lose images.
  }
}
