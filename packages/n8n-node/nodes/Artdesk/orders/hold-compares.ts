import { holdComparisons, isArtdeskError, type PlannedComparison, type Reservation } from "@artdesk/core";
import type { CompareOrder } from "./item-order.ts";
import { groupByDesk, releaseOrders, type FailedOrder, type OpenOrder } from "./plan-orders.ts";

/** A comparison that may be made. */
export interface PlannedCompare extends OpenOrder {
  order: CompareOrder;
  comparison: PlannedComparison;
}

/** A comparison with the money that is set aside for the images of each of its models. */
export interface HeldCompare extends PlannedCompare {
  held: readonly (readonly Reservation[])[];
}

/**
 * Sets money aside for the images of all comparisons: in one write per desk where everything fits, else one comparison
 * after the other. What does not fit fails alone, before anything is bought.
 */
export async function holdCompares(
  plans: readonly PlannedCompare[],
): Promise<{ held: HeldCompare[]; failed: FailedOrder[] }> {
  const held: HeldCompare[] = [];
  const failed: FailedOrder[] = [];
  await holdGroups(groupByDesk(plans), held, failed).then(undefined, async (cause: unknown) => {
    // The books went away in between: what was set aside before that would only expire.
    await releaseCompares(held).then(undefined, () => undefined);
    return Promise.reject(cause);
  });
  return { held: held.toSorted((left, right) => left.order.itemIndex - right.order.itemIndex), failed };
}

/** Gives back what is held for comparisons that are not made. */
export async function releaseCompares(compares: readonly HeldCompare[]): Promise<void> {
  await releaseOrders(compares.map(({ desk, held }) => ({ desk, held: held.flat() })));
}

async function holdGroups(
  groups: readonly PlannedCompare[][],
  held: HeldCompare[],
  failed: FailedOrder[],
): Promise<void> {
  for (const group of groups) {
    const together = await hold(group);
    if (!("cause" in together)) {
      held.push(...together);
      continue;
    }
    for (const plan of group) {
      const alone = group.length === 1 ? together : await hold([plan]);
      if ("cause" in alone) failed.push({ order: plan.order, cause: alone.cause });
      else held.push(...alone);
    }
  }
}

async function hold(group: readonly PlannedCompare[]): Promise<HeldCompare[] | { cause: unknown }> {
  const [{ desk }] = group as readonly [PlannedCompare];
  return holdComparisons(desk, group).then(
    (reservations) => group.map((plan, index) => ({ ...plan, held: reservations[index] ?? [] })),
    (cause: unknown) => (isArtdeskError(cause) && cause.code === "budget_exceeded" ? { cause } : Promise.reject(cause)),
  );
}
