import { isArtdeskError, releaseHeld, type Artdesk, type VerifiedPlan, type Reservation } from "@artdesk/core";
import { blockedError } from "../words/node-failure.ts";
import type { ItemOrder } from "./item-order.ts";

/** An order with the desk that is to make it. */
export interface OpenOrder {
  order: ItemOrder;
  desk: Artdesk;
  /** Shown in the books. */
  subject: string;
}

/** An order that may be made: what was decided, and the money that is set aside for it. */
export interface PlannedOrder extends OpenOrder {
  planned: VerifiedPlan;
  held: readonly Reservation[] | undefined;
}

/** An order that cannot be made. */
export interface FailedOrder {
  order: Pick<ItemOrder, "itemIndex">;
  cause: unknown;
}

/** Decides on every order before anything is bought. */
export async function planOrders(
  orders: readonly OpenOrder[],
): Promise<{ planned: PlannedOrder[]; failed: FailedOrder[] }> {
  const planned: PlannedOrder[] = [];
  const failed: FailedOrder[] = [];
  for (const order of orders) {
    const plan = await planOne(order);
    if ("cause" in plan) failed.push(plan);
    else planned.push(plan);
  }
  return { planned, failed };
}

/**
 * Sets money aside for all orders: in one write per desk where everything fits, else order by order, each planned anew
 * with what the ones before it have left, so that later ones get a cheaper model or fail before anything is bought.
 * What fails here fails alone; its money is free again.
 */
export async function holdOrders(
  orders: readonly PlannedOrder[],
): Promise<{ planned: PlannedOrder[]; failed: FailedOrder[] }> {
  // One order reserves for itself when it starts.
  if (orders.length < 2) return { planned: [...orders], failed: [] };
  const planned: PlannedOrder[] = [];
  const failed: FailedOrder[] = [];
  await holdGroups(groupByDesk(orders), planned, failed).then(undefined, async (cause: unknown) => {
    // The books went away in between: what was set aside before that would only expire.
    await releaseOrders(planned).then(undefined, () => undefined);
    return Promise.reject(cause);
  });
  return { planned: planned.toSorted(byItem), failed };
}

async function holdGroups(
  groups: readonly PlannedOrder[][],
  planned: PlannedOrder[],
  failed: FailedOrder[],
): Promise<void> {
  for (const group of groups) {
    const together = await holdTogether(group);
    if (together !== undefined) {
      planned.push(...together);
      continue;
    }
    for (const order of group) {
      const held = await holdAlone(order);
      if ("cause" in held) failed.push(held);
      else planned.push(held);
    }
  }
}

/** Gives back the money of orders that will not be made. */
export async function releaseOrders(orders: readonly Pick<PlannedOrder, "desk" | "held">[]): Promise<void> {
  for (const { desk, held = [] } of orders) await releaseHeld(desk.ledger, held);
}

async function planOne(order: OpenOrder): Promise<PlannedOrder | FailedOrder> {
  try {
    const planned = await order.desk.plan(order.order.request);
    const blocked = blockedError(planned.decision);
    return blocked === undefined ? { ...order, planned, held: undefined } : { order: order.order, cause: blocked };
  } catch (cause) {
    return { order: order.order, cause };
  }
}

async function holdTogether(group: readonly PlannedOrder[]): Promise<PlannedOrder[] | undefined> {
  const [{ desk }] = group as readonly [PlannedOrder];
  return desk.hold(group.map(({ planned, subject }) => ({ planned, subject }))).then(
    (reservations) => group.map((order, index) => ({ ...order, held: reservations[index] })),
    (cause: unknown) => (isArtdeskError(cause) && cause.code === "budget_exceeded" ? undefined : Promise.reject(cause)),
  );
}

async function holdAlone(order: PlannedOrder): Promise<PlannedOrder | FailedOrder> {
  const fresh = await planOne(order);
  if ("cause" in fresh) return fresh;
  try {
    const [held] = await order.desk.hold([fresh]);
    return { ...fresh, held };
  } catch (cause) {
    return { order: order.order, cause };
  }
}

/** Orders that share their books and terms, in order. */
export function groupByDesk<Order extends OpenOrder>(orders: readonly Order[]): Order[][] {
  const groups = new Map<Artdesk, Order[]>();
  for (const order of orders) {
    const group = groups.get(order.desk) ?? [];
    group.push(order);
    groups.set(order.desk, group);
  }
  return [...groups.values()];
}

function byItem(left: PlannedOrder, right: PlannedOrder): number {
  return left.order.itemIndex - right.order.itemIndex;
}
