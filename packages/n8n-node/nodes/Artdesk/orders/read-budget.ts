import { ArtdeskError, type Budget } from "@artdesk/core";
import type { IDataObject } from "n8n-workflow";

const MICRO_USD_PER_USD = 1_000_000;

/** What stands under 'Budget' and 'Limits'. */
export interface BudgetParameters extends IDataObject {
  campaignMonthUsd?: number;
  clientMonthUsd?: number;
  imageUsd?: number;
  monthUsd?: number;
  runUsd?: number;
  onExceeded?: "downgrade" | "stop";
}

/**
 * Limits in micro-USD. A limit per client or campaign holds for each of them; an item that names none is refused by the
 * plan, because its money would count against no limit.
 * @throws ArtdeskError `invalid_request` for a limit that is no amount: a wrong limit must not become none
 */
export function readBudget(parameters: BudgetParameters): Budget {
  const month = microUsd(parameters.monthUsd, "Per Month");
  const run = microUsd(parameters.runUsd, "Per Run");
  const image = microUsd(parameters.imageUsd, "Per Image");
  const client = microUsd(parameters.clientMonthUsd, "Client per Month");
  const campaign = microUsd(parameters.campaignMonthUsd, "Campaign per Month");
  const perTag: Record<string, Record<string, number>> = {};
  if (client !== undefined) perTag["client"] = { "*": client };
  if (campaign !== undefined) perTag["campaign"] = { "*": campaign };
  return {
    ...(month === undefined ? {} : { monthMicroUsd: month }),
    ...(run === undefined ? {} : { runMicroUsd: run }),
    ...(image === undefined ? {} : { imageMicroUsd: image }),
    ...(Object.keys(perTag).length === 0 ? {} : { tags: perTag }),
    ...(parameters.onExceeded === undefined ? {} : { onExceeded: parameters.onExceeded }),
  };
}

/** An expression may give a limit as text, or something that is no amount at all. */
function microUsd(usd: unknown, name: string): number | undefined {
  if (usd === undefined) return undefined;
  const isAmount = typeof usd === "number" || (typeof usd === "string" && usd.trim() !== "");
  const amount = isAmount ? Math.round(Number(usd) * MICRO_USD_PER_USD) : Number.NaN;
  if (Number.isSafeInteger(amount) && amount >= 0) return amount;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `'${name}' is ${JSON.stringify(usd)}, which is not an amount of money.`,
    hint: "Give a number of US dollars, 0 or more. Remove the limit to have none.",
  });
}
