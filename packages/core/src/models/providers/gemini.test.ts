import { GoogleGenAI, Modality, type GenerateContentParameters } from "@google/genai";
import { describe, expect, test, vi } from "vitest";
import { contractValidator } from "../../../test/contract-schemas.ts";
import { noiseImage } from "../../../test/noise-image.ts";
import { sharedFolder } from "../../../test/shared-folder.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { exampleCall } from "../../testing/example-call.ts";
import { fakeResponse } from "../../testing/fake-http.ts";
import { providerContract } from "../../testing/provider-contract.ts";
import { geminiFixture } from "./__fixtures__/gemini.ts";
import { gemini, type GeminiBody } from "./gemini.ts";

const image = await noiseImage({ widthPx: 48, heightPx: 32 });
providerContract(gemini, geminiFixture, { test, codec: nodeCodec, image });

const { call } = geminiFixture;
const base64 = nodeCodec.encodeBase64(image);
const bodyOf = (each: typeof call): GeminiBody => JSON.parse(String(gemini.build(each, nodeCodec).body)) as GeminiBody;

test("the official package sends the same", async () => {
  for (const { call: each } of geminiFixture.requests) {
    const sent: Request[] = [];
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      sent.push(new Request(url, init));
      return Promise.resolve(Response.json({ candidates: [] }));
    });
    const { contents, generationConfig } = bodyOf(each);
    const parameters = {
      model: each.offer.model,
      contents: contents.map(({ role, parts }) => ({ role, parts: [...parts] })),
      config: { ...generationConfig, responseModalities: [Modality.IMAGE] },
    } satisfies GenerateContentParameters;
    try {
      // The package's own default is v1; Google's guides for image models use v1beta, and both take the same body.
      await new GoogleGenAI({ apiKey: "test", httpOptions: { apiVersion: "v1beta" } }).models.generateContent(
        parameters,
      );
    } finally {
      vi.unstubAllGlobals();
    }
    const ours = gemini.build(each, nodeCodec);
    const [request] = sent;
    expect(sent).toHaveLength(1);
    expect({ method: request?.method, url: request?.url, body: await request?.json() }).toEqual({
      method: ours.method,
      url: `${gemini.auth.defaultBaseUrl}${ours.path}`,
      body: JSON.parse(String(ours.body)),
    });
    expect(request?.headers.has(gemini.auth.header)).toBe(true);
  }
});

test.skipIf(sharedFolder === undefined)("requests fit the package's schema", () => {
  const validate = contractValidator("google-genai-3.1.0.generateContent.schema.json", "GenerateContentRequestWire");
  for (const { call: each } of geminiFixture.requests) {
    expect(validate(bodyOf(each))).toEqual([]);
    expect(validate({ ...bodyOf(each), generationConfig: { imageConfig: { size: "1K" } } })).not.toEqual([]);
  }
});

test.skipIf(sharedFolder === undefined)("the fixture's replies fit the package's schema", () => {
  const validate = contractValidator("google-genai-3.1.0.generateContent.schema.json", "GenerateContentResponseWire");
  expect(validate(JSON.parse(String(geminiFixture.reply([base64]).body)))).toEqual([]);
  for (const name of ["refusal", "no image", "refusal of the prompt itself, without tokens"]) {
    expect(validate(geminiFixture.failures.find((each) => each.name === name)?.reply.body)).toEqual([]);
  }
});

describe("the limit of output tokens", () => {
  const price = geminiFixture.call.row.price;
  const limitOf = (offer: Parameters<typeof exampleCall>[0] & object): number | undefined =>
    bodyOf(exampleCall({ row: { price }, ...offer })).generationConfig.maxOutputTokens;

  test("is the image tokens of the size plus the allowance of the row", () => {
    expect(limitOf({ offer: { ...call.offer, resolution: "4K" } })).toBe(5000);
    if (price.kind !== "token_table") throw new Error("the fixture's price has changed");
    const bySize = { ...price, outputTokens: { "2528x1696/standard": 900, "2K": 1120 } };
    expect(limitOf({ row: { price: bySize }, offer: call.offer })).toBe(3900);
  });

  test("is left out when the row has no figure for the size", () => {
    expect(limitOf({ offer: { ...call.offer, resolution: undefined } })).toBeUndefined();
  });
});

describe("a reply", () => {
  const read = (body: unknown) => gemini.read(fakeResponse({ body, chunkBytes: 333 }), call, nodeCodec);
  const inline = (data: string, thought = false) => ({
    inlineData: { mimeType: "image/png", data },
    ...(thought ? { thought } : {}),
  });

  test("gives the last image that is not a thought", async () => {
    const draft = nodeCodec.encodeBase64(await noiseImage({ widthPx: 40, heightPx: 40 }));
    const parts = [
      inline(draft, true),
      inline(draft),
      { text: "and now" },
      inline(base64),
      { text: "done" },
      inline(draft, true),
    ];
    const reply = await read({ candidates: [{ content: { parts }, finishReason: "STOP" }] });
    expect(reply.images.map(({ sha256 }) => sha256)).toEqual([nodeCodec.sha256Hex(image)]);
    // The draft that was no thought is paid for.
    expect(reply.extras).toMatchObject([{ widthPx: 40, heightPx: 40 }]);
  });

  test.each([
    ["without candidates", {}],
    ["with a candidate that holds nothing", { candidates: [{ content: { role: "model" }, finishReason: "STOP" }] }],
    ["with empty words", { candidates: [{ content: { parts: [{ text: "" }] } }] }],
  ])("%s is a passing failure with a known bill", async (_, body) => {
    const usageMetadata = { promptTokenCount: 9, totalTokenCount: 9 };
    await expect(read({ ...body, usageMetadata })).rejects.toMatchObject({
      code: "unavailable",
      billed: "yes",
      usage: { inputTextTokens: 9 },
    });
    await expect(read(body)).rejects.toMatchObject({ code: "bad_response", billed: "unknown" });
  });

  test("that was cut at the limit delivers nothing, and keeps what came as drafts", async () => {
    const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 3168, totalTokenCount: 3177 };
    const parts = [inline(base64), inline(base64)];
    const reply = await read({ candidates: [{ content: { parts }, finishReason: "MAX_TOKENS" }], usageMetadata });
    expect([reply.images, reply.extras?.length]).toEqual([[], 2]);
    expect(reply.problem).toMatchObject({ code: "bad_response", billed: "yes", usage: { outputImageTokens: 3168 } });
    expect(reply.problem?.shortMessage).toMatch(/was cut at its limit/);
    const silent = await read({ candidates: [{ content: { parts }, finishReason: "MAX_TOKENS" }] });
    expect(silent.problem?.billed).toBe("unknown");
  });

  test("with nothing but drafts holds no image", async () => {
    await expect(
      read({ candidates: [{ content: { parts: [inline(base64, true)] }, finishReason: "STOP" }] }),
    ).rejects.toMatchObject({
      code: "bad_response",
      billed: "unknown",
    });
  });

  test("that holds an image is delivered, whatever its finish reason", async () => {
    const reply = await read({ candidates: [{ content: { parts: [inline(base64)] }, finishReason: "IMAGE_SAFETY" }] });
    expect(reply.images).toHaveLength(1);
  });

  test("separates cached tokens from the others", async () => {
    const usageMetadata = {
      promptTokenCount: 1000,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 440 },
        { modality: "IMAGE", tokenCount: 560 },
      ],
      cachedContentTokenCount: 700,
      cacheTokensDetails: [
        { modality: "TEXT", tokenCount: 300 },
        { modality: "IMAGE", tokenCount: 400 },
      ],
      candidatesTokenCount: 1120,
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1120 }],
    };
    const reply = await read({ candidates: [{ content: { parts: [inline(base64)] } }], usageMetadata });
    expect(reply.usage).toEqual({
      inputTextTokens: 140,
      cachedInputTextTokens: 300,
      inputImageTokens: 160,
      cachedInputImageTokens: 400,
      outputImageTokens: 1120,
      outputTextTokens: 0,
    });
  });

  test("with words instead of an image says what was said, with no secret in it", async () => {
    const parts = [{ text: "thinking", thought: true }, { text: `I cannot draw. Key sk-${"a1".repeat(20)}` }];
    await expect(read({ candidates: [{ content: { parts }, finishReason: "STOP" }] })).rejects.toMatchObject({
      code: "bad_response",
      details: "STOP - I cannot draw. Key [redacted]",
    });
  });
});
