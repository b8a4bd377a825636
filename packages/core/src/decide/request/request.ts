import * as v from "valibot";
import { ArtdeskError } from "../../basics/errors.ts";
import { usdToMicroUsd } from "../../basics/money.ts";
import type { ImageRequest, ParsedRequest, SizeWish } from "../../basics/types.ts";
import { issueSentences, strictFields } from "../../basics/validation.ts";
import { EDGE_LIMITS_PX, requestFields } from "./request-fields.ts";
import { sourceSize } from "./source-size.ts";

const requestSchema: v.GenericSchema<unknown, ImageRequest> = strictFields(
  {
    prompt: requestFields.prompt,
    operation: v.optional(requestFields.operation),
    purpose: v.optional(requestFields.purpose),
    size: v.optional(requestFields.size),
    aspect: v.optional(requestFields.aspect),
    resolution: v.optional(requestFields.resolution),
    factor: v.optional(requestFields.factor),
    quality: v.optional(requestFields.quality),
    count: v.optional(requestFields.count),
    text: v.optional(requestFields.text),
    elements: v.optional(requestFields.elements),
    verify: v.optional(requestFields.verify),
    references: v.optional(requestFields.references),
    mask: v.optional(requestFields.mask),
    transparent: v.optional(requestFields.transparent),
    format: v.optional(requestFields.format),
    cuts: v.optional(requestFields.cuts),
    model: v.optional(requestFields.model),
    maxCostUsd: v.optional(requestFields.maxCostUsd),
    tags: v.optional(requestFields.tags),
    urgency: v.optional(requestFields.urgency),
  },
  "the request",
);

/**
 * Checks an image request and fills in the defaults.
 * @throws ArtdeskError `invalid_request`; `issues` holds one sentence per mistake, each starting with the field's path.
 */
export function parseRequest(input: unknown): ParsedRequest {
  const checked = v.safeParse(requestSchema, input);
  const issues = checked.success ? findContradictions(checked.output) : issueSentences(checked.issues);
  if (!checked.success || issues.length > 0) throw invalidRequest(issues);
  const request = checked.output;
  return {
    operation: request.operation ?? "generate",
    prompt: request.prompt,
    purpose: request.purpose ?? "internal",
    size: readSizeWish(request),
    quality: request.quality,
    count: request.count ?? 1,
    text: request.text ?? [],
    elements: request.elements ?? [],
    ...(request.verify === undefined ? {} : { verify: request.verify }),
    references: request.references ?? [],
    mask: request.mask,
    transparent: request.transparent ?? false,
    format: request.format ?? "png",
    ...(request.cuts !== undefined && { mayConvert: true }),
    model: request.model,
    maxCostMicroUsd: request.maxCostUsd === undefined ? undefined : usdToMicroUsd(request.maxCostUsd),
    tags: request.tags ?? {},
    urgency: request.urgency ?? "normal",
  };
}

function invalidRequest(issues: readonly string[]): ArtdeskError {
  const [first = "The request is not valid."] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new ArtdeskError({ code: "invalid_request", shortMessage: `${first}${more}`, issues });
}

/** Rules about several fields at once. */
function findContradictions(request: ImageRequest): string[] {
  const issues: string[] = [];
  const { operation = "generate", references = [] } = request;
  if (request.size !== undefined && request.aspect !== undefined) {
    issues.push("size: cannot stand together with aspect. Give exact pixels or a shape, not both.");
  }
  if (request.size !== undefined && request.resolution !== undefined) {
    issues.push("size: cannot stand together with resolution. Give exact pixels or a pixel class, not both.");
  }
  if (operation !== "generate" && references.length === 0) {
    issues.push(`references: ${operation} needs the image to work on as the first reference.`);
  }
  issues.push(...(operation === "upscale" ? upscaleContradictions(request) : []));
  if (request.factor !== undefined && operation !== "upscale") {
    issues.push(`factor: belongs to operation upscale, not ${operation}.`);
  }
  if (request.mask !== undefined && operation !== "edit") {
    issues.push(`mask: belongs to operation edit, not ${operation}.`);
  }
  if (request.mask !== undefined && references.length === 0) {
    issues.push("mask: needs a reference, the image that it masks.");
  }
  if (request.transparent === true && request.format === "jpeg") {
    issues.push("transparent: needs format png or webp; jpeg has no transparency.");
  }
  return issues;
}

const DEFAULT_FACTOR = 2;

function upscaleContradictions(request: ImageRequest): string[] {
  const { references = [], size, aspect, resolution, factor } = request;
  const issues: string[] = [];
  if (references.length > 1) issues.push(`references: upscale takes one image, not ${references.length}.`);
  if (aspect !== undefined || resolution !== undefined) {
    issues.push("size: upscale keeps the shape of the reference. Give size or factor, not aspect or resolution.");
  }
  if (size !== undefined && factor !== undefined) issues.push("factor: cannot stand together with size.");
  const source = sourceSize({ operation: "upscale", references });
  const [first] = references;
  if (first !== undefined && source === undefined) {
    issues.push(`references: ${first.name} is not a whole PNG, JPEG or WebP file, so it cannot be upscaled.`);
  }
  const longestPx = source && Math.max(source.widthPx, source.heightPx) * (factor ?? DEFAULT_FACTOR);
  if (size === undefined && longestPx !== undefined && longestPx > EDGE_LIMITS_PX.max) {
    issues.push(`factor: ${factor ?? DEFAULT_FACTOR} times makes an edge longer than ${EDGE_LIMITS_PX.max} pixels.`);
  }
  return issues;
}

function readSizeWish(request: ImageRequest): SizeWish {
  if (request.size !== undefined) {
    const [widthPx = 0, heightPx = 0] = request.size.split("x").map(Number);
    return { kind: "exact", widthPx, heightPx, ...(request.cuts !== undefined && { cuts: request.cuts }) };
  }
  const source = sourceSize({ operation: request.operation ?? "generate", references: request.references ?? [] });
  if (source !== undefined) {
    const factor = request.factor ?? DEFAULT_FACTOR;
    return {
      kind: "exact",
      widthPx: Math.round(source.widthPx * factor),
      heightPx: Math.round(source.heightPx * factor),
    };
  }
  const [aspectWidth, aspectHeight] = wholeSides(request.aspect ?? "1:1");
  return {
    kind: "shape",
    aspectWidth,
    aspectHeight,
    resolution: request.resolution ?? (request.purpose === "print" ? "2K" : "1K"),
  };
}

/** Reduces a shape to its smallest whole numbers: `6:4` is 3:2, `1.91:1` is 191:100. */
function wholeSides(aspect: string): [number, number] {
  const [width = 1, height = 1] = aspect.split(":").map((side) => Math.round(Number(side) * 1000));
  const divisor = greatestCommonDivisor(width, height);
  return [width / divisor, height / divisor];
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
