import { ArtdeskError, builtInJudges, comparePlanned, planComparison, type Comparison } from "@artdesk/core";
import type { IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { openHost, type NodeHost } from "../host/host.ts";
import { accountTitles, JUDGE_PROVIDERS } from "../host/provider-credentials.ts";
import { comparisonItem } from "../items/comparison-item.ts";
import { reportSpending } from "../items/report-spending.ts";
import { holdCompares, releaseCompares, type HeldCompare, type PlannedCompare } from "../orders/hold-compares.ts";
import type { CompareOrder } from "../orders/item-order.ts";
import { failedResult, memoryKey, recallResult, throwFirst, type ItemResult } from "../orders/item-result.ts";
import type { FailedOrder } from "../orders/plan-orders.ts";
import { readLines, wholeNumber } from "../orders/read-fields.ts";
import { readItemOrder } from "../orders/request-from-item.ts";
import { runOrders } from "../orders/run-orders.ts";

/**
 * Compares models on the brief of each item, one item after the other. All items are read and planned, and the money for
 * all their images is set aside, before the first image is bought. What an earlier try of this node has compared is not
 * bought again.
 */
export async function compareImages(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const host = await openHost(context, { credentials: "call" });
  const goesOn = context.continueOnFail();
  const results: ItemResult[] = [];
  const plans: PlannedCompare[] = [];
  const failed: FailedOrder[] = [];
  for (const itemIndex of context.getInputData().keys()) {
    const read = await readOrder(context, host, itemIndex);
    if ("cause" in read) failed.push({ order: { itemIndex }, cause: read.cause });
    else if ("recalled" in read) results.push(read.recalled);
    else plans.push(read);
  }
  // What failed at a price in an earlier try fails again, and nothing more is bought on the way to it.
  if (!goesOn) throwFirst(context, [...results.filter(hasCause), ...failed.map(inItem)], results);
  const holds = await holdCompares(plans);
  if (!goesOn && holds.failed.length > 0) {
    await releaseCompares(holds.held);
    throwFirst(context, holds.failed.map(inItem), results);
  }
  for (const { order, cause } of [...failed, ...holds.failed]) results.push(failedResult(cause, order.itemIndex));
  results.push(
    ...(await runOrders(context, holds.held, {
      goesOn,
      concurrency: 1,
      make: (order, signal) => compareOne(context, host, order, signal),
      release: releaseCompares,
    })),
  );
  results.sort((left, right) => left.itemIndex - right.itemIndex);
  reportSpending(context, results);
  if (!goesOn) throwFirst(context, results.filter(hasCause), results);
  return [results.flatMap(({ output }) => output)];
}

/** What an item asks to compare, planned; or what an earlier try came to with it. Costs nothing. */
async function readOrder(
  context: IExecuteFunctions,
  host: NodeHost,
  itemIndex: number,
): Promise<PlannedCompare | { recalled: ItemResult } | { cause: unknown }> {
  try {
    const order: CompareOrder = {
      ...(await readItemOrder(context, itemIndex, "compare")),
      models: readModels(context.getNodeParameter("models", itemIndex, [])),
      attempts: wholeNumber(context.getNodeParameter("attempts", itemIndex, 5) as number) ?? 5,
      includeImages: context.getNodeParameter("includeImages", itemIndex, false) as boolean,
    };
    const recalled = recallResult(host, order);
    if (recalled !== undefined) return { recalled };
    if (!builtInJudges.some(({ provider }) => host.hasKey(provider))) throw noJudge();
    const desk = host.deskFor(order);
    const comparison = await planComparison(desk, order.request, order);
    return { order, desk, subject: `${context.getNode().name}, item ${itemIndex}`, comparison };
  } catch (cause) {
    return { cause };
  }
}

/** A list from the panel, or names that an expression joined by commas. */
function readModels(value: unknown): string[] {
  const names = readLines(value).flatMap((line) => line.split(","));
  return names.map((name) => name.trim()).filter(Boolean);
}

async function compareOne(
  context: IExecuteFunctions,
  host: NodeHost,
  { order, desk, subject, held, comparison: planned }: HeldCompare,
  signal: AbortSignal | undefined,
): Promise<ItemResult> {
  const { itemIndex, request } = order;
  const comparison = await comparePlanned(desk, planned, { signal, subject, held }).then(
    undefined,
    (cause: unknown) => ({ cause }),
  );
  if ("cause" in comparison) return failedResult(comparison.cause, itemIndex);
  const calls = comparison.models.flatMap((model) => model.attempts);
  const cause = nothingMade(comparison);
  if (cause !== undefined) {
    const failed = failedResult(cause, itemIndex, calls);
    if (calls.some(({ billed }) => billed !== "no"))
      host.memory.remember(memoryKey(host, order), { kind: "failed", output: failed.output, cause });
    return failed;
  }
  const balances = await desk.ledger.spend(request.tags ?? {}).then(
    (spend) => spend.balances,
    () => [],
  );
  const output = [await comparisonItem(context, order, comparison, balances)];
  host.memory.remember(memoryKey(host, order), { kind: "delivered", output });
  return { itemIndex, output, cause: undefined, attempts: calls, recalled: false, balances };
}

function hasCause({ cause }: ItemResult): boolean {
  return cause !== undefined;
}

function inItem({ order, cause }: FailedOrder): { itemIndex: number; cause: unknown } {
  return { itemIndex: order.itemIndex, cause };
}

/** No model made anything: the first one's reason. */
function nothingMade({ models }: Comparison): ArtdeskError | undefined {
  if (models.some(({ images }) => images.length > 0)) return undefined;
  const reason = models.find(({ error }) => error !== undefined)?.error;
  return new ArtdeskError({
    code: reason?.code ?? "exhausted",
    shortMessage: reason?.message ?? "No model made an image.",
  });
}

function noJudge(): ArtdeskError {
  return new ArtdeskError({
    code: "no_candidate",
    shortMessage: "Nobody can judge the images.",
    hint: `Set the credential of ${accountTitles(JUDGE_PROVIDERS, "or")}: a model of theirs looks at the images.`,
  });
}
