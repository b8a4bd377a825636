import { expect, test } from "vitest";
import { hasSharedContracts, readSharedContract } from "../../testing/shared-contracts.ts";
import { simulatorForTest, TEST_DAY_MS } from "../../testing/simulator-under-test.ts";
import { Ajv } from "ajv";

const SEEDREAM = "bytedance/seedream-4.5";
const GOOD = { prompt: "a fox", size: "2K", aspect_ratio: "1:1" };

interface Prediction {
  id: string;
  status: string;
  output: string[] | null;
  data_removed: boolean;
  urls: { get: string; cancel: string };
}

async function call(
  url: string,
  method = "GET",
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Prediction }> {
  const response = await fetch(url, {
    method,
    headers: { authorization: "Bearer test", "content-type": "application/json", ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Prediction };
}

const create = (url: string, input: unknown = GOOD, headers: Record<string, string> = {}): ReturnType<typeof call> =>
  call(`${url}/replicate/v1/models/${SEEDREAM}/predictions`, "POST", { input }, headers);

test("a prediction is polled to its files, which vanish after an hour", async () => {
  let nowMs = TEST_DAY_MS;
  const simulator = await simulatorForTest({ latencyMs: 2000, now: () => nowMs });
  const { status, body } = await create(simulator.url);
  expect([status, body.status, body.output]).toEqual([201, "starting", null]);
  await expect.poll(async () => (await call(body.urls.get)).body.status).toBe("succeeded");
  const { output } = (await call(body.urls.get)).body;
  const file = await fetch(output?.[0] ?? "");
  expect([file.status, file.headers.get("content-type")]).toEqual([200, "image/png"]);
  await file.arrayBuffer();
  expect(simulator.statement().entries).toMatchObject([
    { provider: "replicate", model: SEEDREAM, requestId: body.id, images: 1, microUsd: 40_000, delivered: true },
  ]);
  nowMs += 3_600_000;
  expect((await call(body.urls.get)).body).toMatchObject({ status: "succeeded", output: null, data_removed: true });
  expect((await fetch(output?.[0] ?? "")).status).toBe(404);
});

test("Prefer: wait answers with the finished prediction, or after its time with 202", async () => {
  const simulator = await simulatorForTest({ latencyMs: 30 });
  const done = await create(simulator.url, GOOD, { prefer: "wait" });
  expect([done.status, done.body.status]).toEqual([201, "succeeded"]);
  expect((await create(simulator.url, GOOD, { prefer: "wait=61" })).status).toBe(422);
  const slow = await simulatorForTest({ latencyMs: 5000 });
  const { status, body } = await create(slow.url, GOOD, { prefer: "wait=1" });
  expect([status, body.output]).toEqual([202, null]);
});

test("a canceled prediction is charged once it runs, and free before", async () => {
  const simulator = await simulatorForTest({ latencyMs: 2000 });
  const waiting = await create(simulator.url);
  expect((await call(waiting.body.urls.cancel, "POST")).body.status).toBe("canceled");
  expect(simulator.statement().entries).toEqual([]);
  const running = await create(simulator.url);
  await expect.poll(async () => (await call(running.body.urls.get)).body.status).toBe("processing");
  expect((await call(running.body.urls.cancel, "POST")).body.status).toBe("canceled");
  expect(simulator.statement().entries).toMatchObject([{ requestId: running.body.id, images: 0, microUsd: 40_000 }]);
});

test("a refused prediction fails and is free", async () => {
  const simulator = await simulatorForTest();
  simulator.faults([{ kind: "moderation", provider: "replicate" }]);
  const { body } = await create(simulator.url, GOOD, { prefer: "wait" });
  expect(body).toMatchObject({ status: "failed", error: expect.stringContaining("flagged as sensitive") });
  expect(simulator.statement().entries).toEqual([]);
});

test.each<[unknown, RegExp]>([
  [{}, /input\.prompt: required/],
  [{ prompt: "a", strength: 1 }, /input\.strength: Additional property/],
  [{ prompt: "a", size: "9K" }, /input\.size: must be one of 2K, 4K/],
  [{ prompt: "a", image_input: [`data:image/png;base64,${"A".repeat(256_000)}`] }, /larger than 256kb/],
  [{ prompt: "a", image_input: ["data:image/png;base64,AAAA"] }, /Does not match format/],
])("refuses %o", async (input, message) => {
  const simulator = await simulatorForTest();
  const { status, body } = await create(simulator.url, input);
  expect([status, body]).toMatchObject([
    422,
    { title: "Input validation failed", detail: expect.stringMatching(message) },
  ]);
});

test("asks for a token, and knows its models", async () => {
  const simulator = await simulatorForTest();
  const none = await fetch(`${simulator.url}/replicate/v1/predictions/x`);
  expect(none.status).toBe(401);
  expect((await call(`${simulator.url}/replicate/v1/predictions/x`)).status).toBe(404);
  expect((await call(`${simulator.url}/replicate/v1/models/a/b/predictions`, "POST", { input: GOOD })).status).toBe(
    404,
  );
});

test.skipIf(!hasSharedContracts())("shows predictions as Replicate's type declarations say", async () => {
  const simulator = await simulatorForTest();
  const ajv = new Ajv({ strict: false });
  ajv.addSchema(readSharedContract("replicate-1.4.0.prediction.schema.json") as object, "replicate");
  const validate = ajv.compile({ $ref: "replicate#/definitions/Prediction" });
  const { body } = await create(simulator.url, GOOD, { prefer: "wait" });
  expect(validate(body) ? [] : validate.errors).toEqual([]);
});

test("says whose token it is", async () => {
  const { url } = await simulatorForTest();
  expect(await call(`${url}/replicate/v1/account`)).toMatchObject({ status: 200, body: { username: "sim" } });
  expect((await fetch(`${url}/replicate/v1/account`)).status).toBe(401);
});
