import {
  compareReportHtml,
  type ComparedModel,
  type Comparison,
  type RateInterval,
  type ScopeBalance,
} from "@artdesk/core";
import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { n8nCodec } from "../host/n8n-codec.ts";
import { ENDINGS, plainName } from "../orders/file-name.ts";
import type { CompareOrder } from "../orders/item-order.ts";
import { tightestLeftUsd, toUsd } from "../words/money-json.ts";
import { signedUrl, storeFile } from "./store-file.ts";
import { verdictJson } from "./verification-json.ts";

const REPORT_TYPE = "text/html";

/** One item per comparison: the figures as JSON, the report as a file, and the images if asked for. Never throws. */
export async function comparisonItem(
  context: IExecuteFunctions,
  order: CompareOrder,
  comparison: Comparison,
  balances: readonly ScopeBalance[],
): Promise<INodeExecutionData> {
  const stem = plainName(order.fileName?.replace(/\.html?$/i, "") ?? "");
  const fileName = `${stem === "" ? "comparison" : stem}.html`;
  const title = order.fileName ?? comparison.models.map(({ name }) => name).join(", ");
  const html = compareReportHtml(comparison, { title, codec: n8nCodec });
  const report = await storeFile(context, Buffer.from(html), fileName, REPORT_TYPE);
  const images = order.includeImages ? await imageFiles(context, order, comparison.models) : {};
  const url = signedUrl(context, report.binary);
  const json: IDataObject = {
    winner: comparison.winner.name ?? null,
    reason: comparison.winner.reason,
    prompt: comparison.prompt,
    attempts: comparison.attempts,
    models: comparison.models.map((model) => modelJson(model, order.simplify)),
    costUsd: toUsd(comparison.costMicroUsd),
    budgetLeftUsd: tightestLeftUsd(balances),
    fileName,
    ...(url === undefined ? {} : { url }),
    ...(report.warning === undefined ? {} : { warnings: [report.warning] }),
  };
  return {
    json,
    binary: { [order.binaryField]: report.binary, ...images },
    pairedItem: { item: order.itemIndex },
  };
}

/** Fields `data_1_1`, `data_1_2` and so on: the model's place in the list, then the attempt. */
async function imageFiles(
  context: IExecuteFunctions,
  { binaryField }: CompareOrder,
  models: readonly ComparedModel[],
): Promise<Record<string, IBinaryData>> {
  const files: Record<string, IBinaryData> = {};
  for (const [place, { name, images }] of models.entries()) {
    for (const [index, { bytes, mediaType }] of images.entries()) {
      const fileName = `${plainName(name.replace(/[/@]/g, "-"))}-${index + 1}.${ENDINGS[mediaType] ?? "png"}`;
      const { binary } = await storeFile(context, bytes, fileName, mediaType);
      files[`${binaryField}_${place + 1}_${index + 1}`] = binary;
    }
  }
  return files;
}

function modelJson(compared: ComparedModel, simplify: boolean): IDataObject {
  const { name, model, quality, size, images, costPerImageMicroUsd, durationMs, warnings, error } = compared;
  return {
    name,
    model,
    quality,
    size,
    images: images.length,
    placed: rateJson(compared.placed),
    complete: rateJson(compared.complete),
    elements: compared.elements.map((rate) => ({ element: rate.element, unsure: rate.unsure, ...rateJson(rate) })),
    costUsd: toUsd(compared.costMicroUsd),
    costPerImageUsd: costPerImageMicroUsd === undefined ? null : toUsd(costPerImageMicroUsd),
    judgeUsd: toUsd(compared.judgeMicroUsd),
    durationMs: durationMs === undefined ? null : Math.round(durationMs),
    ...(warnings.length === 0 ? {} : { warnings: [...warnings] }),
    ...(error === undefined ? {} : { stopped: error.message }),
    ...(simplify ? {} : { judged: compared.judged.map(verdictJson), attempts: plain(compared.attempts) }),
  };
}

/** A rate with its 95 % interval; `rate` is null when nothing was judged. */
function rateJson({ successes, trials, rate, low, high }: RateInterval): IDataObject {
  return { successes, trials, rate: rate ?? null, low, high };
}

function plain(value: unknown): IDataObject[] {
  return JSON.parse(JSON.stringify(value)) as IDataObject[];
}
