import fc from "fast-check";
import { expect, test } from "vitest";
import { isArtdeskError } from "../src/basics/errors.ts";
import type { Offer } from "../src/basics/types.ts";
import { describeEnding, tablePrice } from "../src/buy/book-attempt.ts";
import type { AttemptTask } from "../src/buy/attempt-task.ts";
import { builtInCatalogue } from "../src/models/catalogue/built-in-catalogue.ts";
import type { ProviderCall } from "../src/models/adapter/provider.ts";
import { leastCallMicroUsd } from "../src/models/rows/booked-cost.ts";
import { outputTokensOf, worstCaseCallMicroUsd } from "../src/models/rows/cost.ts";
import { pricedCall } from "../src/models/rows/priced-call.ts";
import { nodeCodec } from "../src/node/platform/node-codec.ts";
import { exampleCall } from "../src/testing/example-call.ts";
import { fakeResponse } from "../src/testing/fake-http.ts";
import { noiseImage } from "./noise-image.ts";

const image = nodeCodec.encodeBase64(await noiseImage({ widthPx: 16, heightPx: 16 }));

/** A reply with so many images, as JSON text with a place for the usage. */
const REPLIES: Readonly<Record<string, (images: number, usage: string) => string>> = {
  openai: (images, usage) => `{"data":[${listOf(images, `{"b64_json":"${image}"}`)}],"usage":${usage}}`,
  openrouter: (images, usage) => `{"data":[${listOf(images, `{"b64_json":"${image}"}`)}],"usage":${usage}}`,
  gemini: (images, usage) =>
    `{"candidates":[{"content":{"parts":[${listOf(images, `{"inlineData":{"mimeType":"image/png","data":"${image}"}}`)}]},"finishReason":"STOP"}],"usageMetadata":${usage}}`,
};

function listOf(count: number, text: string): string {
  return Array.from({ length: count }, () => text).join(",");
}

/** Names that usage goes by, right ones and others, so that the JSON meets what is read. */
const NAMES: readonly string[] = `
  input_tokens output_tokens total_tokens input_tokens_details output_tokens_details
  text_tokens image_tokens prompt_tokens completion_tokens completion_tokens_details
  cost is_byok cost_details upstream_inference_cost promptTokenCount
  candidatesTokenCount thoughtsTokenCount totalTokenCount candidatesTokensDetails promptTokensDetails
  modality tokenCount cachedContentTokenCount cacheTokensDetails outputTokens
  images
`
  .trim()
  .split(/\s+/);

/** A number as replies write it, also one that JSON reads as infinite, as text. */
const figure = fc.oneof(
  fc.integer({ min: -5, max: 20_000 }).map(String),
  fc.constantFrom("0", "-0", "-1", "0.5", "1e-7", "1e9", "1e15", "1e308", "1e999", "-1e999", "9007199254740993"),
);
const leaf = fc.oneof(
  { arbitrary: figure, weight: 6 },
  { arbitrary: fc.constantFrom("null", "true", "false", '""', '"1756"', '"IMAGE"', '"TEXT"', "[]", "{}"), weight: 2 },
);
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc.array(tie("json"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
    fc
      .array(fc.tuple(fc.constantFrom(...NAMES), tie("json")), { maxLength: 7 })
      .map((entries) => `{${entries.map(([name, value]) => `"${name}":${value}`).join(",")}}`),
  ),
}));
/** Usage in the provider's own words, from too little to too much: part of it is possible. */
const OWN_WORDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  openai: fc
    .tuple(fc.nat(200), fc.nat(30_000))
    .map(([input, output]) => JSON.stringify({ input_tokens: input, output_tokens: output })),
  openrouter: fc.nat(500_000).map((microUsd) => JSON.stringify({ cost: microUsd / 1_000_000 })),
  gemini: fc
    .tuple(fc.nat(200), fc.nat(6000))
    .map(([input, output]) => JSON.stringify({ promptTokenCount: input, candidatesTokenCount: output })),
};

/** Any JSON at all, JSON that looks like usage, and usage. */
function anyUsageOf(provider: string): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: json, weight: 5 },
    { arbitrary: fc.json(), weight: 1 },
    { arbitrary: OWN_WORDS[provider] ?? json, weight: 2 },
  );
}

interface Priced {
  call: ProviderCall;
  provider: string;
}

const calls: readonly Priced[] = builtInCatalogue.rows
  .filter(({ provider, price }) => provider in REPLIES && price.kind !== "unknown")
  .flatMap((row) =>
    row.qualities.flatMap(({ id: quality }) =>
      (["1K", "4K"] as const).flatMap((resolution) => {
        const edgePx = resolution === "1K" ? 1024 : 2048;
        const size = `${edgePx}x${edgePx}`;
        const offer: Partial<Offer> = { provider: row.provider, model: row.id, quality, size, resolution };
        const call = exampleCall({ offer: { ...offer, widthPx: edgePx, heightPx: edgePx }, row });
        const isMade = outputTokensOf(row.price, pricedCall(call.request, call.offer, 1)) !== undefined;
        return isMade ? [{ provider: row.provider, call }] : [];
      }),
    ),
  );

test.each(Object.keys(REPLIES))(
  "whatever %s states as usage, an image is never booked below its price",
  async (name) => {
    const provider = builtInCatalogue.providers.get(name);
    const offered = calls.filter((priced) => priced.provider === name);
    if (provider?.kind !== "http" || offered.length === 0) throw new Error(`nothing to buy from ${name}`);
    let believed = 0;
    await fc.assert(
      fc.asyncProperty(
        anyUsageOf(name),
        fc.constantFrom(...offered),
        fc.integer({ min: 1, max: 3 }),
        async (usage, made, many) => {
          const count = name === "gemini" ? 1 : many;
          const call = { ...made.call, count };
          const priced = pricedCall(call.request, call.offer, count);
          const worst = worstCaseCallMicroUsd(call.row, priced);
          // Only what the ending reads.
          const task = { call, row: call.row, reservation: { amountMicroUsd: worst } } as AttemptTask;
          const reply = await provider
            .read(fakeResponse({ body: REPLIES[name]?.(count, usage) ?? "" }), call, nodeCodec)
            .catch((error: unknown) => {
              if (isArtdeskError(error)) return error;
              throw error;
            });
          if (isArtdeskError(reply)) throw new Error(`an image was lost: ${reply.message}`);
          const ending = describeEnding(task, { reply, error: reply.problem, posts: 1 }, tablePrice(task, count));
          const least = leastCallMicroUsd(call.row, priced);
          // A price that the provider states itself may lie below its list.
          const floor = name === "openrouter" ? Math.ceil(least / 10) : least;
          expect(ending.costMicroUsd).toBeGreaterThanOrEqual(floor);
          expect(ending.costMicroUsd).toBeLessThanOrEqual(1000 * worst);
          expect(Number.isSafeInteger(ending.costMicroUsd)).toBe(true);
          expect(ending).toMatchObject({ outcome: "delivered", billed: "yes" });
          if (ending.costMicroUsd !== tablePrice(task, count)) believed += 1;
        },
      ),
      { numRuns: 1_500 },
    );
    // Some of it must have been possible, or nothing was read.
    expect(believed).toBeGreaterThan(0);
  },
);

test("the most that a request lets a provider bill is what is set aside: every token of its limit at the dearest rate", () => {
  const limited = calls.filter(({ call }) => call.row.price.kind === "token_table" && call.row.provider === "gemini");
  expect(limited.length).toBeGreaterThan(2);
  for (const { call } of limited) {
    const provider = builtInCatalogue.providers.get(call.offer.provider);
    const { price } = call.row;
    if (provider?.kind !== "http" || price.kind !== "token_table") throw new Error("no provider");
    const sent = JSON.parse(String(provider.build(call, nodeCodec).body)) as {
      generationConfig: { maxOutputTokens?: number };
    };
    const limit = sent.generationConfig.maxOutputTokens ?? Number.POSITIVE_INFINITY;
    const { prices } = price;
    const input = (Buffer.byteLength(call.request.prompt) + price.promptOverheadTokens) * prices.inputText;
    const most = limit * Math.max(prices.outputImage, prices.outputText) + input;
    const reserved = worstCaseCallMicroUsd(call.row, pricedCall(call.request, call.offer, 1));
    expect([call.row.id, call.offer.resolution, reserved >= Math.floor(most)]).toEqual([
      call.row.id,
      call.offer.resolution,
      true,
    ]);
  }
});
