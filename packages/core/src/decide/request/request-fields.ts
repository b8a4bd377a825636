import * as v from "valibot";
import { usdToMicroUsd } from "../../basics/money.ts";
import type {
  CutFile,
  ImageFormat,
  ImageInput,
  Operation,
  Purpose,
  Resolution,
  Urgency,
  VerifyMode,
} from "../../basics/types.ts";
import { describeValue, oneOf, strictFields, type FieldMessage } from "../../basics/validation.ts";

/** Longest prompt in characters: the limit of OpenAI's Images API (openai-node 7.57.0, 2026-11-13). */
export const MAX_PROMPT_CHARACTERS = 32_000;
/** Most images of one request. */
export const MAX_COUNT = 10;
/** Shortest and longest edge that a size may name. */
export const EDGE_LIMITS_PX: { readonly min: number; readonly max: number } = { min: 16, max: 8192 };

/**
 * Checks of single request fields, shared by requests and prompt files. Their messages are predicates that follow
 * the field's path: `size: "1536 x" is not WIDTHxHEIGHT, for example 1536x1024.`
 */
export interface RequestFields {
  prompt: v.GenericSchema<string>;
  operation: v.GenericSchema<Operation>;
  purpose: v.GenericSchema<Purpose>;
  size: v.GenericSchema<string>;
  aspect: v.GenericSchema<string>;
  resolution: v.GenericSchema<Resolution>;
  factor: v.GenericSchema<number>;
  quality: v.GenericSchema<string>;
  count: v.GenericSchema<number>;
  text: v.GenericSchema<string[]>;
  elements: v.GenericSchema<string[]>;
  verify: v.GenericSchema<VerifyMode>;
  references: v.GenericSchema<ImageInput[]>;
  mask: v.GenericSchema<ImageInput>;
  transparent: v.GenericSchema<boolean>;
  format: v.GenericSchema<ImageFormat>;
  model: v.GenericSchema<string>;
  maxCostUsd: v.GenericSchema<number>;
  tags: v.GenericSchema<Record<string, string>>;
  urgency: v.GenericSchema<Urgency>;
  cuts: v.GenericSchema<CutFile[]>;
}

const found = (issue: v.BaseIssue<unknown>): string => describeValue(issue.input);

const line = (longest: number): v.GenericSchema<string> =>
  v.pipe(
    v.string((issue: v.BaseIssue<unknown>) => `${found(issue)} is not text.`),
    v.check((text) => text.trim() !== "", "must not be empty."),
    v.maxLength(longest, (issue) => `has ${issue.input.length} characters; at most ${longest} are allowed.`),
  );

const list = (entry: v.GenericSchema<string>, most: number): v.GenericSchema<string[]> =>
  v.pipe(
    v.array(entry, (issue: v.BaseIssue<unknown>) => `${found(issue)} is not a list of texts.`),
    v.maxLength(most, (issue) => `has ${issue.input.length} entries; at most ${most} are allowed.`),
  );

const isSize: FieldMessage = (issue) => `${found(issue)} is not WIDTHxHEIGHT, for example 1536x1024.`;
const isAspect: FieldMessage = (issue) => `${found(issue)} is not a shape W:H, for example 3:2.`;
const isCount: FieldMessage = (issue) => `${found(issue)} is not a whole number from 1 to ${MAX_COUNT}.`;
const isDollars: FieldMessage = (issue) => `${found(issue)} is not an amount in US dollars above 0, for example 0.25.`;

const isFactor: FieldMessage = (issue) => `${found(issue)} is not a number from 1 to 16, for example 2.`;

const isEdge: FieldMessage = (issue) => `${found(issue)} is not a whole number of pixels from 1 to 999999.`;
const cutEdge: v.GenericSchema<number> = v.pipe(
  v.number(isEdge),
  v.integer(isEdge),
  v.minValue(1, isEdge),
  v.maxValue(999_999, isEdge),
);

const image: v.GenericSchema<ImageInput> = strictFields(
  {
    bytes: v.pipe(
      v.instance(
        Uint8Array,
        (issue: v.BaseIssue<unknown>) => `${found(issue)} is not a Uint8Array with the file's bytes.`,
      ),
      v.check((bytes) => bytes.length > 0, "has no bytes."),
    ),
    mediaType: v.picklist(
      ["image/png", "image/jpeg", "image/webp"],
      (issue: v.BaseIssue<unknown>) => `${found(issue)} is not image/png, image/jpeg or image/webp.`,
    ),
    name: line(1000),
  },
  "an image",
);

/** The checks. The order of keys is the order in which messages come. */
export const requestFields: RequestFields = {
  prompt: line(MAX_PROMPT_CHARACTERS),
  operation: oneOf(["generate", "edit", "upscale"]),
  purpose: oneOf(["draft", "internal", "docs", "social", "client", "print"]),
  size: v.pipe(
    v.string(isSize),
    v.regex(/^[1-9]\d{0,5}x[1-9]\d{0,5}$/, isSize),
    v.check(
      (size) =>
        size.split("x").every((edge) => Number(edge) >= EDGE_LIMITS_PX.min && Number(edge) <= EDGE_LIMITS_PX.max),
      (issue) => `${found(issue)} has an edge outside ${EDGE_LIMITS_PX.min} to ${EDGE_LIMITS_PX.max} pixels.`,
    ),
  ),
  aspect: v.pipe(
    v.string(isAspect),
    v.regex(/^\d{1,4}(\.\d{1,3})?:\d{1,4}(\.\d{1,3})?$/, isAspect),
    v.check((aspect) => aspect.split(":").every((side) => Number(side) > 0), isAspect),
  ),
  resolution: oneOf(["1K", "2K", "4K"]),
  factor: v.pipe(v.number(isFactor), v.minValue(1, isFactor), v.maxValue(16, isFactor)),
  quality: line(40),
  count: v.pipe(v.number(isCount), v.integer(isCount), v.minValue(1, isCount), v.maxValue(MAX_COUNT, isCount)),
  text: list(line(500), 50),
  elements: list(line(500), 200),
  verify: oneOf(["off", "report", "escalate"]),
  references: v.pipe(
    v.array(image, (issue: v.BaseIssue<unknown>) => `${found(issue)} is not a list of images.`),
    v.maxLength(50, (issue) => `has ${issue.input.length} images; at most 50 are allowed.`),
  ),
  mask: v.pipe(
    image,
    v.check((mask) => mask.mediaType === "image/png", "must be a PNG, transparent where the image may change."),
  ),
  urgency: oneOf(["normal", "low", "batch"]),
  transparent: v.boolean((issue: v.BaseIssue<unknown>) => `${found(issue)} is not true or false.`),
  format: oneOf(["png", "jpeg", "webp"]),
  cuts: v.pipe(
    v.array(
      strictFields({ widthPx: cutEdge, heightPx: cutEdge, fit: oneOf(["cover", "contain", "pad"]) }, "a file to cut"),
      (issue: v.BaseIssue<unknown>) => `${found(issue)} is not a list of files to cut.`,
    ),
    v.maxLength(100, (issue) => `has ${issue.input.length} files; at most 100 are allowed.`),
  ),
  model: line(200),
  maxCostUsd: v.pipe(
    v.number(isDollars),
    v.check((usd) => (usdToMicroUsd(usd) ?? 0) > 0, isDollars),
  ),
  tags: v.record(
    v.pipe(
      v.string(),
      v.regex(
        /^[a-z][a-z0-9_-]*$/,
        (issue) => `${found(issue)} is not a tag name: small letters, digits, - and _, starting with a letter.`,
      ),
      v.maxLength(40, "is longer than 40 characters."),
    ),
    v.pipe(
      line(100),
      v.check((value) => value !== "*", "must not be *, which stands for every value in budgets and rules."),
    ),
    (issue: v.BaseIssue<unknown>) => `${found(issue)} is not a set of names and values.`,
  ),
};
