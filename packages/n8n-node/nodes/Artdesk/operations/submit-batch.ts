import {
  builtInCatalogue,
  createBatchDesk,
  formatUsd,
  requireBatchOffers,
  type Artdesk,
  type DeskOrder,
  type ScopeBalance,
  type SubmittedBatch,
} from "@artdesk/core";
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { writeBatchNote } from "../items/batch-note.ts";
import { openHost, type NodeHost } from "../host/host.ts";
import { tightestLeftUsd, toUsd } from "../words/money-json.ts";
import { memoryKey, recallResult } from "../orders/item-result.ts";
import { n8nClock } from "../host/n8n-clock.ts";
import { n8nCodec, n8nRandom } from "../host/n8n-codec.ts";
import { failureItem, nodeFailure } from "../words/node-failure.ts";
import {
  holdOrders,
  planOrders,
  releaseOrders,
  type FailedOrder,
  type OpenOrder,
  type PlannedOrder,
} from "../orders/plan-orders.ts";
import { BATCH_PROVIDERS } from "../host/provider-credentials.ts";
import { asText } from "../words/read-text.ts";
import { readBatchOrder, type BatchItemOrder } from "../orders/read-batch-order.ts";

const HOUR_MS = 3_600_000;

/** An order on its way into a batch. */
interface ItemDeskOrder extends DeskOrder {
  order: BatchItemOrder;
}

/**
 * Hands the images of all items in as batches: one item comes out for each batch. Everything that can fail without cost
 * fails first, as when images are made at once. What an earlier try of this node has handed in is not handed in again.
 */
export async function submitBatch(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const host = await openHost(context, { credentials: "call", providers: BATCH_PROVIDERS });
  const goesOn = context.continueOnFail();
  const { orders, failed } = await readOrders(context, host);
  const known = new Map<string, INodeExecutionData>();
  const open = orders.filter(({ order }) => {
    const recalled = recallResult(host, order);
    for (const item of recalled?.output ?? []) known.set(asText(item.json["batchId"]), item);
    return recalled === undefined;
  });
  const plans = await planOrders(open);
  failed.push(...plans.failed);
  if (!goesOn) stopAtFirst(context, failed, known);
  const holds = await holdOrders(plans.planned);
  failed.push(...holds.failed);
  if (!goesOn && failed.length > 0) await releaseOrders(holds.planned);
  if (!goesOn) stopAtFirst(context, failed, known);
  const submitted = await submitAll(host, holds.planned);
  failed.push(...submitted.failed);
  const balances = await leftOf(holds.planned);
  for (const batch of submitted.batches) {
    const item = batchItem(batch, balances);
    known.set(batch.name, item);
    for (const { order } of batch.orders)
      host.memory.remember(memoryKey(host, order), { kind: "delivered", output: [item] });
  }
  report(context, submitted.batches);
  if (!goesOn) stopAtFirst(context, failed, known);
  return [[...known.values(), ...failed.map(({ order, cause }) => failureItem(cause, order.itemIndex))]];
}

async function readOrders(
  context: IExecuteFunctions,
  host: NodeHost,
): Promise<{ orders: (OpenOrder & { order: BatchItemOrder })[]; failed: FailedOrder[] }> {
  const orders: (OpenOrder & { order: BatchItemOrder })[] = [];
  const failed: FailedOrder[] = [];
  const desks = new Map<Artdesk, Artdesk>();
  for (const itemIndex of context.getInputData().keys()) {
    try {
      const order = await readBatchOrder(context, itemIndex);
      const desk = host.deskFor(order);
      if (!desks.has(desk)) desks.set(desk, planningForBatches(desk));
      const subject = `${context.getNode().name}, item ${itemIndex}`;
      orders.push({ order, desk: desks.get(desk) ?? desk, subject });
    } catch (cause) {
      failed.push({ order: { itemIndex }, cause });
    }
  }
  return { orders, failed };
}

/** The same desk, but it offers only what can be made in a batch. */
function planningForBatches(desk: Artdesk): Artdesk {
  return { ...desk, plan: async (request) => requireBatchOffers(builtInCatalogue, await desk.plan(request)) };
}

async function submitAll(
  host: NodeHost,
  planned: readonly PlannedOrder[],
): Promise<{ batches: SubmittedBatch<ItemDeskOrder>[]; failed: FailedOrder[] }> {
  const [first] = planned;
  if (first === undefined) return { batches: [], failed: [] };
  const desk = createBatchDesk({
    catalogue: builtInCatalogue,
    ledger: first.desk.ledger,
    random: n8nRandom,
    codec: n8nCodec,
    http: host.http,
    clock: n8nClock,
    store: host.ledgerStore,
  });
  const orders = planned.map((one): ItemDeskOrder => {
    const order = one.order as BatchItemOrder;
    const { ownDiscountPercent } = order;
    return {
      order,
      planned: one.planned,
      subject: one.subject,
      held: one.held,
      ownDiscountPercent,
      note: writeBatchNote(order),
    };
  });
  const { batches, failed } = await desk.submit(orders);
  const refused = batches.filter(({ state }) => state === "refused");
  return {
    batches: batches.filter(({ state }) => state !== "refused"),
    failed: [
      ...failed.map(({ order: { order }, error }) => ({ order, cause: error })),
      ...refused.flatMap(({ orders: theirs, error }) => theirs.map(({ order }) => ({ order, cause: error }))),
    ],
  };
}

/** For people only: without it the batches are just as good. */
async function leftOf([first]: readonly PlannedOrder[]): Promise<readonly ScopeBalance[]> {
  if (first === undefined) return [];
  return first.desk.ledger.spend(first.planned.request.tags).then(
    ({ balances }) => balances,
    () => [],
  );
}

function batchItem(batch: SubmittedBatch<ItemDeskOrder>, balances: readonly ScopeBalance[]): INodeExecutionData {
  const { name, state, provider, model, images, windowMs, error, orders } = batch;
  const isSure = state === "submitted";
  const json: IDataObject = {
    batchId: name,
    status: state,
    provider: builtInCatalogue.providers.get(provider)?.name ?? provider,
    model,
    items: orders.length,
    images,
    heldUsd: toUsd(batch.heldMicroUsd),
    batchPriceUsd: toUsd(batch.estimateMicroUsd),
    fullPriceUsd: toUsd(batch.fullMicroUsd),
    waitHours: windowMs / HOUR_MS,
    expectedBy: new Date(n8nClock.nowMs() + windowMs).toISOString(),
    budgetLeftUsd: tightestLeftUsd(balances),
    nextStep: isSure
      ? "Collect it with 'Batch: Collect', in this workflow after a Wait node or in another one on a schedule."
      : "Nobody knows yet whether the provider has it: 'Batch: Collect' finds out. Do not submit it again before that.",
    ...(isSure || error === undefined ? {} : { reason: error.shortMessage }),
  };
  return { json, pairedItem: orders.map(({ order: { itemIndex } }) => ({ item: itemIndex })) };
}

function report(context: IExecuteFunctions, batches: readonly SubmittedBatch<ItemDeskOrder>[]): void {
  if (batches.length === 0) return;
  const sum = (pick: (batch: SubmittedBatch<ItemDeskOrder>) => number): number =>
    batches.reduce((total, batch) => total + pick(batch), 0);
  const images = sum((batch) => batch.images);
  const hours = Math.max(...batches.map(({ windowMs }) => windowMs)) / HOUR_MS;
  const prices = `about ${formatUsd(sum((batch) => batch.estimateMicroUsd))} in place of ${formatUsd(sum((batch) => batch.fullMicroUsd))}`;
  const message = `Submitted ${images} image${images === 1 ? "" : "s"} in ${batches.length} batch${batches.length === 1 ? "" : "es"}: ${prices}, within ${hours} hours. ${formatUsd(sum((batch) => batch.heldMicroUsd))} is held until then.`;
  try {
    context.addExecutionHints({ message, type: "info", location: "outputPane" });
  } catch {
    // A hint that n8n does not take is no reason to lose the batch's ID.
  }
}

/** Stops at the first item that cannot be made; batches that were handed in before that are named. */
function stopAtFirst(
  context: IExecuteFunctions,
  failed: readonly FailedOrder[],
  known: ReadonlyMap<string, INodeExecutionData>,
): void {
  const [first] = failed.toSorted((left, right) => left.order.itemIndex - right.order.itemIndex);
  if (first === undefined) return;
  const error = nodeFailure(context, first.cause, first.order.itemIndex);
  if (known.size === 0) throw error;
  const taken = `Submitted before that, and to be collected: ${[...known.keys()].join(", ")}.`;
  error.description = [error.description ?? "", taken].filter((part) => part !== "").join("<br>");
  throw error;
}
