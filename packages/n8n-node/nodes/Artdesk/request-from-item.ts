import type { Budget, ImageFormat, ImageRequest, Operation, PolicyPreset, Purpose, Resolution } from "@artdesk/core";
import { NodeOperationError, type IDataObject, type IExecuteFunctions } from "n8n-workflow";
import { readPrices, type OwnPrices, type PriceParameters } from "./own-prices.ts";
import { readBudget, type BudgetParameters } from "./read-budget.ts";
import { readImages } from "./read-images.ts";
import { asText, textParameter } from "./read-text.ts";
import { CUSTOM_PIXELS, CUSTOM_SHAPE, SIZE_PRESETS } from "./resources/size-presets.ts";

/** Everything that one item asks for: the request, and the terms that it is made under. */
export interface ItemOrder {
  itemIndex: number;
  request: ImageRequest;
  budget: Budget;
  prices: OwnPrices;
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
  ownPrices?: PriceParameters;
  binaryPropertyName?: string;
  policy?: PolicyPreset;
  quality?: string;
  transparent?: boolean;
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
    count: wholeNumber(options.count),
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
    prices: readPrices(options.ownPrices),
    preset: options.policy ?? "auto",
    onUnknown: options.onUnknown ?? "stop",
    fileName: blankToUndefined(options.fileName),
    binaryField: blankToUndefined(options.binaryPropertyName) ?? "data",
    simplify: context.getNodeParameter("simplify", itemIndex, true) as boolean,
    concurrency: Math.min(10, Math.max(1, Math.trunc(wholeNumber(options.concurrency) ?? 3))),
  };
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
    throw new NodeOperationError(context.getNode(), `'Size' has no choice "${size}" [item ${itemIndex}]`, {
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

function readLines(value: unknown): string[] {
  const lines = Array.isArray(value) ? value : [value];
  return lines.map(asText).filter((line) => line !== "");
}

function blankToUndefined(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}

/** Tables hand numbers over as text. What is no number stays as it is, for the check to name it. */
function wholeNumber(value: number | undefined): number | undefined {
  const text: unknown = value;
  return typeof text === "string" && /^\s*\d+\s*$/.test(text) ? Number(text) : value;
}
