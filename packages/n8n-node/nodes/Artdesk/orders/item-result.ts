import type { Attempt, ScopeBalance } from "@artdesk/core";
import type { IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import type { NodeHost } from "../host/host.ts";
import { n8nCodec } from "../host/n8n-codec.ts";
import { failureItem, nodeFailure } from "../words/node-failure.ts";
import type { ItemOrder } from "./item-order.ts";

/** What became of one item. */
export interface ItemResult {
  itemIndex: number;
  output: INodeExecutionData[];
  /** Set when the item was not made. */
  cause: unknown;
  attempts: readonly Attempt[];
  /** Made in an earlier try of this node, paid for then. */
  recalled: boolean;
  /** What its budgets have left. */
  balances: readonly ScopeBalance[];
}

/** What an earlier try of this node came to with the same order, if there was one. */
export function recallResult(host: NodeHost, order: ItemOrder): ItemResult | undefined {
  const outcome = host.memory.recall(memoryKey(host, order));
  if (outcome === undefined) return undefined;
  const cause = outcome.kind === "failed" ? outcome.cause : undefined;
  return { itemIndex: order.itemIndex, output: outcome.output, cause, attempts: [], recalled: true, balances: [] };
}

/** The same order of the same item in the same run of the same node. Images count by their bytes. */
export function memoryKey(host: NodeHost, order: ItemOrder): string {
  const text = JSON.stringify({ ...order, prices: [...order.prices] }, (_name, value: unknown) =>
    value instanceof Uint8Array ? n8nCodec.sha256Hex(value) : value,
  );
  return `${host.memoryKey}/${n8nCodec.sha256Hex(text)}`;
}

/** An item that was not made. */
export function failedResult(cause: unknown, itemIndex: number, attempts: readonly Attempt[] = []): ItemResult {
  return {
    itemIndex,
    output: [failureItem(cause, itemIndex, attempts)],
    cause,
    attempts,
    recalled: false,
    balances: [],
  };
}

/** Stops at the first item that cannot be made. */
export function throwFirst(
  context: IExecuteFunctions,
  failed: readonly Pick<ItemResult, "itemIndex" | "cause">[],
  results: readonly ItemResult[],
): void {
  const [first] = failed.toSorted((left, right) => left.itemIndex - right.itemIndex);
  if (first !== undefined) throw nodeFailure(context, first.cause, first.itemIndex, paidItems(results));
}

function paidItems(results: readonly ItemResult[]): INodeExecutionData[] {
  return results.flatMap(({ cause, output }) => (cause === undefined ? output : []));
}
