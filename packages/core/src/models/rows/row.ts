import type { ImageFormat, OfferTier, Operation, PixelSize, Resolution, Strength } from "../../basics/types.ts";
import type { PublishedLimits } from "./published-limits.ts";

/** Where a figure was read: a public document and the day it was read or published. */
export interface Source {
  document: string;
  /** `YYYY-MM-DD`. */
  date: string;
}

/** Another id for a row. Retired and renamed ids explain themselves. */
export interface Alias {
  /** Compared without case and punctuation. A trailing `*` stands for any ending. */
  id: string;
  /** Set when the provider no longer serves this id: when it ended and what to use now. */
  retiredOn?: string | undefined;
  /** One sentence for people, shown as a warning. */
  note?: string | undefined;
}

/** Which pixels a model can make. */
export type SizeRule =
  | {
      /** Any size within limits. */
      kind: "free";
      edgeMultiplePx: number;
      minAreaPx: number;
      maxAreaPx: number;
      maxEdgePx: number;
      /** Longest edge over shortest. */
      maxRatio: number;
      /** Above this area the provider calls the size experimental: not offered for premium work on its own. */
      experimentalAboveAreaPx?: number | undefined;
    }
  | { kind: "fixed"; sizes: readonly PixelSize[] }
  | {
      /** The model takes a shape and a class and answers with these pixels. */
      kind: "table";
      entries: readonly (PixelSize & { aspect: string; resolution: Resolution })[];
    }
  | {
      /** An upscaler: the size of the image that goes in, times a factor. */
      kind: "factor";
      minFactor: number;
      maxFactor: number;
      /** Only whole factors. */
      wholeFactors: boolean;
      maxAreaPx: number;
      /** It chooses the factor itself, and takes no wish: offered only when the user names the model. */
      chosenByModel?: boolean | undefined;
    };

/** A quality word of a model, with what it is good enough for. */
export interface QualityRow {
  id: string;
  /** Tier per operation; an operation that is missing is `unrated`. */
  tiers: Readonly<Partial<Record<Operation, OfferTier>>>;
  /** Evidence for the tiers, in words, for people to read. */
  evidence: string;
  evidenceSource: Source | undefined;
  /** Score on the Arena board of the operation (blind votes; higher is better). Only for ordering by quality. */
  arenaScores?: Readonly<Partial<Record<Operation, number>>> | undefined;
  /** Typical time for one image at 1K. */
  latencyMs: number;
}

/** USD per 1M tokens, which is the same number as micro-USD per token. */
export interface TokenPrices {
  inputText: number;
  cachedInputText: number;
  inputImage: number;
  cachedInputImage: number;
  outputImage: number;
  outputText: number;
}

/** How a model's image is priced. */
export type PriceRule =
  | {
      /** Output tokens by the published size formula. `axisFactors` per quality id. */
      kind: "token_formula";
      prices: TokenPrices;
      axisFactors: Readonly<Record<string, number>>;
      /** The formula gives an upper bound of this many times the figure; 1 when it is exact. Per quality id. */
      boundFactors: Readonly<Record<string, number>>;
      /** Most tokens that one reference image costs. */
      maxTokensPerReference: number;
      promptOverheadTokens: number;
    }
  | {
      /** Output tokens from a table, by `SIZE/QUALITY` or `RESOLUTION`. */
      kind: "token_table";
      prices: TokenPrices;
      /** Key: `WIDTHxHEIGHT/quality` or a resolution class. A figure that is not published is an upper bound. */
      outputTokens: Readonly<Record<string, number>>;
      /** Likely and largest number of text or thinking tokens in a reply. The largest is enforced in the request. */
      likelyTextTokens: number;
      maxTextTokens: number;
      /** The tokens beside the image may be drafts: images that are billed as such. @default false */
      mayDraft?: boolean | undefined;
      maxTokensPerReference: number;
      promptOverheadTokens: number;
    }
  | {
      kind: "per_image";
      microUsdPerImage: number;
      /**
       * Other prices for certain images, by `WIDTHxHEIGHT`, resolution class or quality. Of several that fit, the
       * highest holds.
       */
      microUsdByVariant?: Readonly<Record<string, number>> | undefined;
    }
  | {
      /** By pixels that come back, in started blocks: 1,000,000 pixels for a price per megapixel. */
      kind: "per_area";
      microUsdPerBlock: number;
      blockPx: number;
    }
  | {
      /** The provider publishes none that could be found: the model is offered only with the user's own price. */
      kind: "unknown";
    };

/**
 * Figures that may be an estimate. `price` is one where what is published does not cover every size or quality, so that
 * an upper bound stands in. `sizes` is the whole rule; `edgeMultiplePx`, `minAreaPx`, `maxAreaPx`, `maxEdgePx`,
 * `maxRatio` and `factors` are parts of one. `latency` has no source unless the row names one.
 */
export const ESTIMABLE_FIGURES = [
  "price",
  "latency",
  "sizes",
  "edgeMultiplePx",
  "minAreaPx",
  "maxAreaPx",
  "maxEdgePx",
  "maxRatio",
  "factors",
  "formats",
  "maxReferences",
  "maxImagesPerCall",
  "maxPromptCharacters",
  "commercialUse",
] as const;

/** See {@link ESTIMABLE_FIGURES}. */
export type EstimableFigure = (typeof ESTIMABLE_FIGURES)[number];

/** One model. Every figure has a source; the registry of models is this table. */
export interface CatalogueRow {
  provider: string;
  /** The id that is sent. */
  id: string;
  /** The name people know, for example `Nano Banana Pro`. */
  name: string;
  aliases: readonly Alias[];
  operations: readonly Operation[];
  sizes: SizeRule;
  qualities: readonly QualityRow[];
  formats: readonly ImageFormat[];
  transparent: boolean;
  mask: boolean;
  maxReferences: number;
  /** Most images that one call may ask for. */
  maxImagesPerCall: number;
  maxPromptCharacters: number;
  strengths: readonly Strength[];
  price: PriceRule;
  /** True when the price of an image is known before it is made. */
  predictablePrice: boolean;
  /** The provider's terms allow commercial use of the output. */
  commercialUse: boolean;
  /** Published images per minute of the lowest paid tier. */
  imagesPerMinute: number | undefined;
  /** What is published about an account's limits. Which tier holds is learned from replies. */
  limits?: PublishedLimits | undefined;
  /** The provider makes it in batches, too. */
  batch?:
    | {
        /** Percent off the price. 0 where the provider publishes none for images: the user's own terms may say more. */
        discountPercent: number;
        /** The longest that a batch takes. */
        windowMs: number;
        source: Source;
      }
    | undefined;
  lifecycle: {
    /** `YYYY-MM-DD`. */
    availableFrom: string | undefined;
    deprecatedOn: string | undefined;
    /** The day from which calls fail. */
    shutdownOn: string | undefined;
    /** Id of the row to use instead. */
    successor: string | undefined;
  };
  /** Sources per figure group: `price`, `sizes`, `lifecycle`, `limits`, `strengths`, and `latency` where one states it. */
  sources: Readonly<Record<"price" | "sizes" | "lifecycle" | "limits" | "strengths", Source>> & {
    readonly latency?: Source | undefined;
  };
  /** Figures that no source states: careful assumptions, which a reply may prove wrong. */
  estimated: readonly EstimableFigure[];
  /** Fields that the user wants in every request of this model, for servers that need them; `null` leaves one out. */
  parameters?: Readonly<Record<string, string | number | boolean | null>> | undefined;
}
