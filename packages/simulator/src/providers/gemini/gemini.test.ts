import { GoogleGenAI } from "@google/genai";
import { describe, expect, test } from "vitest";
import {
  decodeImage,
  geminiPrompt,
  pictureOf,
  postGemini,
  simulatorForTest,
} from "../../testing/simulator-under-test.ts";
import type { GeminiPart } from "../../testing/simulator-under-test.ts";

const PRO = "gemini-3-pro-image";
const NANO = "gemini-nano-banana-2.1";
const FLASH = "gemini-3.1-flash-image";
const LITE = "gemini-3.1-flash-lite-image";

function finalImage(parts: readonly GeminiPart[] | undefined): string {
  return parts?.findLast((part) => part.inlineData && !part.thought)?.inlineData?.data ?? "";
}

describe("the official client", () => {
  test("gets a draft in a thought first, then the image, and usage gives the amount on the statement", async () => {
    const simulator = await simulatorForTest();
    const client = new GoogleGenAI({ apiKey: "sim-gemini", httpOptions: { baseUrl: `${simulator.url}/gemini` } });
    const reply = await client.models.generateContent({
      model: PRO,
      contents: "a lighthouse",
      config: { responseModalities: ["TEXT", "IMAGE"], imageConfig: { aspectRatio: "16:9", imageSize: "2K" } },
    });
    const parts = reply.candidates?.[0]?.content?.parts ?? [];
    expect(parts.map((part) => [part.thought ?? false, part.inlineData ? "image" : "text"])).toEqual([
      [true, "text"],
      [true, "image"],
      [false, "text"],
      [false, "image"],
    ]);
    expect(parts[3]?.thoughtSignature).toBeTruthy();
    expect(parts[3]?.inlineData?.mimeType).toBe("image/jpeg");
    expect(await decodeImage(parts[3]?.inlineData?.data ?? "")).toMatchObject({ format: "jpeg", size: "2752x1536" });
    expect(await decodeImage(parts[1]?.inlineData?.data ?? "")).toMatchObject({ size: "1376x768" });
    const usage = reply.usageMetadata;
    const thoughts = usage?.thoughtsTokenCount ?? 0;
    expect(thoughts).toBeGreaterThanOrEqual(80);
    expect(thoughts).toBeLessThanOrEqual(240);
    expect(usage).toMatchObject({
      promptTokenCount: 3,
      candidatesTokenCount: 1128,
      totalTokenCount: 3 + 1128 + thoughts,
    });
    expect(simulator.statement().entries).toMatchObject([
      {
        provider: "gemini",
        model: PRO,
        images: 1,
        requestId: reply.responseId,
        microUsd: 3 * 2 + 1120 * 120 + (8 + thoughts) * 12,
      },
    ]);
  });

  test("finds the models through its own environment variable, which appends the version again", async () => {
    const simulator = await simulatorForTest();
    const client = new GoogleGenAI({
      apiKey: "sim-gemini",
      httpOptions: { baseUrl: simulator.env["GOOGLE_GEMINI_BASE_URL"] ?? "" },
    });
    const reply = await client.models.generateContent({
      model: LITE,
      contents: "x",
      config: { responseModalities: ["IMAGE"] },
    });
    expect(reply.modelVersion).toBe(LITE);
    const names: (string | undefined)[] = [];
    for await (const model of await client.models.list()) names.push(model.name);
    expect(names).toEqual([PRO, NANO, FLASH, LITE].map((id) => `models/${id}`));
  });
});

test.each([
  [PRO, "1:1", "1K", "1024x1024", 1120],
  [PRO, "2:3", "1K", "848x1264", 1120],
  [PRO, "21:9", "1K", "1584x672", 1120],
  [PRO, "5:4", "2K", "2304x1856", 1120],
  [PRO, "4:3", "4K", "4800x3584", 2000],
  [NANO, "9:16", "1K", "768x1376", 1120],
  [NANO, "3:2", "4K", "5056x3392", 3780],
  [NANO, "1:8", "1K", "384x3072", 1120],
  [FLASH, "16:9", "512", "688x384", 747],
  [FLASH, "4:1", "2K", "4096x1024", 1680],
  [LITE, "4:5", "1K", "928x1152", 1120],
])("%s %s at %s is %s and %i tokens", async (model, aspectRatio, imageSize, size, tokens) => {
  const { body } = await postGemini(await simulatorForTest(), model, geminiPrompt("x", { aspectRatio, imageSize }));
  expect(await decodeImage(finalImage(body.candidates[0]?.content?.parts))).toMatchObject({ size });
  expect(body.usageMetadata).toMatchObject({
    candidatesTokenCount: tokens,
    candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: tokens }],
  });
});

test("without an image configuration: square at 1K, and text with it", async () => {
  const { body } = await postGemini(await simulatorForTest(), FLASH, { contents: [{ parts: [{ text: "x" }] }] });
  const parts = body.candidates[0]?.content?.parts ?? [];
  expect(parts.map((part) => Object.keys(part))).toEqual([["text"], ["inlineData"]]);
  expect(await decodeImage(finalImage(parts))).toEqual({ format: "png", size: "1024x1024", hasAlpha: false });
  expect(body.usageMetadata.thoughtsTokenCount).toBeUndefined();
});

test("thoughts can be hidden, and are billed all the same", async () => {
  const simulator = await simulatorForTest();
  const { body } = await postGemini(
    simulator,
    NANO,
    geminiPrompt("x", {}, { thinkingConfig: { thinkingLevel: "HIGH", includeThoughts: false } }),
  );
  expect(body.candidates[0]?.content?.parts).toHaveLength(1);
  const thoughts = body.usageMetadata.thoughtsTokenCount ?? 0;
  expect(simulator.statement().totalMicroUsd).toBe(Math.ceil(1 * 1.5 + 1120 * 30 + thoughts * 7.5));
});

test.each([
  [PRO, 560],
  [NANO, 1120],
])("%s: a reference picture is an edit and costs %i tokens", async (model, tokens) => {
  const simulator = await simulatorForTest();
  const inlineData = { mimeType: "image/png", data: (await pictureOf(64, 64)).toString("base64") };
  const { body } = await postGemini(simulator, model, {
    contents: [{ parts: [{ text: "make it night!" }, { inlineData }, { inlineData }] }],
  });
  expect(body.usageMetadata.promptTokenCount).toBe(4 + 2 * tokens);
  expect(simulator.statement().entries[0]?.operation).toBe("edit");
});

const text = [{ parts: [{ text: "x" }] }];

test.each([
  ["an unknown field", PRO, { contents: text, foo: 1 }, 'Unknown name "foo": Cannot find field'],
  [
    "an unknown field further down",
    PRO,
    { contents: text, generationConfig: { imageConfig: { size: "1K" } } },
    `Unknown name "size" at 'generation_config.image_config'`,
  ],
  [
    "thinkingLevel in the wrong place",
    PRO,
    { contents: text, generationConfig: { thinkingLevel: "HIGH" } },
    'Unknown name "thinkingLevel"',
  ],
  ["no contents", PRO, {}, "contents is not specified"],
  ["empty contents", PRO, { contents: [] }, "contents is not specified"],
  ["a ratio outside the ten of pro", PRO, geminiPrompt("x", { aspectRatio: "1:4" }), "aspect ratio"],
  ["a ratio outside the fourteen", NANO, geminiPrompt("x", { aspectRatio: "2:1" }), "aspect ratio"],
  ["a small k", PRO, geminiPrompt("x", { imageSize: "1k" }), "image size"],
  ["512 on pro", PRO, geminiPrompt("x", { imageSize: "512" }), "image size"],
  ["512 on 2.1", NANO, geminiPrompt("x", { imageSize: "512" }), "image size"],
  ["2K on lite", LITE, geminiPrompt("x", { imageSize: "2K" }), "image size"],
  ["pixels", FLASH, geminiPrompt("x", { imageSize: "1024x1024" }), "image size"],
  ["two candidates", PRO, geminiPrompt("x", {}, { candidateCount: 2 }), "Multiple candidates"],
  ["text alone", PRO, geminiPrompt("x", {}, { responseModalities: ["TEXT"] }), "IMAGE"],
  ["a modality in lower case", PRO, geminiPrompt("x", {}, { responseModalities: ["image"] }), "response_modalities"],
  ["low thinking on 2.1", NANO, geminiPrompt("x", {}, { thinkingConfig: { thinkingLevel: "LOW" } }), "Thinking level"],
  [
    "a GIF reference",
    PRO,
    { contents: [{ parts: [{ inlineData: { mimeType: "image/gif", data: "AAAA" } }] }] },
    "MIME type",
  ],
  [
    "a reference that is no picture",
    PRO,
    { contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] }] },
    "process input image",
  ],
  [
    "a reference that is no base64",
    PRO,
    { contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: "?" } }] }] },
    "Base64",
  ],
])("%s is refused and costs nothing", async (_name, model, request, message) => {
  const simulator = await simulatorForTest();
  const { status, body } = await postGemini(simulator, model, request);
  expect([status, body.error.status, body.error.code]).toEqual([400, "INVALID_ARGUMENT", 400]);
  expect(body.error.message).toContain(message);
  expect(simulator.statement().entries).toEqual([]);
});

test("14 references are taken, 15 are refused", async () => {
  const simulator = await simulatorForTest();
  const inlineData = { mimeType: "image/png", data: (await pictureOf(8, 8)).toString("base64") };
  const ask = (count: number): Promise<{ status: number }> =>
    postGemini(simulator, PRO, {
      contents: [{ parts: [{ text: "x" }, ...Array.from({ length: count }, () => ({ inlineData }))] }],
    });
  expect((await ask(14)).status).toBe(200);
  expect((await ask(15)).status).toBe(400);
});

test.each([["gemini-2.5-flash-image"], ["gemini-3-pro-image-preview"], ["imagen-4.0-generate-001"]])(
  "%s is not found",
  async (model) => {
    const { status, body } = await postGemini(await simulatorForTest(), model, geminiPrompt("x"));
    expect([status, body.error.status]).toEqual([404, "NOT_FOUND"]);
  },
);

test("a key is needed, in the header or the query, and is kept nowhere", async () => {
  const simulator = await simulatorForTest();
  const send = (query: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${simulator.url}/gemini/v1beta/models/${LITE}:generateContent${query}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(geminiPrompt("x")),
    });
  expect((await send("", {})).status).toBe(403);
  expect((await send("", { "x-goog-api-key": "" })).status).toBe(403);
  expect((await send("?key=secret-1", {})).status).toBe(200);
  expect((await send("", { "x-goog-api-key": "secret-2", authorization: "Bearer secret-3" })).status).toBe(200);
  expect(simulator.calls().map(({ hasKey }) => hasKey)).toEqual([false, false, true, true]);
  expect(JSON.stringify(simulator.calls())).not.toContain("secret");
});

test("uploaded files and streaming are refused", async () => {
  const simulator = await simulatorForTest();
  const file = await postGemini(simulator, PRO, {
    contents: [{ parts: [{ fileData: { fileUri: "https://example.com/files/abc" } }] }],
  });
  expect([file.status, file.body.error.status]).toEqual([403, "PERMISSION_DENIED"]);
  const stream = await fetch(`${simulator.url}/gemini/v1beta/models/${PRO}:streamGenerateContent`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": "k" },
    body: "{}",
  });
  expect(stream.status).toBe(400);
});
