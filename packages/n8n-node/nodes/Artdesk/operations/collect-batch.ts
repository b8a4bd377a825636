import {
  builtInCatalogue,
  createBatchDesk,
  isArtdeskError,
  type ArtdeskError,
  type Attempt,
  type BatchDesk,
  type CollectedBatch,
} from "@artdesk/core";
import type { IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { openHost } from "../host/host.ts";
import { n8nClock } from "../host/n8n-clock.ts";
import { n8nCodec, n8nRandom } from "../host/n8n-codec.ts";
import { BATCH_PROVIDERS } from "../host/provider-credentials.ts";
import { callItems, standingItem, unreachedItem } from "../items/batch-items.ts";
import { reportSpending } from "../items/report-spending.ts";
import { readBudget } from "../orders/read-budget.ts";
import { failureItem, nodeFailure } from "../words/node-failure.ts";
import { textParameter } from "../words/read-text.ts";

/** A batch as this run found it. */
interface Found {
  batch: CollectedBatch;
  items: INodeExecutionData[];
  attempts: Attempt[];
}

/**
 * Fetches what batches have made: one item per image, one per image that was not made, and one per batch that still
 * runs. Images are stored first and booked then. A batch counts as collected only when the whole node has succeeded, so
 * that whatever breaks is fetched again the next time.
 */
export async function collectBatch(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const host = await openHost(context, { credentials: "call", providers: BATCH_PROVIDERS });
  const terms = { preset: "auto", onUnknown: "stop", budget: readBudget({}), prices: new Map() } as const;
  const desk = createBatchDesk({
    catalogue: builtInCatalogue,
    ledger: host.deskFor(terms).ledger,
    random: n8nRandom,
    codec: n8nCodec,
    http: host.http,
    clock: n8nClock,
    store: host.ledgerStore,
  });
  const output: INodeExecutionData[] = [];
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const itemIndex of context.getInputData().keys()) {
    const isAll = context.getNodeParameter("batches", itemIndex, "open") !== "id";
    try {
      const names = isAll ? await desk.open() : [textParameter(context, "batchId", itemIndex)];
      for (const name of names.filter((one) => !seen.has(one))) {
        seen.add(name);
        const one = await collectOne(context, desk, name, itemIndex, isAll);
        if ("batch" in one) found.push(one);
        output.push(...one.items);
      }
    } catch (cause) {
      if (!context.continueOnFail()) throw nodeFailure(context, cause, itemIndex);
      output.push(failureItem(cause, itemIndex));
    }
  }
  for (const { batch } of found) await desk.close(batch).catch(() => undefined);
  const attempts = found.flatMap((one) => one.attempts);
  if (attempts.length > 0)
    reportSpending(context, [{ output, cause: undefined, attempts, recalled: false, balances: [] }]);
  return [output];
}

/** Among all open batches one that cannot be asked must not keep the others back. */
async function collectOne(
  context: IExecuteFunctions,
  desk: BatchDesk,
  name: string,
  itemIndex: number,
  isOneOfAll: boolean,
): Promise<Found | { items: INodeExecutionData[] }> {
  const items: INodeExecutionData[] = [];
  const attempts: Attempt[] = [];
  const collected = await desk
    .collect(name, async (call) => {
      attempts.push(call.attempt);
      items.push(...(await callItems(context, name, call, itemIndex)));
    })
    .catch((cause: unknown): ArtdeskError => {
      if (isOneOfAll && isArtdeskError(cause)) return cause;
      throw cause;
    });
  if (isArtdeskError(collected)) return { items: [unreachedItem(name, collected, itemIndex)] };
  if (collected.state !== "ended") return { batch: collected, items: [standingItem(collected, itemIndex)], attempts };
  if (!collected.again) return { batch: collected, items, attempts };
  for (const { json } of items) json["collectedBefore"] = true;
  return { batch: collected, items, attempts: [] };
}
