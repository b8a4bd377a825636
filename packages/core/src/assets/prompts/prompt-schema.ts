import * as v from "valibot";
import type { Operation, Purpose, Resolution, Urgency, VerifyMode } from "../../basics/types.ts";
import type { StructuredPrompt } from "./structured-prompt.ts";
import {
  CHOSEN_NAME,
  describe,
  knownFields,
  optionalEntries,
  textField,
  textListField,
  usdField,
  wordField,
} from "../fields/field-schema.ts";

/** Most images that one request may ask for. */
export const MAX_COUNT = 10;

/** What a prompt file and each of its variants may set, as it stands in the front matter. */
export interface ImageFields {
  output?: string | undefined;
  operation?: Operation | undefined;
  purpose?: Purpose | undefined;
  size?: string | undefined;
  aspect?: string | undefined;
  resolution?: Resolution | undefined;
  /** For `upscale`. */
  factor?: number | undefined;
  quality?: string | undefined;
  count?: number | undefined;
  text?: string[] | undefined;
  elements?: string[] | undefined;
  verify?: VerifyMode | undefined;
  references?: string[] | undefined;
  mask?: string | undefined;
  transparent?: boolean | undefined;
  model?: string | undefined;
  /** USD. */
  max_cost?: number | undefined;
  tags?: Record<string, string> | undefined;
  urgency?: Urgency | undefined;
  structured?: StructuredPrompt | undefined;
  alt?: string | undefined;
}

/** One entry of `variants`. */
export interface VariantFields extends ImageFields {
  name: string;
  /** Takes the place of the file's prompt. */
  prompt?: string | undefined;
}

/** Values by name: one asset per combination. */
export type Matrix = Record<string, (string | number | boolean)[]>;

/** The whole front matter. */
export interface PromptFields extends ImageFields {
  matrix?: Matrix | undefined;
  variants?: VariantFields[] | undefined;
}

const sizeField = v.pipe(
  v.string("must be a size such as 1536x1024"),
  v.regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, "must be a size such as 1536x1024"),
);

const aspectField = v.pipe(
  v.string("must be a shape such as 3:2"),
  v.regex(/^[1-9]\d{0,2}:[1-9]\d{0,2}$/, "must be a shape such as 3:2"),
);

const countField = v.pipe(
  v.number(`must be a number from 1 to ${MAX_COUNT}`),
  v.integer("must be a whole number"),
  v.minValue(1, "must be at least 1"),
  v.maxValue(MAX_COUNT, `must be at most ${MAX_COUNT}`),
);

const tagsField = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(CHOSEN_NAME, "is not a tag name: use letters, digits, `_` and `-`")),
    textField(100),
    "must be `name: value` pairs",
  ),
  v.maxEntries(20, "must not have more than 20 tags"),
);

const partField = (description: string): v.GenericSchema<unknown, string> => describe(textField(10_000), description);

const structuredField: v.GenericSchema<unknown, StructuredPrompt> = knownFields({
  subject: partField("Who or what is in the image."),
  ...optionalEntries({
    action: partField("What it does. Not together with `pose`."),
    pose: partField("How it stands, sits or lies. Not together with `action`."),
    environment: partField("Where it is."),
    lighting: partField("Where the light comes from, how hard it is, the time of day."),
    camera: partField("Photo, lens, view, framing."),
    style: partField("Manner of drawing, palette, mood."),
  }),
});

const FACTOR = "must be a number from 1 to 16";

const imageEntries = {
  output: describe(
    textField(1024),
    "Where the image goes, relative to this file. PNG, JPEG or WebP by extension. Default: beside this file, NAME.png.",
  ),
  operation: describe(wordField<Operation>(["generate", "edit", "upscale"]), "What to do. Default: generate."),
  purpose: describe(
    wordField<Purpose>(["draft", "internal", "docs", "social", "client", "print"]),
    "What the image is for; it decides how good the model must be. Default: internal.",
  ),
  size: describe(sizeField, "Exact pixels, WIDTHxHEIGHT. Not together with `aspect` or `resolution`."),
  aspect: describe(aspectField, "Shape, W:H. Default: 1:1."),
  resolution: describe(
    wordField<Resolution>(["1K", "2K", "4K"]),
    "Pixel class for `aspect`. Default: 1K, for print 2K.",
  ),
  factor: describe(
    v.pipe(v.number(FACTOR), v.minValue(1, FACTOR), v.maxValue(16, FACTOR)),
    "For upscale, in place of size: how many times the edges of the reference. Default: 2.",
  ),
  quality: describe(
    textField(40),
    "A model's own quality word, such as low, medium or high. Usually left to the policy.",
  ),
  count: describe(countField, "Images to make. Several become NAME-1.png, NAME-2.png and so on. Default: 1."),
  text: describe(textListField(20, 500), "Words that must stand in the image, each an exact string."),
  elements: describe(
    textListField(50, 500),
    "Things that must be in the image, one per entry. `> ` before an entry: it belongs to the one above.",
  ),
  verify: describe(
    wordField<VerifyMode>(["off", "report", "escalate"]),
    "Whether a judge checks the image: `report` says what is missing, `escalate` makes it again on the next tier when that pays. Default: off.",
  ),
  references: describe(textListField(16, 1024), "Images that go in, relative to this file."),
  mask: describe(textField(1024), "PNG of the first reference's size; transparent where the image may change."),
  transparent: describe(v.boolean("must be true or false"), "Transparent background. Default: false."),
  model: describe(textField(100), "Pin one model by id or alias: used exactly, or refused with the reason."),
  max_cost: describe(usdField(), "Most that this image may cost in all, in USD."),
  tags: describe(tagsField, "Budget and report labels, such as `client: acme`."),
  urgency: describe(
    wordField<Urgency>(["normal", "low", "batch"]),
    "How soon it is needed: normal, low (in the provider's cheap hours, after all others) or batch (within a day, for less). Default: normal.",
  ),
  structured: describe(
    structuredField,
    "The prompt by its parts: subject, action or pose, environment, lighting, camera, style. What stands below the front matter follows them.",
  ),
  alt: describe(textField(2000), "Text for readers who do not see the image; never sent to a model."),
};

const matrixField = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(CHOSEN_NAME, "is not a name: use letters, digits, `_` and `-`")),
    v.pipe(
      v.array(
        v.union(
          [textField(500), v.pipe(v.number(), v.safeInteger()), v.boolean()],
          "must be text, a whole number, true or false; put other numbers in quotes",
        ),
        "must be a list of values",
      ),
      v.minLength(1, "must have at least one value"),
      v.maxLength(100, "must not have more than 100 values"),
    ),
    "must be `name: [values]` pairs",
  ),
  v.maxEntries(5, "must not have more than 5 names"),
);

const variantField = knownFields({
  name: describe(
    v.pipe(
      v.string("must be text"),
      v.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "must be a short name of letters, digits, `_` and `-`"),
    ),
    "Name of the variant: part of the asset's id and of its default output.",
  ),
  prompt: v.optional(describe(textField(100_000), "Takes the place of the prompt below the front matter.")),
  ...optionalEntries(imageEntries),
});

/** Checks the front matter of a prompt file. */
export const promptSchema: v.GenericSchema<unknown, PromptFields> = knownFields({
  ...optionalEntries(imageEntries),
  matrix: v.optional(
    describe(
      matrixField,
      "One image per combination of these values; `{{name}}` stands for the value in the prompt, in `output` and in other texts.",
    ),
  ),
  variants: v.optional(
    describe(
      v.pipe(
        v.array(variantField, "must be a list of variants, each with a `name`"),
        v.minLength(1, "must have at least one variant"),
        v.maxLength(50, "must not have more than 50 variants"),
      ),
      "The images to make instead of one: each has a name, and fields that take the place of the file's.",
    ),
  ),
});

/** Names of all settings of a prompt file. */
export const PROMPT_KEYS: readonly string[] = [...Object.keys(imageEntries), "matrix", "variants"];
