import { batchTermsOf, builtInCatalogue, type BatchTerms, type Decision } from "@artdesk/core";
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { openHost } from "../host/host.ts";
import { readItemOrder } from "../orders/request-from-item.ts";
import { toUsd } from "../words/money-json.ts";
import { blockedError, failureItem, nodeFailure } from "../words/node-failure.ts";
import { inPanelWords } from "../words/panel-words.ts";

const HOUR_MS = 3_600_000;

/** Says for each item which model would make it and what it would cost. Buys nothing. */
export async function estimateCost(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const host = await openHost(context, { credentials: "ask" });
  const output: INodeExecutionData[] = [];
  for (const itemIndex of context.getInputData().keys()) {
    try {
      const order = await readItemOrder(context, itemIndex, "generate");
      const planned = await host.deskFor(order).plan(order.request);
      const { decision } = planned;
      const short = { ...simplified(decision), ...asBatch(batchTermsOf(builtInCatalogue, planned, {})) };
      const json = order.simplify ? short : { ...short, ...raw(decision) };
      output.push({ json, pairedItem: { item: itemIndex } });
    } catch (cause) {
      if (!context.continueOnFail()) throw nodeFailure(context, cause, itemIndex);
      output.push(failureItem(cause, itemIndex));
    }
  }
  return [output];
}

function simplified(decision: Decision): IDataObject {
  const [offer] = decision.offers;
  if (offer === undefined) {
    const blocked = blockedError(decision);
    return {
      possible: false,
      reason: inPanelWords(blocked?.shortMessage ?? "No model can do this."),
      hint: inPanelWords(blocked?.hint ?? ""),
    };
  }
  return {
    possible: true,
    model: offer.model,
    quality: offer.quality,
    size: offer.size,
    images: offer.count,
    estimateUsd: toUsd(offer.estimateMicroUsd),
    worstCaseUsd: toUsd(offer.worstCaseMicroUsd),
    reasons: [...offer.reasons],
    warnings: [...decision.warnings],
  };
}

/** What the same model would take for it in a batch, where it takes batches. */
function asBatch(terms: BatchTerms | undefined): IDataObject {
  if (terms === undefined) return {};
  return { batchEstimateUsd: toUsd(terms.estimateMicroUsd), batchWaitHours: terms.waitMs / HOUR_MS };
}

function raw(decision: Decision): IDataObject {
  return {
    requiredTier: decision.requiredTier,
    alternatives: decision.offers
      .slice(1)
      .map(({ model, quality, size, tier, estimateMicroUsd, worstCaseMicroUsd }) => ({
        model,
        quality,
        size,
        tier,
        estimateUsd: toUsd(estimateMicroUsd),
        worstCaseUsd: toUsd(worstCaseMicroUsd),
      })),
    rejected: decision.rejected.map(({ model, quality, size, reason }) => ({
      model,
      quality,
      size,
      reason: inPanelWords(reason),
    })),
  };
}
