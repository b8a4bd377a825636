import type {
  Budget,
  ImageFormat,
  ImageInput,
  ImageRequest,
  Operation,
  PolicyPreset,
  Purpose,
  Resolution,
} from "@artdesk/core";
import { NodeOperationError, type IDataObject, type IExecuteFunctions } from "n8n-workflow";
import { CUSTOM_PIXELS, CUSTOM_SHAPE, SIZE_PRESETS } from "./resources/size-presets.ts";

const MICRO_USD_PER_USD = 1_000_000;

/** Everything that one item asks for: the request, and the terms that it is made under. */
export interface ItemOrder {
  itemIndex: number;
  request: ImageRequest;
  budget: Budget;
  preset: PolicyPreset;
  onUnknown: "stop" | "next" | "retry";
  /** Name of the file without its ending; undefined takes it from the prompt. */
  fileName: string | undefined;
  /** Output field that the file goes into. */
  binaryField: string;
  simplify: boolean;
  /** How many items to work on at once, 1 to 10. */
  concurrency: number;
}

/** What stands under 'Options'; every field may be missing. */
interface Options extends IDataObject {
  concurrency?: number;
  count?: number;
  resolution?: Resolution;
  elements?: string[];
  format?: ImageFormat;
  fileName?: string;
  onUnknown?: ItemOrder["onUnknown"];
  binaryPropertyName?: string;
  policy?: PolicyPreset;
  quality?: string;
  transparent?: boolean;
}

/** What stands under 'Budget' and 'Limits'. */
export interface BudgetParameters extends IDataObject {
  campaignMonthUsd?: number;
  clientMonthUsd?: number;
  imageUsd?: number;
  monthUsd?: number;
  runUsd?: number;
  onExceeded?: "downgrade" | "stop";
}

/** Reads the node's parameters for one item. */
export async function readItemOrder(
  context: IExecuteFunctions,
  itemIndex: number,
  operation: Operation,
): Promise<ItemOrder> {
  const options = context.getNodeParameter("options", itemIndex, {}) as Options;
  const tags = readTags(context.getNodeParameter("tags", itemIndex, {}) as IDataObject);
  const request: ImageRequest = {
    prompt: textParameter(context, "prompt", itemIndex),
    operation,
    purpose: context.getNodeParameter("purpose", itemIndex, "internal") as Purpose,
    ...readSize(context, itemIndex, options.resolution),
    quality: blankToUndefined(options.quality),
    count: options.count,
    text: readLines(context.getNodeParameter("text", itemIndex, [])),
    elements: readLines(options.elements),
    ...(await readImages(context, itemIndex, operation)),
    transparent: options.transparent,
    format: options.format,
    model: readModel(context, itemIndex),
    tags,
  };
  return {
    itemIndex,
    request,
    budget: readBudget(context.getNodeParameter("budget", itemIndex, {}) as BudgetParameters, tags),
    preset: options.policy ?? "auto",
    onUnknown: options.onUnknown ?? "stop",
    fileName: blankToUndefined(options.fileName),
    binaryField: blankToUndefined(options.binaryPropertyName) ?? "data",
    simplify: context.getNodeParameter("simplify", itemIndex, true) as boolean,
    concurrency: Math.min(10, Math.max(1, Math.trunc(options.concurrency ?? 3))),
  };
}

/** Limits in micro-USD. A limit per client or campaign holds for the one that the tags name, or for each with `*`. */
export function readBudget(parameters: BudgetParameters, tags: Readonly<Record<string, string>>): Budget {
  const perTag: Record<string, Record<string, number>> = {};
  const { clientMonthUsd, campaignMonthUsd } = parameters;
  if (clientMonthUsd !== undefined && tags["client"] !== undefined)
    perTag["client"] = { [tags["client"]]: microUsd(clientMonthUsd) };
  if (campaignMonthUsd !== undefined && tags["campaign"] !== undefined) {
    perTag["campaign"] = { [tags["campaign"]]: microUsd(campaignMonthUsd) };
  }
  return {
    ...(parameters.monthUsd === undefined ? {} : { monthMicroUsd: microUsd(parameters.monthUsd) }),
    ...(parameters.runUsd === undefined ? {} : { runMicroUsd: microUsd(parameters.runUsd) }),
    ...(parameters.imageUsd === undefined ? {} : { imageMicroUsd: microUsd(parameters.imageUsd) }),
    ...(Object.keys(perTag).length === 0 ? {} : { tags: perTag }),
    ...(parameters.onExceeded === undefined ? {} : { onExceeded: parameters.onExceeded }),
  };
}

function microUsd(usd: number): number {
  return Math.round(usd * MICRO_USD_PER_USD);
}

function readTags(parameters: IDataObject): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const text = asText(value);
    if (text !== "") tags[name] = text;
  }
  return tags;
}

function readSize(
  context: IExecuteFunctions,
  itemIndex: number,
  resolution: Resolution | undefined,
): Pick<ImageRequest, "size" | "aspect" | "resolution"> {
  const size = context.getNodeParameter("size", itemIndex, "square") as string;
  if (size === CUSTOM_PIXELS)
    return { size: textParameter(context, "pixels", itemIndex).toLowerCase().replace(/\s+/g, "") };
  if (size === CUSTOM_SHAPE) return { aspect: textParameter(context, "aspect", itemIndex), resolution };
  const preset = SIZE_PRESETS.find(({ value }) => value === size);
  if (preset === undefined) {
    throw new NodeOperationError(context.getNode(), `'Size' has no choice "${size}"`, {
      itemIndex,
      description: `Use one of: ${[...SIZE_PRESETS.map(({ value }) => value), CUSTOM_SHAPE, CUSTOM_PIXELS].join(", ")}.`,
    });
  }
  return { aspect: preset.aspect, resolution: resolution ?? preset.resolution };
}

function readModel(context: IExecuteFunctions, itemIndex: number): string | undefined {
  const model = context.getNodeParameter("model", itemIndex, "auto", { extractValue: true }) as string;
  return model === "auto" ? undefined : blankToUndefined(model);
}

async function readImages(
  context: IExecuteFunctions,
  itemIndex: number,
  operation: Operation,
): Promise<Pick<ImageRequest, "references" | "mask">> {
  const fields = textParameter(context, "referenceFields", itemIndex)
    .split(",")
    .map((field) => field.trim())
    .filter(Boolean);
  if (operation !== "generate") fields.unshift(textParameter(context, "imageField", itemIndex) || "data");
  const references = await Promise.all(fields.map((field) => readImage(context, itemIndex, field)));
  const maskField = operation === "edit" ? textParameter(context, "maskField", itemIndex) : "";
  const mask = maskField === "" ? undefined : await readImage(context, itemIndex, maskField);
  return { references, mask };
}

async function readImage(context: IExecuteFunctions, itemIndex: number, field: string): Promise<ImageInput> {
  const binary = context.helpers.assertBinaryData(itemIndex, field);
  const bytes = await context.helpers.getBinaryDataBuffer(itemIndex, field);
  return { bytes, mediaType: binary.mimeType, name: binary.fileName ?? field };
}

function readLines(value: unknown): string[] {
  const lines = Array.isArray(value) ? value : [value];
  return lines.map(asText).filter((line) => line !== "");
}

function textParameter(context: IExecuteFunctions, name: string, itemIndex: number): string {
  return asText(context.getNodeParameter(name, itemIndex, ""));
}

/** What an expression may put into a text field: numbers and such as their words, nothing as no text. */
function asText(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

function blankToUndefined(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}
