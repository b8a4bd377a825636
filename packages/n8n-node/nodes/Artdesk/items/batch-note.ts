import { fileStem } from "../orders/file-name.ts";
import type { ItemOrder } from "../orders/item-order.ts";

/** What the item of a collected image has to know of the item that ordered it. */
export interface BatchNote {
  /** Name of the file without its ending. */
  stem: string;
  /** Output field of the file. */
  field: string;
  /** The beginning of the prompt. */
  prompt: string;
  /** Images that the item ordered. */
  count: number;
}

const PROMPT_CHARACTERS = 300;

/** A note of an order, as text that travels with the batch. */
export function writeBatchNote(order: ItemOrder): string {
  const note: BatchNote = {
    stem: fileStem(order),
    field: order.binaryField,
    prompt: order.request.prompt.slice(0, PROMPT_CHARACTERS),
    count: order.request.count ?? 1,
  };
  return JSON.stringify(note);
}

/** Never throws: without its note an image still has to be delivered. */
export function readBatchNote(text: string): BatchNote {
  const fallback: BatchNote = { stem: "image", field: "data", prompt: "", count: 1 };
  try {
    return { ...fallback, ...(JSON.parse(text) as Partial<BatchNote>) };
  } catch {
    return fallback;
  }
}
