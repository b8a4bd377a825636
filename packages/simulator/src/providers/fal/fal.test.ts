import { describe, expect, test } from "vitest";
import type { Simulator } from "../../start-simulator.ts";
import { simulatorForTest, TEST_DAY_MS } from "../../testing/simulator-under-test.ts";

const DREAMINA = "fal-ai/bytedance/dreamina/v3.1/text-to-image";
const GOOD = { prompt: "a fox", image_size: { width: 512, height: 512 } };

interface Submitted {
  request_id: string;
  status_url: string;
  response_url: string;
  cancel_url: string;
}

async function call(
  url: string,
  method = "GET",
  body?: unknown,
  key = "Key test",
): Promise<[number, Headers, unknown]> {
  const response = await fetch(url, {
    method,
    headers: { authorization: key, "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return [response.status, response.headers, await response.json()];
}

const submit = async (simulator: Simulator, body: unknown = GOOD, endpoint = DREAMINA): Promise<[number, unknown]> => {
  const [status, , reply] = await call(`${simulator.url}/fal/${endpoint}`, "POST", body);
  return [status, reply];
};

test("a job goes through the queue to its files, and is billed when it has succeeded", async () => {
  const simulator = await simulatorForTest({ latencyMs: 2000 });
  const [, reply] = await submit(simulator, { ...GOOD, num_images: 2 });
  const job = reply as Submitted;
  expect(job.status_url).toBe(`${simulator.url}/fal/fal-ai/bytedance/requests/${job.request_id}/status`);
  expect((await call(job.status_url)).at(-1)).toMatchObject({ status: "IN_QUEUE" });
  expect(simulator.statement().entries).toEqual([]);
  await expect.poll(async () => (await call(job.status_url)).at(-1)).toMatchObject({ status: "COMPLETED" });
  const [status, headers, result] = await call(job.response_url);
  expect([status, headers.get("x-fal-billable-units")]).toEqual([200, "2"]);
  const { images } = result as { images: { url: string; width: number }[] };
  expect(images).toMatchObject([{ width: 512, content_type: "image/png" }, { width: 512 }]);
  expect(simulator.statement().entries).toMatchObject([
    { provider: "fal", model: DREAMINA, requestId: job.request_id, images: 2, microUsd: 60_000, delivered: false },
  ]);
  const file = await fetch(images[0]?.url ?? "");
  expect([file.status, file.headers.get("content-type")]).toEqual([200, "image/png"]);
  await file.arrayBuffer();
  expect(simulator.statement().entries[0]?.delivered).toBe(true);
});

test("a withdrawn job is free, and a finished one cannot be withdrawn", async () => {
  const simulator = await simulatorForTest({ latencyMs: 5000 });
  const [, reply] = await submit(simulator);
  const job = reply as Submitted;
  expect(await call(job.cancel_url, "PUT")).toMatchObject([202, {}, { status: "CANCELLATION_REQUESTED" }]);
  expect(await call(job.cancel_url, "PUT")).toMatchObject([400, {}, { status: "ALREADY_COMPLETED" }]);
  expect((await call(job.status_url)).at(-1)).toMatchObject({ status: "COMPLETED" });
  expect((await call(job.response_url))[0]).toBe(499);
  expect(simulator.statement().entries).toEqual([]);
});

test("an upscale is billed by started megapixels of what comes back", async () => {
  const simulator = await simulatorForTest();
  const source = await fetch(`${simulator.url}/fal/${DREAMINA}`, {
    method: "POST",
    headers: { authorization: "Key k", "content-type": "application/json" },
    body: JSON.stringify(GOOD),
  });
  const { response_url } = (await source.json()) as Submitted;
  const { images } = (await call(response_url)).at(-1) as { images: { url: string }[] };
  const bytes = Buffer.from(await (await fetch(images[0]?.url ?? "")).arrayBuffer());
  const image_url = `data:image/png;base64,${bytes.toString("base64")}`;
  const [, reply] = await submit(simulator, { image_url, upscale_factor: 3 }, "fal-ai/seedvr/upscale/image");
  const [, headers, result] = await call((reply as Submitted).response_url);
  expect(headers.get("x-fal-billable-units")).toBe("3");
  expect(result).toMatchObject({ image: { width: 1536, height: 1536 } });
  expect(simulator.statement().entries[1]).toMatchObject({ operation: "upscale", microUsd: 3000 });
});

describe("wrong requests", () => {
  test.each<[string, unknown, object]>([
    ["no prompt", {}, { loc: ["body", "prompt"], type: "missing" }],
    ["an unknown field", { ...GOOD, quality: "high" }, { loc: ["body", "quality"], type: "extra_forbidden" }],
    ["too many images", { ...GOOD, num_images: 9 }, { loc: ["body", "num_images"], type: "less_than_equal" }],
    [
      "too many pixels",
      { prompt: "a", image_size: { width: 4096, height: 4096 } },
      { loc: ["body", "image_size"], msg: "Width and height must be between 512 and 2048" },
    ],
    ["a text as number", { ...GOOD, seed: "7" }, { loc: ["body", "seed"], type: "float_type" }],
    ["a list as body", [], { loc: ["body", "prompt"], type: "missing" }],
  ])("%s", async (_name, body, mistake) => {
    const simulator = await simulatorForTest();
    const [status, reply] = await submit(simulator, body);
    expect([status, reply]).toMatchObject([422, { detail: [mistake] }]);
    expect(simulator.statement().entries).toEqual([]);
  });

  test("no key, no such endpoint, no such request", async () => {
    const simulator = await simulatorForTest();
    expect((await call(`${simulator.url}/fal/${DREAMINA}`, "POST", GOOD, "Bearer x"))[0]).toBe(401);
    expect(await submit(simulator, GOOD, "fal-ai/image-9")).toEqual([
      404,
      { detail: "Application 'fal-ai/image-9' not found" },
    ]);
    expect((await call(`${simulator.url}/fal/fal-ai/bytedance/requests/none/status`))[0]).toBe(404);
  });
});

test.each([
  [{ kind: "rate_limit", retryAfterMs: 2000 }, 429],
  [{ kind: "billing_429" }, 403],
  [{ kind: "auth" }, 401],
  [{ kind: "server_error", status: 503 }, 503],
] as const)("under %o nothing is taken", async (fault, expected) => {
  const simulator = await simulatorForTest({ now: () => TEST_DAY_MS });
  simulator.faults([{ ...fault, provider: "fal" }]);
  expect((await submit(simulator))[0]).toBe(expected);
  expect((await submit(simulator))[0]).toBe(200);
  await expect.poll(() => simulator.statement().images).toBe(1);
});

test("lists prices to whoever has a key", async () => {
  const { url } = await simulatorForTest();
  const address = `${url}/fal/models/pricing?endpoint_id=fal-ai/esrgan`;
  const answer = await fetch(address, { headers: { authorization: "Key any" } });
  expect([answer.status, await answer.json()]).toMatchObject([200, { prices: [{ endpoint_id: "fal-ai/esrgan" }] }]);
  expect((await fetch(address)).status).toBe(401);
  expect((await fetch(`${address}-2`, { headers: { authorization: "Key any" } })).status).toBe(404);
});
