import { describe, expect, test } from "vitest";
import type { FaultInput } from "../../faults/fault.ts";
import type { Simulator } from "../../start-simulator.ts";
import { dataUrlOf, decodeImage, simulatorForTest } from "../../testing/simulator-under-test.ts";

interface Body {
  readonly data: readonly { readonly b64_json: string; readonly media_type: string }[];
  readonly usage: { readonly cost: number };
  readonly error: { readonly code: number; readonly message: string; readonly metadata?: object };
}

async function call(
  simulator: Simulator,
  body: unknown,
  headers: Record<string, string> = { authorization: "Bearer k" },
): Promise<{ status: number; body: Body; headers: Headers }> {
  const response = await fetch(`${simulator.url}/openrouter/api/v1/images`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
}

const SEEDREAM = { model: "bytedance-seed/seedream-4.5", prompt: "a fox in snow" };
const FLUX = { model: "black-forest-labs/flux.2-pro", prompt: "a fox in snow" };

describe("images", () => {
  test("come at the asked size, with the price that stands on the statement", async () => {
    const simulator = await simulatorForTest();
    const { body, headers } = await call(simulator, { ...SEEDREAM, size: "2560x1440", output_format: "jpeg" });
    expect(await decodeImage(body.data[0]?.b64_json ?? "")).toMatchObject({ format: "jpeg", size: "2560x1440" });
    expect([body.data[0]?.media_type, body.usage.cost]).toEqual(["image/jpeg", 0.04]);
    expect(simulator.statement()).toMatchObject({
      totalMicroUsd: 40_000,
      entries: [
        { provider: "openrouter", requestId: headers.get("x-generation-id"), delivered: true, operation: "generate" },
      ],
    });
  });

  test("come by shape and class, and are billed by the started megapixel", async () => {
    const simulator = await simulatorForTest();
    const { body } = await call(simulator, { ...FLUX, aspect_ratio: "16:9", resolution: "1K" });
    expect((await decodeImage(body.data[0]?.b64_json ?? "")).size).toBe("1360x768");
    expect(body.usage.cost).toBe(0.06);
    expect(simulator.statement().totalMicroUsd).toBe(60_000);
  });

  test("are edits when references come along", async () => {
    const simulator = await simulatorForTest();
    const reference = { type: "image_url", image_url: { url: await dataUrlOf(64, 64) } };
    const { status } = await call(simulator, { ...SEEDREAM, resolution: "2K", input_references: [reference] });
    expect(status).toBe(200);
    expect(simulator.statement().entries).toMatchObject([{ operation: "edit" }]);
  });
});

test.each([
  ["size", { size: "2048x2048", resolution: "2K" }],
  ["n", { n: 2 }],
  ["resolution", { resolution: "1K" }],
  ["aspect_ratio", { aspect_ratio: "7:5" }],
  ["image_size", { image_size: "2K" }],
  ["quality", { quality: "hd" }],
  ["input_references", { input_references: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }] }],
  ["input_references", { input_references: [{ url: "x" }] }],
])("a wrong %s is refused and costs nothing: %j", async (field, fields) => {
  const simulator = await simulatorForTest();
  const { status, body } = await call(simulator, { ...SEEDREAM, ...fields });
  expect([status, body.error.code]).toEqual([400, 400]);
  expect(body.error.message).toContain(field);
  expect(simulator.statement().entries).toEqual([]);
});

test("no key is 401, an unknown model 404", async () => {
  const simulator = await simulatorForTest();
  expect((await call(simulator, SEEDREAM, {})).status).toBe(401);
  expect((await call(simulator, { ...SEEDREAM, model: "nobody/nothing" })).body.error).toEqual({
    code: 404,
    message: "No endpoints found for nobody/nothing.",
  });
});

test.each<[FaultInput, number, number]>([
  [{ kind: "rate_limit", retryAfterMs: 1500 }, 429, 0],
  [{ kind: "billing_429" }, 402, 0],
  [{ kind: "auth" }, 401, 0],
  [{ kind: "moderation" }, 403, 0],
  [{ kind: "server_error", status: 503 }, 503, 0],
  [{ kind: "server_error", billed: true }, 500, 40_000],
  [{ kind: "no_image" }, 200, 0],
])("fault %j answers %i", async (fault, status, microUsd) => {
  const simulator = await simulatorForTest();
  simulator.faults([fault]);
  const answer = await call(simulator, { ...SEEDREAM, resolution: "2K" });
  expect(answer.status).toBe(status);
  expect(simulator.statement().totalMicroUsd).toBe(microUsd);
  if (fault.kind === "rate_limit") expect(answer.headers.get("retry-after")).toBe("2");
  if (fault.kind === "moderation") expect(answer.body.error.metadata).toMatchObject({ reasons: ["violence"] });
});

test("models come with capabilities, their endpoints with prices", async () => {
  const simulator = await simulatorForTest();
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${simulator.url}/openrouter/api/v1${path}`)).json();
  expect(await get("/images/models")).toMatchObject({
    data: expect.arrayContaining([expect.objectContaining({ id: SEEDREAM.model, supports_streaming: false })]),
  });
  expect(await get(`/images/models/${FLUX.model}/endpoints`)).toMatchObject({
    id: FLUX.model,
    endpoints: [{ pricing: [{ billable: "output_image", unit: "megapixel", cost_usd: 0.03 }] }],
  });
  expect(await get("/models")).toMatchObject({ data: [{ id: SEEDREAM.model }, {}, {}] });
  expect(await get("/images/models/nobody/nothing/endpoints")).toMatchObject({ error: { code: 404 } });
});
