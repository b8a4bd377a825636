import type { Budget, ImageRequest, PolicyPreset, Stage } from "@artdesk/core";
import type { OwnPrices } from "../host/own-prices.ts";

/** The brief of an image on its way from drafts to the final: what stays the same in every step. */
export type ChainBrief = Pick<
  ImageRequest,
  "prompt" | "purpose" | "size" | "aspect" | "resolution" | "text" | "elements" | "transparent" | "tags"
>;

/** Drafts are tried cheaply, refinements correct one in words, the final is made once, for good. */
export type ChainStep = "draft" | "refine" | "final";

/** Where an image stands between the first drafts and the final. */
export interface ChainOrder {
  step: ChainStep;
  brief: ChainBrief;
  /** Number of the draft that it comes from; undefined for drafts and for an image from elsewhere. */
  draft: number | undefined;
  /** Lower-case hex SHA-256 of the image that this step starts from; undefined for drafts. */
  parent: string | undefined;
  /** What was changed on the way, in the person's words, oldest first, this step's own included. */
  corrections: readonly string[];
  /** What led to the image has cost this much before this step; undefined when the item does not say. Micro-USD. */
  costMicroUsd: number | undefined;
}

/** What one item asks to compare. */
export interface CompareOrder extends ItemOrder {
  models: readonly string[];
  attempts: number;
  /** Every image becomes a file of its own, too. */
  includeImages: boolean;
}

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
  /** Decides how good the model must be, before the purpose does. */
  stage?: Stage | undefined;
  /** Its place between the first drafts and the final. */
  chain?: ChainOrder | undefined;
}
