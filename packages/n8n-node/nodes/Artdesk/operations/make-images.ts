import type { Operation } from "@artdesk/core";
import type { IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { isChainStep, readChainOrder } from "../orders/chain-order.ts";
import type { ChainStep } from "../orders/item-order.ts";
import { openHost, type NodeHost } from "../host/host.ts";
import { imageItems } from "../items/image-items.ts";
import { failedResult, memoryKey, recallResult, throwFirst, type ItemResult } from "../orders/item-result.ts";
import { pickItems } from "../orders/pick-items.ts";
import {
  holdOrders,
  planOrders,
  releaseOrders,
  type FailedOrder,
  type OpenOrder,
  type PlannedOrder,
} from "../orders/plan-orders.ts";
import { readItemOrder } from "../orders/request-from-item.ts";
import { runOrders } from "../orders/run-orders.ts";
import { reportSpending } from "../items/report-spending.ts";

/**
 * Makes the images of all items. Everything that can fail without cost fails first: parameters, plan and budget of every
 * item, before the first image is bought. What an earlier try of this node has bought is not bought again.
 */
export async function makeImages(
  context: IExecuteFunctions,
  operation: Operation | ChainStep,
): Promise<INodeExecutionData[][]> {
  const host = await openHost(context, { credentials: "call" });
  const goesOn = context.continueOnFail();
  const results: ItemResult[] = [];
  const { orders, failed: unreadable } = await readOrders(context, host, operation);
  const open = orders.filter((order) => {
    const recalled = recallResult(host, order.order);
    if (recalled !== undefined) results.push(recalled);
    return recalled === undefined;
  });
  // What failed at a price in an earlier try fails again, and nothing more is bought on the way to it.
  if (!goesOn)
    throwFirst(
      context,
      results.filter(({ cause }) => cause !== undefined),
      results,
    );
  const plans = await planOrders(open);
  const impossible = [...unreadable, ...plans.failed].map(({ order, cause }) => ({
    itemIndex: order.itemIndex,
    cause,
  }));
  if (!goesOn) throwFirst(context, impossible, results);
  const holds = await holdOrders(plans.planned);
  const unaffordable = holds.failed.map(({ order, cause }) => ({ itemIndex: order.itemIndex, cause }));
  if (!goesOn && unaffordable.length > 0) {
    await releaseOrders(holds.planned);
    throwFirst(context, unaffordable, results);
  }
  for (const { itemIndex, cause } of [...impossible, ...unaffordable]) results.push(failedResult(cause, itemIndex));
  results.push(
    ...(await runOrders<PlannedOrder>(context, holds.planned, {
      goesOn,
      concurrency: holds.planned[0]?.order.concurrency ?? 1,
      make: (order, signal) => makeOne(context, host, order, signal),
      release: releaseOrders,
    })),
  );
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

async function readOrders(
  context: IExecuteFunctions,
  host: NodeHost,
  operation: Operation | ChainStep,
): Promise<{ orders: OpenOrder[]; failed: FailedOrder[] }> {
  const orders: OpenOrder[] = [];
  const { itemIndexes, failed } = pickItems(context);
  const nodeName = context.getNode().name;
  for (const itemIndex of itemIndexes) {
    try {
      const order = isChainStep(operation)
        ? await readChainOrder(context, itemIndex, operation)
        : await readItemOrder(context, itemIndex, operation);
      orders.push({ order, desk: host.deskFor(order), subject: `${nodeName}, item ${itemIndex}` });
    } catch (cause) {
      failed.push({ order: { itemIndex }, cause });
    }
  }
  return { orders, failed };
}

/** Makes one item. From the first paid reply on nothing here throws. */
async function makeOne(
  context: IExecuteFunctions,
  host: NodeHost,
  { order, desk, planned, held, subject }: PlannedOrder,
  signal: AbortSignal | undefined,
): Promise<ItemResult> {
  const { itemIndex } = order;
  const result = await desk
    .generatePlanned(planned, { signal, held, subject })
    .then(undefined, (cause: unknown) => ({ cause }));
  if ("cause" in result) return failedResult(result.cause, itemIndex);
  const { attempts } = result.receipt;
  if (result.images.length === 0) {
    const failed = failedResult(result.error, itemIndex, attempts);
    const { output, cause } = failed;
    if (attempts.some(({ billed }) => billed !== "no"))
      host.memory.remember(memoryKey(host, order), { kind: "failed", output, cause });
    return failed;
  }
  const balances = await desk.ledger.spend(planned.request.tags).then(
    (spend) => spend.balances,
    () => [],
  );
  const output = await imageItems(context, order, result, balances);
  host.memory.remember(memoryKey(host, order), { kind: "delivered", output });
  return { itemIndex, output, cause: undefined, attempts, recalled: false, balances };
}
