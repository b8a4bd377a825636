import type { TokenCharge } from "../../bank/bank.ts";

export type GeminiImageSize = "512" | "1K" | "2K" | "4K";

export interface GeminiModel {
  readonly id: string;
  readonly displayName: string;
  /** Output tokens of one image, per size it offers. */
  readonly imageTokens: Readonly<Partial<Record<GeminiImageSize, number>>>;
  readonly aspectRatios: readonly string[];
  /** Thinks before it draws: thought parts, `thoughtsTokenCount`, a signature on the image. */
  readonly thinks: boolean;
  readonly thinkingLevels: readonly string[];
  /** Input tokens of one reference picture. */
  readonly referenceTokens: number;
  /** US dollars per million tokens. Thinking is billed as text out. */
  readonly prices: { readonly inUsd: number; readonly textOutUsd: number; readonly imageOutUsd: number };
  readonly mediaType: "image/png" | "image/jpeg";
}

const TEN_RATIOS: readonly string[] = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const FOURTEEN_RATIOS: readonly string[] = [...TEN_RATIOS, "1:4", "4:1", "1:8", "8:1"];

/**
 * Google's image models, as of 23 November 2026. Prices and tokens: ngrok's AI gateway changelog and
 * ai-sdk-cost-calculator 7.1.14; Nano Banana 2.1: inference.sh, 6 November 2026 (no figure for 2K was found, it counts
 * as 3.1-flash's). References: Google Cloud's page of 3.1 Flash Image (1,120), LiteLLM's price of a reference on the pro
 * model (560). Which media type a model answers with is the simulator's choice; both occur.
 */
const MODELS: readonly GeminiModel[] = [
  {
    id: "gemini-3-pro-image",
    displayName: "Nano Banana Pro",
    imageTokens: { "1K": 1120, "2K": 1120, "4K": 2000 },
    aspectRatios: TEN_RATIOS,
    thinks: true,
    thinkingLevels: ["LOW", "MEDIUM", "HIGH"],
    referenceTokens: 560,
    prices: { inUsd: 2, textOutUsd: 12, imageOutUsd: 120 },
    mediaType: "image/jpeg",
  },
  {
    id: "gemini-nano-banana-2.1",
    displayName: "Nano Banana 2.1",
    imageTokens: { "1K": 1120, "2K": 1680, "4K": 3780 },
    aspectRatios: FOURTEEN_RATIOS,
    thinks: true,
    thinkingLevels: ["MINIMAL", "MEDIUM", "HIGH"],
    referenceTokens: 1120,
    prices: { inUsd: 1.5, textOutUsd: 7.5, imageOutUsd: 30 },
    mediaType: "image/png",
  },
  {
    id: "gemini-3.1-flash-image",
    displayName: "Nano Banana 2",
    imageTokens: { "512": 747, "1K": 1120, "2K": 1680, "4K": 2520 },
    aspectRatios: FOURTEEN_RATIOS,
    thinks: false,
    thinkingLevels: ["MINIMAL", "HIGH"],
    referenceTokens: 1120,
    prices: { inUsd: 0.5, textOutUsd: 3, imageOutUsd: 60 },
    mediaType: "image/png",
  },
  {
    id: "gemini-3.1-flash-lite-image",
    displayName: "Nano Banana 2 Lite",
    imageTokens: { "1K": 1120 },
    aspectRatios: FOURTEEN_RATIOS,
    thinks: false,
    thinkingLevels: ["MINIMAL", "HIGH"],
    referenceTokens: 1120,
    prices: { inUsd: 0.25, textOutUsd: 1.5, imageOutUsd: 30 },
    mediaType: "image/jpeg",
  },
];

export function geminiModels(): readonly GeminiModel[] {
  return MODELS;
}

/**
 * Pixels at 1K per aspect ratio: Google's image generation guide (read October 2026). 512 halves them, 2K doubles
 * and 4K quadruples them.
 */
const PIXELS_AT_1K: Readonly<Record<string, readonly [widthPx: number, heightPx: number]>> = {
  "1:1": [1024, 1024],
  "2:3": [848, 1264],
  "3:2": [1264, 848],
  "3:4": [896, 1200],
  "4:3": [1200, 896],
  "4:5": [928, 1152],
  "5:4": [1152, 928],
  "9:16": [768, 1376],
  "16:9": [1376, 768],
  "21:9": [1584, 672],
  "1:4": [512, 2048],
  "4:1": [2048, 512],
  "1:8": [384, 3072],
  "8:1": [3072, 384],
};

const SCALE: Readonly<Record<GeminiImageSize, number>> = { "512": 0.5, "1K": 1, "2K": 2, "4K": 4 };

/** Pixels of an image. */
export function geminiPixels(
  aspectRatio: string,
  imageSize: GeminiImageSize,
): { readonly widthPx: number; readonly heightPx: number } {
  const [widthPx, heightPx] = PIXELS_AT_1K[aspectRatio] ?? [1024, 1024];
  const scale = SCALE[imageSize];
  return { widthPx: widthPx * scale, heightPx: heightPx * scale };
}

/** Tokens of one call, as `usageMetadata` reports them. */
export interface GeminiUsage {
  readonly textIn: number;
  readonly imageIn: number;
  readonly imageOut: number;
  readonly textOut: number;
  readonly thoughts: number;
}

/** What the bank charges: everything in at the input price, images out, and text and thoughts out at the text price. */
export function geminiCharges({ prices }: GeminiModel, usage: GeminiUsage): readonly TokenCharge[] {
  return [
    { tokens: usage.textIn + usage.imageIn, usdPerMillionTokens: prices.inUsd },
    { tokens: usage.imageOut, usdPerMillionTokens: prices.imageOutUsd },
    { tokens: usage.textOut + usage.thoughts, usdPerMillionTokens: prices.textOutUsd },
  ];
}
