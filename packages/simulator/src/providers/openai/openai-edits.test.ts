import { describe, expect, test } from "vitest";
import type { Simulator } from "../../start-simulator.ts";
import { dataUrlOf, pictureOf, postOpenAi, simulatorForTest } from "../../testing/simulator-under-test.ts";

describe("JSON edits", () => {
  test("take data URLs and a mask", async () => {
    const simulator = await simulatorForTest();
    const images = [{ image_url: await dataUrlOf(1024, 768) }];
    const mask = { image_url: await dataUrlOf(1024, 768) };
    const { status, body } = await postOpenAi(
      simulator,
      { model: "gpt-image-2", prompt: "x", images, mask, quality: "low", size: "1536x1024" },
      "/images/edits",
    );
    expect(status).toBe(200);
    expect(body.usage.input_tokens_details).toEqual({ text_tokens: 7, image_tokens: 768 });
    expect(simulator.statement().entries).toMatchObject([{ operation: "edit", microUsd: 7 * 5 + 768 * 8 + 158 * 30 }]);
  });

  test.each([
    ["no picture", {}, "missing_required_parameter", "images"],
    ["an empty list", { images: [] }, "empty_array", "images"],
    [
      "17 pictures",
      { images: Array.from({ length: 17 }, () => ({ file_id: "file-1" })) },
      "array_above_max_length",
      "images",
    ],
    ["a file that was never uploaded", { images: [{ file_id: "file-1" }] }, "file_not_found", "images[0].file_id"],
    [
      "both ways at once",
      { images: [{ file_id: "file-1", image_url: "data:image/png;base64,AAAA" }] },
      "invalid_value",
      "images[0]",
    ],
    [
      "an address on the web",
      { images: [{ image_url: "https://example.com/a.png" }] },
      "invalid_image_url",
      "images[0].image_url",
    ],
    [
      "bytes that are no picture",
      { images: [{ image_url: "data:image/png;base64,AAAA" }] },
      "invalid_image_file",
      "images",
    ],
    ["an unknown field in a reference", { images: [{ url: "x" }] }, "unknown_parameter", "images[0].url"],
    ["multipart's field name", { image: "x" }, "missing_required_parameter", "images"],
  ])("%s is refused", async (_name, fields, code, param) => {
    const simulator = await simulatorForTest();
    const { status, body } = await postOpenAi(
      simulator,
      { model: "gpt-image-2", prompt: "x", ...fields },
      "/images/edits",
    );
    expect([status, body.error.code, body.error.param]).toEqual([400, code, param]);
    expect(simulator.statement().entries).toEqual([]);
  });

  test("a mask must be a PNG with alpha and of the picture's size; sizes are the model's", async () => {
    const simulator = await simulatorForTest();
    const images = [{ image_url: await dataUrlOf(512, 512) }];
    const send = (fields: object) =>
      postOpenAi(simulator, { model: "gpt-image-2", prompt: "x", images, ...fields }, "/images/edits");
    const ask = async (fields: object): Promise<unknown> => (await send(fields)).body.error.param;
    const askStatus = async (fields: object): Promise<number> => (await send(fields)).status;
    expect(await ask({ mask: { image_url: await dataUrlOf(256, 256) } })).toBe("mask");
    const jpeg = (await pictureOf(512, 512, "jpeg")).toString("base64");
    expect(await ask({ mask: { image_url: `data:image/jpeg;base64,${jpeg}` } })).toBe("mask");
    expect(await ask({ size: "1500x864" })).toBe("size");
    expect(await ask({ size: "1536x864", model: "gpt-image-1.5" })).toBe("size");
    expect(simulator.statement().entries).toEqual([]);
    expect(await askStatus({ size: "1536x864" })).toBe(200);
  });
});

describe("multipart edits", () => {
  const send = async (
    simulator: Simulator,
    parts: readonly (readonly [string, string | Blob])[],
  ): Promise<{ status: number; param: unknown }> => {
    const form = new FormData();
    for (const [name, value] of parts) form.append(name, value);
    const response = await fetch(`${simulator.url}/openai/v1/images/edits`, {
      method: "POST",
      headers: { authorization: "Bearer k" },
      body: form,
    });
    const body = (await response.json()) as { error?: { param: unknown } };
    return { status: response.status, param: body.error?.param };
  };

  test("take repeated `image` as well as `image[]`, and refuse what they do not know", async () => {
    const simulator = await simulatorForTest();
    const picture = new Blob([new Uint8Array(await pictureOf(64, 64))], { type: "image/png" });
    const base = [
      ["model", "gpt-image-2"],
      ["prompt", "x"],
      ["quality", "low"],
    ] as const;
    expect(await send(simulator, [...base, ["image", picture], ["image", picture]])).toEqual({
      status: 200,
      param: undefined,
    });
    expect(simulator.statement().images).toBe(1);
    expect(await send(simulator, [...base, ["image[]", picture], ["size", "2048x1152"]])).toMatchObject({
      status: 200,
    });
    expect(await send(simulator, base)).toEqual({ status: 400, param: "image" });
    expect(await send(simulator, [...base, ["image", picture], ["n", "many"]])).toEqual({ status: 400, param: "n" });
    expect(await send(simulator, [...base, ["image", picture], ["style", "vivid"]])).toEqual({
      status: 400,
      param: "style",
    });
    expect(await send(simulator, [...base, ["image", picture], ["picture", picture]])).toEqual({
      status: 400,
      param: "picture",
    });
    expect(await send(simulator, [...base, ["image", picture], ["markup", picture]])).toEqual({
      status: 400,
      param: "markup",
    });
    expect(simulator.statement().images).toBe(2);
  });
});
