import { OpenAI, toFile } from "openai";
import { describe, expect, test } from "vitest";
import type { Simulator } from "../../start-simulator.ts";
import {
  decodeImage,
  pictureOf,
  postOpenAi,
  simulatorForTest,
  TEST_DAY_MS,
} from "../../testing/simulator-under-test.ts";

function clientOf(simulator: Simulator): OpenAI {
  return new OpenAI({ apiKey: "sim-openai", baseURL: simulator.env["OPENAI_BASE_URL"] ?? "", maxRetries: 0 });
}

describe("the official client", () => {
  test("generates images that decode at the asked size, and usage gives the amount on the statement", async () => {
    const simulator = await simulatorForTest();
    const reply = await clientOf(simulator).images.generate({
      model: "gpt-image-2",
      prompt: "a fox in snow",
      size: "1536x864",
      quality: "medium",
      n: 2,
    });
    const images = await Promise.all((reply.data ?? []).map((image) => decodeImage(image.b64_json ?? "")));
    expect(images).toEqual([
      { format: "png", size: "1536x864", hasAlpha: false },
      { format: "png", size: "1536x864", hasAlpha: false },
    ]);
    expect(reply.usage).toEqual({
      input_tokens: 10,
      input_tokens_details: { text_tokens: 10, image_tokens: 0 },
      output_tokens: 2 * 1078,
      output_tokens_details: { image_tokens: 2 * 1078, text_tokens: 0 },
      total_tokens: 10 + 2 * 1078,
    });
    expect(simulator.statement()).toMatchObject({
      totalMicroUsd: 10 * 5 + 2 * 1078 * 30,
      images: 2,
      entries: [{ delivered: true, requestId: reply._request_id }],
    });
  });

  test("edits with several pictures and a mask, as multipart", async () => {
    const simulator = await simulatorForTest();
    const image = await pictureOf(512, 512);
    const mask = await pictureOf(512, 512);
    const reply = await clientOf(simulator).images.edit({
      model: "gpt-image-2.5-flare",
      prompt: "make it night",
      image: [
        await toFile(image, "a.png", { type: "image/png" }),
        await toFile(await pictureOf(2000, 2000, "jpeg"), "b.jpg", { type: "image/jpeg" }),
      ],
      mask: await toFile(mask, "mask.png", { type: "image/png" }),
      size: "1024x1536",
      quality: "low",
      n: 2,
      output_format: "webp",
      output_compression: 60,
    });
    expect(await decodeImage(reply.data?.[1]?.b64_json ?? "")).toEqual({
      format: "webp",
      size: "1024x1536",
      hasAlpha: false,
    });
    expect(reply.usage).toMatchObject({
      input_tokens_details: { text_tokens: 10, image_tokens: 1024 + 1536 },
      output_tokens_details: { image_tokens: 2 * 158, text_tokens: 0 },
    });
    expect(simulator.statement().entries).toMatchObject([
      { operation: "edit", images: 2, microUsd: 10 * 5 + 2560 * 8 + 2 * 158 * 30 },
    ]);
    const single = await clientOf(simulator).images.edit({
      model: "gpt-image-2",
      prompt: "x",
      image: await toFile(image, "a.png", { type: "image/png" }),
    });
    expect(single.data).toHaveLength(1);
  });

  test("lists models with their shutdown dates, until that day", async () => {
    let nowMs = TEST_DAY_MS;
    const simulator = await simulatorForTest({ now: () => nowMs });
    const client = clientOf(simulator);
    const shutdownOf = async (): Promise<Record<string, unknown>> => {
      const { data } = await client.models.list();
      return Object.fromEntries(
        data.map((model) => [model.id, (model as unknown as { shutdown_date: unknown }).shutdown_date]),
      );
    };
    expect(await shutdownOf()).toMatchObject({
      "gpt-image-2": null,
      "gpt-image-2.6-sunburst": null,
      "gpt-image-1.5": "2026-12-01",
      "gpt-image-1-mini": "2026-12-01",
      "chatgpt-image-latest": "2026-12-01",
    });
    expect((await client.models.retrieve("gpt-image-1.5")).id).toBe("gpt-image-1.5");
    nowMs = Date.parse("2026-12-01T00:00:00Z");
    expect(await shutdownOf()).not.toHaveProperty("gpt-image-1.5");
    await expect(client.models.retrieve("gpt-image-1.5")).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
    await expect(client.images.generate({ model: "chatgpt-image-latest", prompt: "x" })).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });

  test("sees typed errors", async () => {
    const simulator = await simulatorForTest();
    await expect(clientOf(simulator).images.generate({ model: "dall-e-3", prompt: "x" })).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
      requestID: expect.stringMatching(/^req_[0-9a-f]{32}$/) as string,
    });
    expect(simulator.statement().entries).toEqual([]);
  });
});

test.each([
  ["png", "1024x1024", "png"],
  ["jpeg", "1536x1024", "jpeg"],
  ["webp", "1024x1536", "webp"],
  ["png", "auto", "png"],
  ["jpeg", "3840x1280", "jpeg"],
])("%s at %s", async (format, size, decoded) => {
  const { body } = await postOpenAi(await simulatorForTest(), {
    model: "gpt-image-2",
    prompt: "x",
    size,
    output_format: format,
    quality: "low",
  });
  const expected = size === "auto" ? "1024x1024" : size;
  expect(body.size).toBe(expected);
  expect(await decodeImage(body.data[0]?.b64_json ?? "")).toEqual({ format: decoded, size: expected, hasAlpha: false });
});

test.each(["png", "webp"])("a transparent background gives %s an alpha channel", async (format) => {
  const { body } = await postOpenAi(await simulatorForTest(), {
    model: "gpt-image-2.5-flare",
    prompt: "x",
    background: "transparent",
    output_format: format,
  });
  expect(await decodeImage(body.data[0]?.b64_json ?? "")).toMatchObject({ format, hasAlpha: true });
});

test("gpt-image-2 makes nothing transparent since 2026-09-30, and bills nothing for asking", async () => {
  let nowMs = Date.parse("2026-09-29T12:00:00Z");
  const simulator = await simulatorForTest({ now: () => nowMs });
  const ask = () => postOpenAi(simulator, { model: "gpt-image-2", prompt: "x", background: "transparent" });
  expect((await ask()).status).toBe(200);
  nowMs += 86_400_000;
  const { status, body } = await ask();
  expect([status, body.error.message]).toEqual([400, "Transparent background is not supported for this model."]);
  expect(simulator.statement().images).toBe(1);
});

test("output_tokens_details are there, as in every recorded reply, unless the option leaves them out", async () => {
  const ask = async (simulator: Simulator, model: string): Promise<unknown> => {
    const { body } = await postOpenAi(simulator, { model, prompt: "x", quality: "low" });
    return body.usage.output_tokens_details;
  };
  const simulator = await simulatorForTest();
  expect(await ask(simulator, "gpt-image-2")).toEqual({ image_tokens: 196, text_tokens: 0 });
  expect(await ask(simulator, "gpt-image-2.5-sunburst")).toEqual({ image_tokens: 196, text_tokens: 0 });
  expect(await ask(simulator, "gpt-image-2.6-flare")).toBeDefined();
  expect(await ask(await simulatorForTest({ openaiOutputDetails: false }), "gpt-image-2.5-flare")).toBeUndefined();
  const old = (await ask(simulator, "gpt-image-1.5")) as { image_tokens: number; text_tokens: number };
  expect(old.image_tokens).toBe(272);
  expect(old.text_tokens).toBeGreaterThanOrEqual(126);
  expect(old.text_tokens).toBeLessThanOrEqual(334);
  expect(simulator.statement().entries.at(-1)?.microUsd).toBe(7 * 5 + 272 * 32 + old.text_tokens * 10);
});

test("auto quality counts and reports as high", async () => {
  const { body } = await postOpenAi(await simulatorForTest(), { model: "gpt-image-1-mini", prompt: "x" });
  expect(body).toMatchObject({ quality: "high", usage: { output_tokens: 4500 } });
});
