import { ArtdeskError } from "@artdesk/core";
import type { IExecuteFunctions } from "n8n-workflow";
import type { ItemOrder } from "./item-order.ts";
import { readItemOrder } from "./request-from-item.ts";

/** Everything that one item asks for in a batch. */
export interface BatchItemOrder extends ItemOrder {
  /** Percent off by the user's own terms; undefined takes what is published. */
  ownDiscountPercent: number | undefined;
}

/** Reads the node's parameters for one item of a batch. */
export async function readBatchOrder(context: IExecuteFunctions, itemIndex: number): Promise<BatchItemOrder> {
  const order = await readItemOrder(context, itemIndex, "generate");
  const { batchDiscount } = context.getNodeParameter("options", itemIndex, {});
  return {
    ...order,
    request: { ...order.request, urgency: "batch" },
    ownDiscountPercent: readPercent(batchDiscount),
  };
}

function readPercent(value: unknown): number | undefined {
  if (value === undefined || value === "") return undefined;
  const percent = typeof value === "string" ? Number(value) : value;
  if (typeof percent === "number" && percent >= 0 && percent <= 100) return percent;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `'Batch Discount (%)' is ${JSON.stringify(value)}, which is not a number from 0 to 100.`,
    hint: "Give what your terms take off in percent, or remove the option.",
  });
}
