import * as v from "valibot";
import { badRequest, invalidValue, unknownParameter } from "./openai-errors.ts";
import type { OpenAiError } from "./openai-errors.ts";

/** The fields every image request shares, as OpenAI names them. */
export interface OpenAiFields {
  readonly prompt: string;
  readonly model: string;
  readonly n?: number | null | undefined;
  readonly size?: string | null | undefined;
  readonly quality?: string | null | undefined;
  readonly background?: string | null | undefined;
  readonly output_format?: "png" | "jpeg" | "webp" | null | undefined;
  readonly output_compression?: number | null | undefined;
  readonly stream?: boolean | null | undefined;
  readonly partial_images?: number | null | undefined;
  readonly complexity?: string | null | undefined;
  readonly input_fidelity?: string | null | undefined;
  readonly frame_count?: unknown;
  readonly frame_duration_ms?: unknown;
  readonly svg?: unknown;
}

/** Where a picture of a JSON edit comes from: exactly one of the two. */
export interface OpenAiImageReference {
  readonly image_url?: string | undefined;
  readonly file_id?: string | undefined;
}

export interface OpenAiJsonEditFields extends OpenAiFields {
  readonly images: readonly OpenAiImageReference[];
  readonly mask?: OpenAiImageReference | undefined;
}

const MAX_PROMPT_CHARACTERS = 32_000;
const MAX_DATA_URL_CHARACTERS = 20_971_520;

function integerBetween(minimum: number, maximum: number) {
  return v.nullish(v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum)));
}

const common = {
  prompt: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_PROMPT_CHARACTERS)),
  model: v.string(),
  n: integerBetween(1, 10),
  size: v.nullish(v.string()),
  quality: v.nullish(v.string()),
  background: v.nullish(v.picklist(["transparent", "opaque", "auto"])),
  output_format: v.nullish(v.picklist(["png", "jpeg", "webp"])),
  output_compression: integerBetween(0, 100),
  stream: v.nullish(v.boolean()),
  partial_images: integerBetween(0, 3),
  complexity: v.nullish(v.picklist(["low", "medium", "high"])),
  user: v.optional(v.string()),
  safety_identifier: v.nullish(v.string()),
  frame_count: v.optional(v.unknown()),
  frame_duration_ms: v.optional(v.unknown()),
  svg: v.optional(v.unknown()),
};

const moderation = v.nullish(v.picklist(["low", "auto"]));
const inputFidelity = v.nullish(v.picklist(["high", "low"]));
const imageReference = v.strictObject({
  image_url: v.optional(v.pipe(v.string(), v.maxLength(MAX_DATA_URL_CHARACTERS))),
  file_id: v.optional(v.string()),
});

const generationSchema = v.strictObject({ ...common, moderation });
const formEditSchema = v.strictObject({ ...common, input_fidelity: inputFidelity });
const jsonEditSchema = v.strictObject({
  ...common,
  moderation,
  input_fidelity: inputFidelity,
  images: v.pipe(v.array(imageReference), v.minLength(1), v.maxLength(16)),
  mask: v.optional(imageReference),
});

type Parsed<Fields> = { readonly fields: Fields } | { readonly error: OpenAiError };

export function parseGeneration(body: unknown): Parsed<OpenAiFields> {
  return parse(generationSchema, body);
}

/** The text fields of a multipart edit; its files are checked on their own. */
export function parseFormEdit(body: unknown): Parsed<OpenAiFields> {
  return parse(formEditSchema, body);
}

export function parseJsonEdit(body: unknown): Parsed<OpenAiJsonEditFields> {
  return parse(jsonEditSchema, body);
}

function parse<Fields>(schema: v.GenericSchema<unknown, Fields>, body: unknown): Parsed<Fields> {
  const result = v.safeParse(schema, body, { abortPipeEarly: true });
  return result.success ? { fields: result.output } : { error: describeIssue(result.issues[0]) };
}

/** Turns the first mistake into the error OpenAI answers with. */
function describeIssue(issue: v.BaseIssue<unknown>): OpenAiError {
  const param = paramOf(issue);
  const requirement = String(issue.requirement);
  const length = lengthOf(issue.input);
  if (issue.type === "strict_object" && param !== "") {
    if (issue.expected === "never") return unknownParameter(param);
    if (issue.received === "undefined") {
      return badRequest("missing_required_parameter", param, `Missing required parameter: '${param}'.`);
    }
  }
  switch (issue.type) {
    case "picklist":
      return invalidValue(
        param,
        issue.input,
        [...(issue.expected ?? "").matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ""),
      );
    case "max_length":
      return typeof issue.input === "string"
        ? badRequest(
            "string_above_max_length",
            param,
            `Invalid '${param}': string too long. Expected a string with maximum length ${requirement}, but got a string with length ${length} instead.`,
          )
        : badRequest(
            "array_above_max_length",
            param,
            `Invalid '${param}': array too long. Expected an array with maximum length ${requirement}, but got an array with length ${length} instead.`,
          );
    case "min_length":
      return typeof issue.input === "string"
        ? badRequest(
            "empty_string",
            param,
            `Invalid '${param}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
          )
        : badRequest(
            "empty_array",
            param,
            `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
          );
    case "max_value":
      return badRequest(
        "integer_above_max_value",
        param,
        `Invalid '${param}': integer above maximum value. Expected a value <= ${requirement}, but got ${String(issue.input)} instead.`,
      );
    case "min_value":
      return badRequest(
        "integer_below_min_value",
        param,
        `Invalid '${param}': integer below minimum value. Expected a value >= ${requirement}, but got ${String(issue.input)} instead.`,
      );
    default:
      return badRequest(
        "invalid_type",
        param === "" ? null : param,
        `Invalid type for '${param}': expected ${EXPECTED_TYPES[issue.type] ?? "another type"}, but got ${nameType(issue.input)} instead.`,
      );
  }
}

const EXPECTED_TYPES: Readonly<Record<string, string>> = {
  number: "an integer",
  integer: "an integer",
  string: "a string",
  boolean: "a boolean",
  array: "an array",
  strict_object: "an object",
};

function nameType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number") return "a decimal number";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function paramOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).reduce((path, { key }) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
}

function lengthOf(input: unknown): number {
  return typeof input === "string" || Array.isArray(input) ? input.length : 0;
}
