import { NodeOperationError, type IExecuteFunctions } from "n8n-workflow";
import pLimit from "p-limit";
import { failedResult, type ItemResult } from "./item-result.ts";
import type { OpenOrder } from "./plan-orders.ts";

export interface OrderRun<Order> {
  /** The node goes on when an item fails. */
  goesOn: boolean;
  /** How many items to work on at once. */
  concurrency: number;
  /** Makes one item. Never rejects. */
  make: (order: Order, signal: AbortSignal | undefined) => Promise<ItemResult>;
  /** Gives back the money of orders that are not made. */
  release: (unused: readonly Order[]) => Promise<void>;
}

/**
 * Makes orders until one fails, where the node does not go on, or the execution is cancelled. Never rejects: some may be
 * paid for.
 */
export async function runOrders<Order extends OpenOrder>(
  context: IExecuteFunctions,
  orders: readonly Order[],
  { goesOn, concurrency, make, release }: OrderRun<Order>,
): Promise<ItemResult[]> {
  const limit = pLimit(concurrency);
  const signal = context.getExecutionCancelSignal();
  const unused: Order[] = [];
  let stopped = false;
  const results = await Promise.all(
    orders.map((order) =>
      limit(async () => {
        if (stopped || signal?.aborted === true) {
          unused.push(order);
          return undefined;
        }
        const result = await make(order, signal);
        if (result.cause !== undefined && !goesOn) stopped = true;
        return result;
      }),
    ),
  );
  await release(unused).then(undefined, () => undefined);
  const cancelled = signal?.aborted === true ? unused : [];
  return [
    ...results.filter((result) => result !== undefined),
    ...cancelled.map(({ order }) => notStarted(context, order.itemIndex)),
  ];
}

function notStarted(context: IExecuteFunctions, itemIndex: number): ItemResult {
  const message = `The execution was cancelled before this item was started [item ${itemIndex}]`;
  const cause = new NodeOperationError(context.getNode(), message, { itemIndex });
  return failedResult(cause, itemIndex);
}
