import { expect, test } from "vitest";
import { dataUrlOf, postOpenAi, simulatorForTest } from "../../testing/simulator-under-test.ts";

const base = { model: "gpt-image-2", prompt: "a fox" };

test.each([
  ["an unknown parameter", { response_format: "b64_json" }, "unknown_parameter", "response_format"],
  ["no model", { model: undefined }, "missing_required_parameter", "model"],
  ["no prompt", { prompt: undefined }, "missing_required_parameter", "prompt"],
  ["an empty prompt", { prompt: "" }, "empty_string", "prompt"],
  ["a prompt of 32,001 characters", { prompt: "a".repeat(32_001) }, "string_above_max_length", "prompt"],
  ["n below 1", { n: 0 }, "integer_below_min_value", "n"],
  ["n above 10", { n: 11 }, "integer_above_max_value", "n"],
  ["n as a text", { n: "2" }, "invalid_type", "n"],
  ["half an image", { n: 1.5 }, "invalid_type", "n"],
  ["a quality nobody knows", { quality: "ultra" }, "invalid_value", "quality"],
  ["DALL-E's quality", { quality: "hd" }, "invalid_value", "quality"],
  ["xhigh before 2.5", { quality: "xhigh" }, "invalid_value", "quality"],
  ["max before 2.5", { quality: "max" }, "invalid_value", "quality"],
  ["an edge that is no multiple of 16", { size: "1000x1000" }, "invalid_value", "size"],
  ["an edge above 3840", { size: "3856x2048" }, "invalid_value", "size"],
  ["a ratio above 3:1", { size: "3840x1264" }, "invalid_value", "size"],
  ["too few pixels", { size: "800x800" }, "invalid_value", "size"],
  ["too many pixels", { size: "3840x2176" }, "invalid_value", "size"],
  ["a size that is none", { size: "big" }, "invalid_value", "size"],
  ["an odd size on 1.5", { model: "gpt-image-1.5", size: "1536x864" }, "invalid_value", "size"],
  ["an odd size on mini", { model: "gpt-image-1-mini", size: "2048x2048" }, "invalid_value", "size"],
  ["a transparent JPEG", { background: "transparent", output_format: "jpeg" }, "invalid_value", "background"],
  ["a compressed PNG", { output_compression: 50 }, "invalid_value", "output_compression"],
  [
    "compression above 100",
    { output_format: "webp", output_compression: 101 },
    "integer_above_max_value",
    "output_compression",
  ],
  ["GIF", { output_format: "gif" }, "invalid_value", "output_format"],
  ["complexity before 2.6", { model: "gpt-image-2.5-flare", complexity: "low" }, "unsupported_parameter", "complexity"],
  ["input_fidelity outside edits", { input_fidelity: "high" }, "unknown_parameter", "input_fidelity"],
  ["frames without GIF", { frame_count: 4 }, "unsupported_parameter", "frame_count"],
  ["streaming", { stream: true }, "unsupported_value", "stream"],
  ["partial images without a stream", { partial_images: 2 }, "invalid_value", "partial_images"],
])("%s is refused and costs nothing", async (_name, fields, code, param) => {
  const simulator = await simulatorForTest();
  const { status, body } = await postOpenAi(simulator, { ...base, ...fields });
  expect([status, body.error.code, body.error.param, body.error.type]).toEqual([
    400,
    code,
    param,
    "invalid_request_error",
  ]);
  expect(simulator.statement()).toEqual({ entries: [], totalMicroUsd: 0, images: 0 });
});

test.each([
  [
    {
      model: "gpt-image-2",
      quality: "auto",
      n: 1,
      stream: false,
      moderation: "low",
      user: "u",
      safety_identifier: null,
    },
  ],
  [{ model: "gpt-image-2-2026-04-21", quality: "low", size: "1024x640" }],
  [{ model: "gpt-image-2.5-flare-2026-09-08", quality: "xhigh", size: "auto" }],
  [{ model: "gpt-image-2.5-sunburst", quality: "max", size: "1536x1024", background: "opaque" }],
  [{ model: "gpt-image-2.6-flare", quality: "low", complexity: "high" }],
  [{ model: "gpt-image-2.6-sunburst", quality: "xhigh", partial_images: 0 }],
  [{ model: "gpt-image-1-mini", quality: "low", size: "1536x1024", n: null }],
])("%j is taken", async (fields) => {
  const { status } = await postOpenAi(await simulatorForTest(), { prompt: "x", ...fields });
  expect(status).toBe(200);
});

test("input_fidelity belongs to edits with 1.5, and low to mini", async () => {
  const simulator = await simulatorForTest();
  const ask = async (model: string, fidelity: string): Promise<unknown> => {
    const body = {
      prompt: "x",
      model,
      input_fidelity: fidelity,
      quality: "low",
      images: [{ image_url: await dataUrlOf(32, 32) }],
    };
    return (await postOpenAi(simulator, body, "/images/edits")).status;
  };
  expect(await ask("gpt-image-1.5", "high")).toBe(200);
  expect(await ask("gpt-image-1-mini", "low")).toBe(200);
  expect(await ask("gpt-image-1-mini", "high")).toBe(400);
  expect(await ask("gpt-image-2", "high")).toBe(400);
});

test.each([["gpt-image-1"], ["dall-e-2"], ["dall-e-3"], ["gpt-image-9"]])("%s is not found", async (model) => {
  const { status, body } = await postOpenAi(await simulatorForTest(), { model, prompt: "x" });
  expect([status, body.error.code]).toEqual([404, "model_not_found"]);
});

test.each([[undefined], [""], ["Bearer "], ["Basic abc"]])("authorization %j is no key", async (authorization) => {
  const simulator = await simulatorForTest();
  const headers = { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) };
  const response = await fetch(`${simulator.url}/openai/v1/images/generations`, {
    method: "POST",
    headers,
    body: JSON.stringify(base),
  });
  expect(response.status).toBe(401);
  expect(simulator.calls()[0]).toMatchObject({ status: 401 });
  expect(simulator.statement().entries).toEqual([]);
});

test("a body that is no JSON is refused, and so is another path", async () => {
  const simulator = await simulatorForTest();
  const send = (path: string, contentType: string, body: string): Promise<Response> =>
    fetch(`${simulator.url}/openai/v1${path}`, {
      method: "POST",
      headers: { authorization: "Bearer k", "content-type": contentType },
      body,
    });
  expect((await send("/images/generations", "application/json", "{")).status).toBe(400);
  expect((await send("/images/generations", "text/plain", JSON.stringify(base))).status).toBe(400);
  expect((await send("/images/generations", "application/json", "")).status).toBe(400);
  expect((await send("/images/variations", "application/json", "{}")).status).toBe(404);
  expect((await send("/images/edits", "multipart/form-data; boundary=x", "nothing")).status).toBe(400);
  expect(simulator.statement().entries).toEqual([]);
});
