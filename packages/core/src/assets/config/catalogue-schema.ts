import * as v from "valibot";
import type { ImageFormat, OfferTier, Operation, Strength } from "../../basics/types.ts";
import {
  describe,
  knownFields,
  optionalEntries,
  textField,
  textListField,
  usdField,
  wordField,
} from "../fields/field-schema.ts";

/** USD per image, as it stands in `artdesk.yml`: one price, or the highest with others for a quality or a size. */
export type PriceFields =
  | number
  | { image: number; quality?: Record<string, number> | undefined; size?: Record<string, number> | undefined };

/** Sizes of a model that takes any within limits. Pixels. */
export interface FreeSizeFields {
  multiple_of: number;
  min_area: number;
  max_area: number;
  max_edge: number;
  max_ratio: number;
}

/** A model of the user's own, as it stands in `artdesk.yml`. */
export interface RowFields {
  id: string;
  provider: string;
  name?: string | undefined;
  aliases?: string[] | undefined;
  like?: string | undefined;
  operations?: Operation[] | undefined;
  sizes?: string[] | undefined;
  free_sizes?: FreeSizeFields | undefined;
  qualities?: string[] | undefined;
  tiers?: Partial<Record<Operation, OfferTier | undefined>> | undefined;
  strengths?: Strength[] | undefined;
  formats?: ImageFormat[] | undefined;
  transparent?: boolean | undefined;
  mask?: boolean | undefined;
  max_references?: number | undefined;
  max_images?: number | undefined;
  max_prompt?: number | undefined;
  price?: PriceFields | undefined;
  commercial_use?: boolean | undefined;
  latency_seconds?: number | undefined;
  shutdown?: string | undefined;
  successor?: string | undefined;
  source?: string | undefined;
  checked_on?: string | undefined;
  parameters?: Record<string, string | number | boolean | null> | undefined;
}

const variantPrices = v.record(textField(100), usdField(), "must be `name: USD` pairs");

/** One price or several. */
export const priceField: v.GenericSchema<unknown, PriceFields> = v.union(
  [
    usdField(),
    knownFields({
      image: describe(usdField(), "The most that an image costs, in USD, whatever its quality and size."),
      ...optionalEntries({
        quality: describe(variantPrices, "Other prices by quality, in USD per image: `{low: 0.01}`."),
        size: describe(
          variantPrices,
          "Other prices by size or class, in USD per image: `{1024x1024: 0.02, 4K: 0.09}`.",
        ),
      }),
    }),
  ],
  "must be an amount in USD such as 0.05, or a group with `image` and perhaps `quality` and `size`",
);

function wholeNumber(least: number, most: number): v.GenericSchema<number> {
  return v.pipe(
    v.number(`must be a number from ${least} to ${most}`),
    v.integer("must be a whole number"),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );
}

function wordList<const Word extends string>(words: readonly Word[]): v.GenericSchema<Word[]> {
  return v.pipe(
    v.array(wordField<Word>(words), `must be a list of ${words.join(", ")}`),
    v.minLength(1, "must not be empty"),
  );
}

const yesOrNo = v.boolean("must be true or false");
const dayField = v.pipe(
  v.string("must be a day such as 2027-01-31"),
  v.regex(/^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "must be a day such as 2027-01-31"),
);
const tierField = wordField<OfferTier>(["draft", "standard", "premium", "unrated"]);
const sizeField = v.pipe(
  v.string("must be a size such as 1024x1024"),
  v.regex(/^[1-9]\d{1,4}x[1-9]\d{1,4}$/, "must be a size such as 1024x1024"),
);

/** A model of the user's own. What must fit the other models is checked by `workspaceCatalogue`. */
export const rowField: v.GenericSchema<unknown, RowFields> = knownFields({
  id: describe(textField(200), "The model id that is sent."),
  provider: describe(textField(64), "Whose API serves it: one of the providers."),
  ...optionalEntries({
    name: describe(textField(100), "The name that people know. Default: the id."),
    aliases: describe(textListField(20, 100), "Other names for it."),
    like: describe(textField(200), "Takes sizes, formats and limits from this model; what stands beside it wins."),
    operations: describe(wordList<Operation>(["generate", "edit", "upscale"]), "What it can do. Default: generate."),
    sizes: describe(
      v.pipe(v.array(sizeField, "must be a list of sizes"), v.minLength(1, "must not be empty")),
      "The sizes that it makes: `[1024x1024, 1536x1024]`.",
    ),
    free_sizes: describe(
      knownFields({
        multiple_of: describe(wholeNumber(1, 1024), "Both edges are multiples of this many pixels."),
        min_area: describe(wholeNumber(1, 1_000_000_000), "Least width x height."),
        max_area: describe(wholeNumber(1, 1_000_000_000), "Most width x height."),
        max_edge: describe(wholeNumber(1, 100_000), "Longest edge in pixels."),
        max_ratio: describe(
          v.pipe(v.number("must be a number"), v.minValue(1, "must be at least 1")),
          "Longest edge over shortest.",
        ),
      }),
      "Any size within these limits, in the place of `sizes`.",
    ),
    qualities: describe(textListField(10, 40), "Its quality words, lowest first. Default: none."),
    tiers: describe(
      knownFields(optionalEntries({ generate: tierField, edit: tierField, upscale: tierField })),
      "What you judge it good enough for, per operation. Default: unrated.",
    ),
    strengths: describe(
      wordList<Strength>(["text", "long_prompt", "people", "hard_light", "photorealism"]),
      "What it handles well, as you know it.",
    ),
    formats: describe(wordList<ImageFormat>(["png", "jpeg", "webp"]), "File formats. Default: png."),
    transparent: describe(yesOrNo, "It makes transparent images. Default: false."),
    mask: describe(yesOrNo, "It takes a mask. Default: false."),
    max_references: describe(wholeNumber(0, 64), "Most images that go in. Default: 0, 1 when it can edit."),
    max_images: describe(wholeNumber(1, 10), "Most images of one call. Default: 1."),
    max_prompt: describe(wholeNumber(1, 1_000_000), "Most characters of a prompt. Default: 32000."),
    price: describe(priceField, "Your price in USD per image; without one it is not used. 0 for your own machine."),
    commercial_use: describe(yesOrNo, "Its terms allow commercial use. Default: false."),
    latency_seconds: describe(
      v.pipe(v.number("must be a number of seconds"), v.minValue(0.1, "must be at least 0.1")),
      "Typical time of an image. Default: 30.",
    ),
    shutdown: describe(dayField, "The day from which calls fail."),
    successor: describe(textField(200), "The model to use instead then."),
    source: describe(textField(300), "Where these figures come from."),
    checked_on: describe(dayField, "When you read them there."),
    parameters: describe(
      v.record(
        textField(100),
        v.union(
          [v.string(), v.number(), v.boolean(), v.null()],
          "must be text, a number, true, false, or null to leave the field out",
        ),
        "must be `name: value` pairs",
      ),
      "Fields of every request of this model, for servers of your own.",
    ),
  }),
});
