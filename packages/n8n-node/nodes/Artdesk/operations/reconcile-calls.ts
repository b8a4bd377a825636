import { ArtdeskError, type Billed, reconcileCalls } from "@artdesk/core";
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { openHost } from "../host/host.ts";
import { toUsd } from "../words/money-json.ts";
import { failureItem, nodeFailure } from "../words/node-failure.ts";

const MICRO_USD_PER_USD = 1_000_000;

/** Lists possibly billed calls, or says whether they were billed: one item per call. Buys nothing. */
export async function reconcileBooks(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const host = await openHost(context, { credentials: "none" });
  const { ledger } = host.deskFor({ preset: "auto", onUnknown: "stop", budget: {}, prices: new Map() });
  const output: INodeExecutionData[] = [];
  for (const itemIndex of context.getInputData().keys()) {
    try {
      const which = context.getNodeParameter("calls", itemIndex, "list") as string;
      const rows: IDataObject[] = [];
      if (which === "list") {
        await ledger.sweep();
        for (const { id, state, model, run, atMs, microUsd } of await ledger.outstanding()) {
          if (state !== "unknown") continue;
          const at = new Date(atMs).toISOString();
          rows.push({ id, model, run, at, possiblyBilledUsd: toUsd(microUsd), costUsd: null });
        }
      } else {
        const ids = which === "all" ? "all" : readIds(context, itemIndex);
        for (const { id, model, costMicroUsd } of await reconcileCalls(ledger, ids, readBilled(context, itemIndex)))
          rows.push({ id, model, possiblyBilledUsd: 0, costUsd: toUsd(costMicroUsd) });
      }
      output.push(...rows.map((json) => ({ json, pairedItem: { item: itemIndex } })));
    } catch (cause) {
      if (!context.continueOnFail()) throw nodeFailure(context, cause, itemIndex);
      output.push(failureItem(cause, itemIndex));
    }
  }
  return [output];
}

function readIds(context: IExecuteFunctions, itemIndex: number): readonly string[] {
  const ids = (context.getNodeParameter("callIds", itemIndex, "") as string).split(/[\s,]+/).filter((id) => id !== "");
  if (ids.length > 0) return ids;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: "'Call IDs' names no call.",
    hint: "With 'Calls' on 'List Open' the node gives the IDs.",
  });
}

function readBilled(context: IExecuteFunctions, itemIndex: number): Billed {
  const billed = context.getNodeParameter("billed", itemIndex) as string;
  if (billed === "yes" || billed === "no") return billed;
  const usd: unknown = context.getNodeParameter("costUsd", itemIndex, "");
  const isAmount = typeof usd === "number" || (typeof usd === "string" && usd.trim() !== "");
  const microUsd = isAmount ? Math.round(Number(usd) * MICRO_USD_PER_USD) : Number.NaN;
  if (Number.isSafeInteger(microUsd) && microUsd >= 0) return microUsd;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `'Cost (USD)' is ${JSON.stringify(usd)}, which is not an amount of money.`,
    hint: "Give what the provider's usage page shows for each call, in US dollars.",
  });
}
