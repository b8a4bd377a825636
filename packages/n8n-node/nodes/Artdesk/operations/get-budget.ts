import type { ScopeBalance } from "@artdesk/core";
import type { IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { openHost } from "../host/host.ts";
import { readBudget, type BudgetParameters } from "../orders/read-budget.ts";
import { balanceJson } from "../words/money-json.ts";
import { failureItem, nodeFailure } from "../words/node-failure.ts";

/** What was spent in a month, one item per budget. */
export async function getBudget(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const host = await openHost(context, { credentials: "none" });
  const output: INodeExecutionData[] = [];
  for (const itemIndex of context.getInputData().keys()) {
    try {
      const limits = context.getNodeParameter("limits", itemIndex, {}) as BudgetParameters;
      const shown = context.getNodeParameter("scopes", itemIndex, []) as string[];
      const month = (context.getNodeParameter("month", itemIndex, "") as string).trim();
      const desk = host.deskFor({ preset: "auto", onUnknown: "stop", budget: readBudget(limits), prices: new Map() });
      const balances = await desk.ledger.balances(month === "" ? undefined : month);
      const wanted = balances.filter((balance) => shown.includes(kindOf(balance)) && !isEmptyRun(balance));
      output.push(...wanted.map((balance) => ({ json: balanceJson(balance), pairedItem: { item: itemIndex } })));
    } catch (cause) {
      if (!context.continueOnFail()) throw nodeFailure(context, cause, itemIndex);
      output.push(failureItem(cause, itemIndex));
    }
  }
  return [output];
}

/** `month`, `run`, or the tag's name. */
function kindOf({ scope }: ScopeBalance): string {
  return /^tag:[^:]*:([^=]+)=/.exec(scope)?.[1] ?? scope.slice(0, scope.indexOf(":"));
}

/** Reading the books is a run, too, but nobody's budget. */
function isEmptyRun({ scope, images, spentMicroUsd, reservedMicroUsd, unknownMicroUsd }: ScopeBalance): boolean {
  return scope.startsWith("run:") && images + spentMicroUsd + reservedMicroUsd + unknownMicroUsd === 0;
}
