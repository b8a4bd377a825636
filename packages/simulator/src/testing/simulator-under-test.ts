import sharp from "sharp";
import { afterEach } from "vitest";
import { startSimulator } from "../start-simulator.ts";
import type { Simulator, SimulatorOptions } from "../start-simulator.ts";

// Test support: simulators that close themselves, and the two calls most tests make.

/** The day the tests play: every model of the table is alive. */
export const TEST_DAY_MS: number = Date.parse("2026-11-23T12:00:00Z");

const running: Simulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** A simulator that closes after the test, with its clock standing on the test day. */
export async function simulatorForTest(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ now: () => TEST_DAY_MS, ...options });
  running.push(simulator);
  return simulator;
}

export interface JsonAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

async function postJson<Body>(
  url: string,
  headers: Record<string, string>,
  body: unknown,
  signal?: AbortSignal,
): Promise<JsonAnswer<Body>> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}

export interface OpenAiBody {
  readonly data: readonly { readonly b64_json: string }[];
  readonly size: string;
  readonly quality: string;
  readonly usage: {
    readonly input_tokens: number;
    readonly input_tokens_details: { readonly text_tokens: number; readonly image_tokens: number };
    readonly output_tokens: number;
    readonly output_tokens_details?: { readonly image_tokens: number; readonly text_tokens: number };
    readonly total_tokens: number;
  };
  readonly error: {
    readonly code: string | null;
    readonly param: string | null;
    readonly type: string;
    readonly message: string;
  };
}

/** POST /openai/v1/images/generations, or another path below /openai/v1. */
export function postOpenAi(
  simulator: Simulator,
  body: unknown,
  path = "/images/generations",
  signal?: AbortSignal,
): Promise<JsonAnswer<OpenAiBody>> {
  return postJson(`${simulator.url}/openai/v1${path}`, { authorization: "Bearer any-key" }, body, signal);
}

export interface GeminiPart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly inlineData?: { readonly mimeType: string; readonly data: string };
}

export interface GeminiBody {
  readonly candidates: readonly {
    readonly content?: { readonly parts: readonly GeminiPart[] };
    readonly finishReason: string;
  }[];
  readonly promptFeedback?: { readonly blockReason: string };
  readonly usageMetadata: {
    readonly promptTokenCount: number;
    readonly candidatesTokenCount?: number;
    readonly thoughtsTokenCount?: number;
    readonly totalTokenCount: number;
    readonly candidatesTokensDetails?: readonly { readonly modality: string; readonly tokenCount: number }[];
  };
  readonly responseId: string;
  readonly modelVersion: string;
  readonly error: {
    readonly code: number;
    readonly status: string;
    readonly message: string;
    readonly details?: readonly Record<string, unknown>[];
  };
}

/** POST generateContent of a model. */
export function postGemini(
  simulator: Simulator,
  model: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<JsonAnswer<GeminiBody>> {
  return postJson(
    `${simulator.url}/gemini/v1beta/models/${model}:generateContent`,
    { "x-goog-api-key": "any-key" },
    body,
    signal,
  );
}

/** A generateContent body for a prompt, with an image configuration. */
export function geminiPrompt(
  prompt: string,
  imageConfig: Record<string, string> = {},
  config: Record<string, unknown> = {},
): unknown {
  return {
    contents: [{ role: "user", parts: [{ text: prompt }] }],
    generationConfig: { responseModalities: ["IMAGE"], imageConfig, ...config },
  };
}

export interface DecodedImage {
  readonly format: string;
  readonly size: string;
  readonly hasAlpha: boolean;
}

/** Decodes every pixel, so that a truncated file is an error. */
export async function decodeImage(base64: string): Promise<DecodedImage> {
  const image = sharp(Buffer.from(base64, "base64"), { failOn: "truncated" });
  const { format, width, height, hasAlpha } = await image.metadata();
  await image.stats();
  return { format, size: `${width}x${height}`, hasAlpha };
}

/** A picture to send along. */
export async function pictureOf(
  widthPx: number,
  heightPx: number,
  format: "png" | "jpeg" | "webp" = "png",
): Promise<Buffer> {
  const background = { r: 200, g: 80, b: 40, alpha: 1 };
  return sharp({ create: { width: widthPx, height: heightPx, channels: 4, background } })
    .toFormat(format)
    .toBuffer();
}

/** A picture as the data URL of a JSON edit. */
export async function dataUrlOf(widthPx: number, heightPx: number): Promise<string> {
  return `data:image/png;base64,${(await pictureOf(widthPx, heightPx)).toString("base64")}`;
}
