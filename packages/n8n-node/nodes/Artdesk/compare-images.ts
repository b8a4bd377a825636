import { ArtdeskError, builtInJudges, type Artdesk, type Comparison } from "@artdesk/core";
import type { IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { comparisonItem } from "./comparison-item.ts";
import { openHost, type NodeHost } from "./host.ts";
import { failedResult, memoryKey, recallResult, throwFirst, type ItemResult } from "./item-result.ts";
import { blockedError } from "./node-failure.ts";
import { reportSpending } from "./report-spending.ts";
import { readItemOrder, readLines, wholeNumber, type ItemOrder } from "./request-from-item.ts";

/** What one item asks to compare. */
export interface CompareOrder extends ItemOrder {
  models: readonly string[];
  attempts: number;
  /** Every image becomes a file of its own, too. */
  includeImages: boolean;
}

/**
 * Compares models on the brief of each item, one item after the other. All items are read and planned before the first
 * image is bought. What an earlier try of this node has compared is not bought again.
 */
export async function compareImages(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const host = await openHost(context, { credentials: "call" });
  const goesOn = context.continueOnFail();
  const results: ItemResult[] = [];
  const open: CompareOrder[] = [];
  for (const itemIndex of context.getInputData().keys()) {
    const order = await readOrder(context, host, itemIndex);
    if (!("cause" in order)) open.push(order);
    else if (goesOn) results.push(failedResult(order.cause, itemIndex));
    else throwFirst(context, [{ itemIndex, cause: order.cause }], results);
  }
  const signal = context.getExecutionCancelSignal();
  for (const order of open) {
    const result = recallResult(host, order) ?? (await compareOne(context, host, order, signal));
    results.push(result);
    if (result.cause !== undefined && !goesOn) break;
  }
  results.sort((left, right) => left.itemIndex - right.itemIndex);
  reportSpending(context, results);
  if (!goesOn)
    throwFirst(
      context,
      results.filter(({ cause }) => cause !== undefined),
      results,
    );
  return [results.flatMap(({ output }) => output)];
}

/** The order of an item, or why it cannot be made. Costs nothing. */
async function readOrder(
  context: IExecuteFunctions,
  host: NodeHost,
  itemIndex: number,
): Promise<CompareOrder | { cause: unknown }> {
  try {
    const order: CompareOrder = {
      ...(await readItemOrder(context, itemIndex, "compare")),
      models: readModels(context.getNodeParameter("models", itemIndex, [])),
      attempts: wholeNumber(context.getNodeParameter("attempts", itemIndex, 5) as number) ?? 5,
      includeImages: context.getNodeParameter("includeImages", itemIndex, false) as boolean,
    };
    if (!builtInJudges.some(({ provider }) => host.hasKey(provider))) throw noJudge();
    checkOrder(order);
    await planModels(host.deskFor(order), order);
    return order;
  } catch (cause) {
    return { cause };
  }
}

/** A list from the panel, or names that an expression joined by commas. */
function readModels(value: unknown): string[] {
  const names = readLines(value).flatMap((line) => line.split(","));
  return names.map((name) => name.trim()).filter(Boolean);
}

/** What a comparison asks for, checked here so that no other item is paid for first. */
function checkOrder({ models, attempts }: CompareOrder): void {
  const issue =
    new Set(models).size < 2
      ? "models: a comparison needs two models or more."
      : Number.isInteger(attempts) && attempts >= 1 && attempts <= 10
        ? undefined
        : `attempts: ${JSON.stringify(attempts)} is not a whole number from 1 to 10.`;
  if (issue !== undefined) throw new ArtdeskError({ code: "invalid_request", shortMessage: issue, issues: [issue] });
}

/** What keeps a model from being used is known before anything is paid for another item. */
async function planModels(desk: Artdesk, { request, models, attempts }: CompareOrder): Promise<void> {
  for (const name of models) {
    const [model, quality] = name.split("@");
    const wish = { ...request, model, count: attempts, ...(quality === undefined ? {} : { quality }) };
    const { decision } = await desk.plan(wish);
    const blocked = blockedError(decision);
    if (blocked !== undefined) throw blocked;
  }
}

async function compareOne(
  context: IExecuteFunctions,
  host: NodeHost,
  order: CompareOrder,
  signal: AbortSignal | undefined,
): Promise<ItemResult> {
  const { itemIndex, request, models, attempts } = order;
  const desk = host.deskFor(order);
  const subject = `${context.getNode().name}, item ${itemIndex}`;
  const comparison = await desk
    .compare(request, { models, attempts, signal, subject })
    .then(undefined, (cause: unknown) => ({ cause }));
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
    hint: "Set the OpenAI credential or the Google Gemini credential: a model of theirs looks at the images.",
  });
}
