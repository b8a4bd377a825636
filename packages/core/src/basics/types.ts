import type { Fit, Size } from "./crop-geometry.ts";
import type { ErrorCode } from "./error-code.ts";

/** What is to be done to make the image. */
export type Operation = "generate" | "edit" | "upscale";

/** What the image is for. `client` is commercial client work, `print` goes to paper. */
export type Purpose = "draft" | "internal" | "docs" | "social" | "client" | "print";

/**
 * What is done about elements that may be missing. `report`: a judge looks at every image and the receipt says what it
 * saw. `escalate`: where elements are missing, the next tier makes the image again, if that pays and the budget allows.
 */
export type VerifyMode = "off" | "report" | "escalate";

/** How good an offer must be: `draft` < `standard` < `premium`. */
export type Tier = "draft" | "standard" | "premium";

/** A model without evidence is `unrated`: it serves drafts and standard work, never `premium` on its own. */
export type OfferTier = Tier | "unrated";

/** File formats that Artdesk writes. */
export type ImageFormat = "png" | "jpeg" | "webp";

/**
 * How soon an image is needed. `low` waits for the provider's cheap hours where they are set, and for all other work;
 * `batch` is made within a day by the provider's batch service, for less.
 */
export type Urgency = "normal" | "low" | "batch";

/** Named pixel class: about 1, 4 or 16 megapixels for a square (1024, 2048, 4096 px edge). */
export type Resolution = "1K" | "2K" | "4K";

/** What a model is known to handle well, with evidence in its catalogue row. */
export type Strength = "text" | "long_prompt" | "people" | "hard_light" | "photorealism";

/** Width and height in pixels. */
export interface PixelSize {
  widthPx: number;
  heightPx: number;
}

/** An image that goes in: a reference, the image to edit, or a mask. */
export interface ImageInput {
  /** The encoded file (PNG, JPEG or WebP). */
  bytes: Uint8Array;
  /** For example `image/png`. */
  mediaType: string;
  /** Name to show in messages, for example the path inside the workspace. */
  name: string;
}

/** What a person wants. Everything but the prompt has a default. */
export interface ImageRequest {
  prompt: string;
  /** @default "generate" */
  operation?: Operation | undefined;
  /** @default "internal" */
  purpose?: Purpose | undefined;
  /** Exact pixels, `WIDTHxHEIGHT`. Not together with `aspect` or `resolution`. */
  size?: string | undefined;
  /**
   * Files that the caller cuts from the image: a size that covers them will do where a model does not make `size`, and
   * any format, since the caller writes the files. @default none: `size` and `format` are made exactly or refused
   */
  cuts?: readonly CutFile[] | undefined;
  /** Shape as `W:H`, for example `3:2`. @default "1:1" */
  aspect?: string | undefined;
  /** Pixel class for `aspect`. @default "1K", for print "2K" */
  resolution?: Resolution | undefined;
  /** For `upscale`, in place of `size`: how many times the edges of the reference. @default 2 */
  factor?: number | undefined;
  /** A model's own quality word (`low`, `high`, ...). Only offers of this quality remain. */
  quality?: string | undefined;
  /** Images to make, 1 to 10. @default 1 */
  count?: number | undefined;
  /** Words that must stand in the image, each an exact string. */
  text?: readonly string[] | undefined;
  /** Things that must be in the image, one per entry. `> ` before an entry: it belongs to the one above. */
  elements?: readonly string[] | undefined;
  /** Whether a judge checks the images. @default "off" */
  verify?: VerifyMode | undefined;
  references?: readonly ImageInput[] | undefined;
  /** PNG of the first reference's size; transparent where the image may change. */
  mask?: ImageInput | undefined;
  /** @default false */
  transparent?: boolean | undefined;
  /** @default "png" */
  format?: ImageFormat | undefined;
  /** Pin one model by id or alias: honoured exactly or refused with the reason. */
  model?: string | undefined;
  /** Most that this request may cost in all, in USD. */
  maxCostUsd?: number | undefined;
  /** Budget and report labels, for example `{ client: "acme", campaign: "spring" }`. */
  tags?: Readonly<Record<string, string>> | undefined;
  /** @default "normal" */
  urgency?: Urgency | undefined;
}

/** A file that is cut from an image: its pixels, and how it is cut. */
export interface CutFile extends Size {
  fit: Fit;
}

/** Wanted size: exact pixels, or a shape with a pixel class. */
export type SizeWish =
  | { kind: "exact"; widthPx: number; heightPx: number; cuts?: readonly CutFile[] | undefined }
  | { kind: "shape"; aspectWidth: number; aspectHeight: number; resolution: Resolution };

/** An {@link ImageRequest} after checks and defaults: what every later step reads. */
export interface ParsedRequest {
  operation: Operation;
  prompt: string;
  purpose: Purpose;
  size: SizeWish;
  quality: string | undefined;
  count: number;
  text: readonly string[];
  elements: readonly string[];
  /** @default "off" */
  verify?: VerifyMode | undefined;
  references: readonly ImageInput[];
  mask: ImageInput | undefined;
  transparent: boolean;
  format: ImageFormat;
  /** The caller writes the files: a model that does not write `format` will do. @default false */
  mayConvert?: boolean | undefined;
  model: string | undefined;
  maxCostMicroUsd: number | undefined;
  tags: Readonly<Record<string, string>>;
  urgency: Urgency;
}

/** The signals read from a request; every one can show where it came from. */
export interface Brief {
  /** Words in the prompt. */
  words: number;
  /** UTF-8 bytes of the prompt: an upper bound of its tokens. */
  promptBytes: number;
  /** Exact strings to render, from `text` and from quotes in the prompt. */
  textToRender: readonly string[];
  /** True when writing must appear in the image, quoted or not. */
  rendersText: boolean;
  /** Checklist entries plus objects counted in the prompt. */
  elementCount: number;
  /** Hands, or people in a dynamic pose. */
  peopleInAction: boolean;
  /** Several light sources or hard directional light. */
  hardLight: boolean;
  photorealism: boolean;
  transparent: boolean;
  references: number;
  /** Pixels asked for in all (width x height). */
  pixels: number;
  /** For each signal that is on, the words that switched it on, for people to read. */
  evidence: Readonly<Partial<Record<BriefSignal, string>>>;
}

export type BriefSignal = "text" | "long_prompt" | "people" | "hard_light" | "photorealism";

/** One way to make the image: model x quality x size, with its price. Money covers the whole `count`. */
export interface Offer {
  provider: string;
  model: string;
  quality: string;
  /** `WIDTHxHEIGHT` in pixels that will come back. */
  size: string;
  widthPx: number;
  heightPx: number;
  /** Shape and class as the model wants them, for models that take no pixels. */
  aspect: string | undefined;
  resolution: Resolution | undefined;
  /** For an upscale: how many times the edges of the image that goes in. */
  factor?: number | undefined;
  tier: OfferTier;
  count: number;
  /** What it will most likely cost. Micro-USD for all `count` images. */
  estimateMicroUsd: number;
  /** The most that the provider may bill. Micro-USD for all `count` images; this much is reserved. */
  worstCaseMicroUsd: number;
  /** Typical time for one image. */
  latencyMs: number;
  /**
   * Set when the image is made in two steps: a smaller one by the first of these, which the second one enlarges. Prices
   * and latency of the offer cover both; its model and tier are those of the first step, its size that of the second.
   */
  steps?: readonly [Offer, Offer] | undefined;
  /** Plain words, most important first. */
  reasons: readonly string[];
}

/** An offer that was ruled out, and why. */
export interface RejectedOffer {
  model: string;
  quality: string;
  size: string;
  reason: string;
}

/** The answer of the policy: offers in order of choice. Same input, catalogue and spend give the same bytes. */
export interface Decision {
  offers: readonly Offer[];
  rejected: readonly RejectedOffer[];
  requiredTier: Tier;
  brief: Brief;
  /** Retired or renamed ids, shutdown dates ahead, budget nearly used. */
  warnings: readonly string[];
  /** Why nothing is left, when `offers` is empty. */
  blocked?: { code: ErrorCode; message: string; hint: string } | undefined;
}

/** Tokens that the provider says it billed, for one call. Cached input tokens are not counted again in the plain ones. */
export interface Usage {
  inputTextTokens: number;
  cachedInputTextTokens: number;
  inputImageTokens: number;
  cachedInputImageTokens: number;
  outputImageTokens: number;
  /** Text and thinking tokens of the reply. */
  outputTextTokens: number;
  /** The provider's own price, when it states one. */
  costMicroUsd?: number | undefined;
}

/** An image as it came from a provider. */
export interface ReceivedImage {
  bytes: Uint8Array;
  mediaType: string;
  widthPx: number;
  heightPx: number;
  /** Lower-case hex of the bytes. */
  sha256: string;
}

/** Limits that are known for sure: set by the user, stated by a header or by a refusal. */
export interface KnownLimits {
  images?: number | undefined;
  tokens?: number | undefined;
  microUsd?: number | undefined;
  concurrency?: number | undefined;
}
