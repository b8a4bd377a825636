import type {
  ImageFormat,
  ImageRequest,
  Operation,
  PolicyPreset,
  Purpose,
  Resolution,
  VerifyMode,
} from "@artdesk/core";
import { NodeOperationError, type IDataObject, type IExecuteFunctions } from "n8n-workflow";
import { readPrices, type PriceParameters } from "../host/own-prices.ts";
import { CUSTOM_PIXELS, CUSTOM_SHAPE, SIZE_PRESETS } from "../panel/size-presets.ts";
import { textParameter } from "../words/read-text.ts";
import type { ItemOrder } from "./item-order.ts";
import { readBudget, type BudgetParameters } from "./read-budget.ts";
import { blankToUndefined, readLines, readTags, wholeNumber } from "./read-fields.ts";
import { readImages } from "./read-images.ts";

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
  verify?: VerifyMode;
}

/** Reads the node's parameters for one item. A comparison asks for new images and has models of its own. */
export async function readItemOrder(
  context: IExecuteFunctions,
  itemIndex: number,
  asked: Operation | "compare",
): Promise<ItemOrder> {
  const operation = asked === "compare" ? "generate" : asked;
  const options = context.getNodeParameter("options", itemIndex, {}) as Options;
  const tags = readTags(context.getNodeParameter("tags", itemIndex, {}) as IDataObject);
  const images = await readImages(context, itemIndex, operation);
  const request: ImageRequest = {
    operation,
    ...images,
    ...(operation === "upscale" ? readUpscale(context, itemIndex) : readBrief(context, itemIndex, options)),
    format: options.format,
    model: asked === "compare" ? undefined : readModel(context, itemIndex),
    tags,
  };
  return {
    itemIndex,
    request,
    budget: readBudget(context.getNodeParameter("budget", itemIndex, {}) as BudgetParameters),
    prices: readPrices(options.ownPrices),
    preset: options.policy ?? "auto",
    onUnknown: options.onUnknown ?? "stop",
    fileName:
      blankToUndefined(options.fileName) ?? (operation === "upscale" ? largeName(images.references) : undefined),
    binaryField: blankToUndefined(options.binaryPropertyName) ?? "data",
    simplify: context.getNodeParameter("simplify", itemIndex, true) as boolean,
    concurrency: Math.min(10, Math.max(1, Math.trunc(wholeNumber(options.concurrency) ?? 3))),
  };
}

function readBrief(
  context: IExecuteFunctions,
  itemIndex: number,
  options: Options,
): Omit<ImageRequest, "references" | "mask"> {
  return {
    prompt: textParameter(context, "prompt", itemIndex),
    purpose: context.getNodeParameter("purpose", itemIndex, "internal") as Purpose,
    ...readSize(context, itemIndex, options.resolution),
    quality: blankToUndefined(options.quality),
    count: wholeNumber(options.count),
    text: readLines(context.getNodeParameter("text", itemIndex, [])),
    elements: readLines(options.elements),
    transparent: options.transparent,
    verify: options.verify,
  };
}

/** Upscalers take no prompt: the books and core still want one. */
function readUpscale(context: IExecuteFunctions, itemIndex: number): Pick<ImageRequest, "prompt" | "size" | "factor"> {
  const prompt = "Enlarge the image";
  const enlarge: unknown = context.getNodeParameter("enlarge", itemIndex, 2);
  return enlarge === CUSTOM_PIXELS
    ? { prompt, size: readPixels(context, itemIndex) }
    : { prompt, factor: typeof enlarge === "string" && enlarge.trim() !== "" ? Number(enlarge) : (enlarge as number) };
}

/** `mug.jpg` becomes `mug-large`. */
function largeName(references: ImageRequest["references"] = []): string {
  return `${(references[0]?.name ?? "image").replace(/\.\w+$/, "")}-large`;
}

function readPixels(context: IExecuteFunctions, itemIndex: number): string {
  return textParameter(context, "pixels", itemIndex).toLowerCase().replace(/\s+/g, "");
}

function readSize(
  context: IExecuteFunctions,
  itemIndex: number,
  resolution: Resolution | undefined,
): Pick<ImageRequest, "size" | "aspect" | "resolution"> {
  const size = context.getNodeParameter("size", itemIndex, "square") as string;
  if (size === CUSTOM_PIXELS) return { size: readPixels(context, itemIndex) };
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
