import { ArtdeskError } from "@artdesk/core";
import type { IDataObject, IExecuteFunctions } from "n8n-workflow";
import { textParameter } from "../words/read-text.ts";
import { draftNumberOf } from "./chain-order.ts";
import type { FailedOrder } from "./plan-orders.ts";

/** Drafts of one brief, and the pick among them that none of them is, so far. */
interface OpenPick {
  itemIndex: number;
  pick: number;
  numbers: number[];
  found: boolean;
}

/**
 * The items that 'Pick' leaves: with a number those that come from the draft of this number, without one all. A number
 * that no draft of a brief has is reported at the first item of that brief.
 */
export function pickItems(context: IExecuteFunctions): { itemIndexes: number[]; failed: FailedOrder[] } {
  const itemIndexes: number[] = [];
  const failed: FailedOrder[] = [];
  const picks = new Map<string, OpenPick>();
  for (const [itemIndex, { json }] of context.getInputData().entries()) {
    try {
      const pick = readPick(context, itemIndex);
      if (pick === undefined || takePick(picks, itemIndex, json, pick)) itemIndexes.push(itemIndex);
    } catch (cause) {
      failed.push({ order: { itemIndex }, cause });
    }
  }
  for (const { itemIndex, pick, numbers, found } of picks.values())
    if (!found) failed.push({ order: { itemIndex }, cause: noSuchDraft(pick, numbers) });
  return { itemIndexes, failed };
}

/** Whether this item is the one that was picked among the drafts of its brief. */
function takePick(picks: Map<string, OpenPick>, itemIndex: number, json: IDataObject, pick: number): boolean {
  const key = JSON.stringify([pick, json["request"]]);
  const open = picks.get(key) ?? { itemIndex, pick, numbers: [], found: false };
  picks.set(key, open);
  const number = draftNumberOf(json);
  if (number !== undefined) open.numbers.push(number);
  const taken = number === pick;
  open.found ||= taken;
  return taken;
}

function readPick(context: IExecuteFunctions, itemIndex: number): number | undefined {
  const text = textParameter(context, "pick", itemIndex);
  if (text === "") return undefined;
  const pick = Number(text);
  if (Number.isInteger(pick) && pick > 0) return pick;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `pick: ${JSON.stringify(text)} is not the number of a draft.`,
  });
}

function noSuchDraft(pick: number, numbers: readonly number[]): ArtdeskError {
  const there = [...new Set(numbers)].toSorted((left, right) => left - right);
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: `pick: there is no draft ${pick} among the input.`,
    hint:
      there.length === 0
        ? "No item of the input has a draft number. Send items of 'Draft' or 'Refine' here, or leave 'Pick' empty."
        : `Possible here: ${there.join(", ")}.`,
  });
}
