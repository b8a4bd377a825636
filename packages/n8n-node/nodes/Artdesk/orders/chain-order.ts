import {
  ArtdeskError,
  draftRequest,
  drawsCards,
  finalRequest,
  parseRequest,
  readCorrection,
  refineRequest,
  type ImageRequest,
} from "@artdesk/core";
import type { IDataObject, IExecuteFunctions } from "n8n-workflow";
import { n8nCodec } from "../host/n8n-codec.ts";
import { asText, textParameter } from "../words/read-text.ts";
import { briefOf, readBriefJson } from "./chain-brief.ts";
import { plainName } from "./file-name.ts";
import type { ChainBrief, ItemOrder, ChainStep } from "./item-order.ts";
import { readBudget, type BudgetParameters } from "./read-budget.ts";
import { readLines, wholeNumber } from "./read-fields.ts";
import { readItemOrder } from "./request-from-item.ts";

const CHAIN_STEPS: readonly string[] = ["draft", "refine", "final"] satisfies ChainStep[];
const DEFAULT_DRAFTS = 6;
/** Letters of a prompt that name a file, so that its ending stays within the length of names. */
const NAME_CHARACTERS = 40;

/** Whether an operation is a step from drafts to a final. */
export function isChainStep(operation: string): operation is ChainStep {
  return CHAIN_STEPS.includes(operation);
}

/** Reads the node's parameters for one item of Draft, Refine or Final. */
export async function readChainOrder(
  context: IExecuteFunctions,
  itemIndex: number,
  step: ChainStep,
): Promise<ItemOrder> {
  const order = await readItemOrder(context, itemIndex, step === "draft" ? "generate" : "edit");
  return step === "draft" ? draftOrder(context, order) : nextOrder(context, order, step);
}

function draftOrder(context: IExecuteFunctions, order: ItemOrder): ItemOrder {
  const { model } = order.request;
  const brief = briefOf(order.request);
  const count = readDrafts(context, order.itemIndex);
  return {
    ...order,
    stage: "draft",
    request: { ...draftRequest(order.request), model, count },
    fileName: order.fileName ?? `${briefName(brief)}-draft`,
    chain: { step: "draft", brief, draft: undefined, parent: undefined, corrections: [], costMicroUsd: 0 },
  };
}

function nextOrder(context: IExecuteFunctions, order: ItemOrder, step: "refine" | "final"): ItemOrder {
  const { itemIndex, request } = order;
  const [image, ...references] = request.references ?? [];
  if (image === undefined) throw new TypeError("an edit was read without its image");
  const json = context.getInputData()[itemIndex]?.json ?? {};
  refuseCard(json, request.model);
  const brief = readBrief(context, order, json);
  // Within the prompt of an edit nobody would see that there is none.
  parseRequest(brief);
  const wish: ImageRequest = { ...brief, references, quality: request.quality, format: request.format };
  const draft = draftNumberOf(json);
  const before = readLines(json["corrections"] ?? []);
  const parent = { image, corrections: before };
  const shared = {
    brief,
    draft,
    parent: n8nCodec.sha256Hex(image.bytes),
    costMicroUsd: readChainCost(json),
  };
  const budget = readBudget(context.getNodeParameter("budget", itemIndex, {}) as BudgetParameters);
  if (step === "final") {
    const { model, verify } = request;
    return {
      ...order,
      budget,
      stage: "final",
      request: finalRequest({ ...wish, model, verify }, parent),
      fileName: order.fileName ?? `${briefName(brief)}-final`,
      chain: { ...shared, step, corrections: before },
    };
  }
  const correction = readCorrection(textParameter(context, "correction", itemIndex));
  const corrections = [...before, correction];
  const version = `v${corrections.length + 1}`;
  return {
    ...order,
    budget,
    stage: "draft",
    request: { ...refineRequest(wish, parent, correction), model: request.model },
    fileName: order.fileName ?? [briefName(brief), ...(draft === undefined ? [] : ["draft", draft]), version].join("-"),
    chain: { ...shared, step, corrections },
  };
}

/** The brief of the item, with what the node itself says about the image and whom it is for. */
function readBrief(context: IExecuteFunctions, { itemIndex, request }: ItemOrder, json: IDataObject): ChainBrief {
  const own = briefOf(request);
  if (context.getNodeParameter("briefFrom", itemIndex, "item") !== "item") return own;
  const brought = readBriefJson(context, itemIndex, json);
  return {
    ...brought,
    resolution: own.resolution ?? brought.resolution,
    elements: own.elements?.length === 0 ? brought.elements : own.elements,
    transparent: own.transparent ?? brought.transparent,
    tags: { ...brought.tags, ...own.tags },
  };
}

/** Number of the draft that an item holds or comes from. */
export function draftNumberOf(json: IDataObject): number | undefined {
  const number = Number(json["draft"] ?? Number.NaN);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

function readDrafts(context: IExecuteFunctions, itemIndex: number): number {
  const drafts = wholeNumber(context.getNodeParameter("drafts", itemIndex, DEFAULT_DRAFTS) as number);
  if (drafts !== undefined && Number.isInteger(drafts) && drafts >= 1 && drafts <= 10) return drafts;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `drafts: ${JSON.stringify(drafts)} is not a whole number from 1 to 10.`,
  });
}

/** A storyboard card is no picture to go by: only another card may come of it. */
function refuseCard(json: IDataObject, model = ""): void {
  if (!drawsCards(asText(json["model"])) || drawsCards(model)) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: "The image is a storyboard card, not a draft.",
    hint: "Make the drafts with another model first, or choose 'Sketch' here, too.",
  });
}

/** An image from elsewhere has cost nothing here. */
function readChainCost(json: IDataObject): number | undefined {
  const usd = json["chainCostUsd"];
  if (usd === undefined && json["request"] === undefined) return 0;
  const microUsd = Math.round(Number(usd ?? Number.NaN) * 1_000_000);
  return Number.isSafeInteger(microUsd) && microUsd >= 0 ? microUsd : undefined;
}

function briefName({ prompt }: ChainBrief): string {
  const words = plainName(prompt)
    .toLowerCase()
    .slice(0, NAME_CHARACTERS)
    .replace(/[-.]+$/, "");
  return words === "" ? "image" : words;
}
