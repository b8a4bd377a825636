import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { MAX_BODY_BYTES } from "./server/read-body.ts";
import { startSimulator } from "./start-simulator.ts";
import type { Simulator } from "./start-simulator.ts";
import { geminiPrompt, postGemini, postOpenAi, simulatorForTest, TEST_DAY_MS } from "./testing/simulator-under-test.ts";

const LOW = { model: "gpt-image-2", prompt: "a fox", quality: "low" };

async function everything(simulator: Simulator): Promise<unknown> {
  const openai = await postOpenAi(simulator, { ...LOW, model: "gpt-image-2.6-flare", n: 2 });
  const gemini = await postGemini(simulator, "gemini-nano-banana-2.1", geminiPrompt("a fox"));
  return {
    openai: openai.body,
    requestId: openai.headers.get("x-request-id"),
    gemini: gemini.body,
    statement: simulator.statement(),
  };
}

describe("determinism", () => {
  test("the same seed gives the same bytes, tokens and identifiers, also after a reset", async () => {
    const first = await simulatorForTest({ seed: 7 });
    const second = await simulatorForTest({ seed: 7 });
    const seen = await everything(first);
    expect(await everything(second)).toEqual(seen);
    first.reset();
    expect(await everything(first)).toEqual(seen);
  });

  test("another seed, prompt, quality or index gives another picture", async () => {
    const simulator = await simulatorForTest({ seed: 1 });
    const picture = async (fields: object, from: Simulator = simulator): Promise<readonly string[]> =>
      (await postOpenAi(from, { ...LOW, ...fields })).body.data.map((image) => image.b64_json);
    const pictures = [
      ...(await picture({ n: 2 })),
      ...(await picture({ prompt: "a bear" })),
      ...(await picture({ quality: "medium" })),
      ...(await picture({ size: "1536x1024" })),
      ...(await picture({}, await simulatorForTest({ seed: 2 }))),
    ];
    expect(new Set(pictures).size).toBe(pictures.length);
  });
});

test("image noise makes a 1024x1024 PNG as heavy as a real one, still repeatable", async () => {
  const ask = async (): Promise<string> => {
    const { body } = await postOpenAi(await simulatorForTest({ imageNoise: true }), LOW);
    return body.data[0]?.b64_json ?? "";
  };
  const base64 = await ask();
  const megabytes = Buffer.from(base64, "base64").length / 1e6;
  expect(megabytes).toBeGreaterThan(1.7);
  expect(megabytes).toBeLessThan(2.2);
  expect(await ask()).toBe(base64);
});

describe("the control endpoints", () => {
  const get = async (simulator: Simulator, path: string): Promise<unknown> =>
    (await fetch(`${simulator.url}/_sim${path}`)).json();
  const post = (simulator: Simulator, path: string, body: string): Promise<Response> =>
    fetch(`${simulator.url}/_sim${path}`, { method: "POST", headers: { "content-type": "application/json" }, body });

  test("show what happened, and forget it on reset", async () => {
    const simulator = await simulatorForTest({ seed: 3 });
    expect(await get(simulator, "/health")).toEqual({ ok: true, seed: 3 });
    await postOpenAi(simulator, { ...LOW, prompt: "p".repeat(2000) });
    expect(await get(simulator, "/statement")).toEqual(simulator.statement());
    expect(simulator.statement().entries).toMatchObject([
      { provider: "openai", operation: "generate", timeMs: TEST_DAY_MS },
    ]);
    const calls = (await get(simulator, "/calls")) as {
      calls: readonly { body: { prompt: string }; headers: object }[];
    };
    expect(calls.calls).toMatchObject([
      { provider: "openai", method: "POST", path: "/openai/v1/images/generations", hasKey: true, status: 200 },
    ]);
    expect(calls.calls[0]?.headers).not.toHaveProperty("authorization");
    expect(calls.calls[0]?.body.prompt).toMatch(/^p{64}… \(2000 characters\)$/);
    await post(simulator, "/faults", JSON.stringify([{ kind: "auth" }]));
    expect((await post(simulator, "/reset", "")).status).toBe(200);
    expect(await get(simulator, "/statement")).toEqual({ entries: [], totalMicroUsd: 0, images: 0 });
    expect(await get(simulator, "/calls")).toEqual({ calls: [] });
    expect(await get(simulator, "/faults")).toEqual({ faults: [] });
  });

  test("script faults over HTTP, and refuse wrong scripts without touching the old one", async () => {
    const simulator = await simulatorForTest();
    expect((await post(simulator, "/faults", JSON.stringify([{ kind: "server_error", status: 503 }]))).status).toBe(
      200,
    );
    const wrong = await post(simulator, "/faults", JSON.stringify([{ kind: "slow" }]));
    expect([wrong.status, await wrong.json()]).toEqual([
      400,
      { error: expect.stringContaining("0.delayMs") as string },
    ]);
    expect((await post(simulator, "/faults", "not json")).status).toBe(400);
    expect((await postOpenAi(simulator, LOW)).status).toBe(503);
    expect(await get(simulator, "/faults")).toEqual({ faults: [] });
    expect((await fetch(`${simulator.url}/_sim/nothing`)).status).toBe(404);
    expect((await fetch(`${simulator.url}/elsewhere`)).status).toBe(404);
  });

  test("a wrong request does not use up a fault", async () => {
    const simulator = await simulatorForTest();
    simulator.faults([{ kind: "server_error" }]);
    expect((await postOpenAi(simulator, { ...LOW, n: 99 })).status).toBe(400);
    expect((await postOpenAi(simulator, LOW)).status).toBe(500);
  });
});

test("replies carry the provider's headers", async () => {
  const { headers } = await postOpenAi(await simulatorForTest({ latencyMs: 1 }), LOW);
  expect(headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{32}$/);
  expect(Number(headers.get("openai-processing-ms"))).toBeGreaterThan(0);
  // None of the recorded replies with images has one.
  expect(headers.get("x-ratelimit-remaining-requests")).toBeNull();
});

test("100 simultaneous calls are all answered, booked once each, with their own identifiers", async () => {
  const simulator = await simulatorForTest({ latencyMs: 20 });
  const calls = Array.from({ length: 100 }, (_, index) =>
    postOpenAi(simulator, { ...LOW, prompt: `fox ${index % 10}` }),
  );
  const answers = await Promise.all(calls);
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const { entries, totalMicroUsd, images } = simulator.statement();
  expect(images).toBe(100);
  expect(entries.every(({ delivered }) => delivered === true)).toBe(true);
  expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(100);
  const fromUsage = answers.map(
    ({ body }) => body.usage.input_tokens_details.text_tokens * 5 + body.usage.output_tokens * 30,
  );
  expect(totalMicroUsd).toBe(fromUsage.reduce((total, amount) => total + amount, 0));
});

test("a body over 60 MB is answered with 413 and costs nothing; one just below is read", async () => {
  const simulator = await simulatorForTest();
  const send = async (length: number): Promise<number> => {
    const body = JSON.stringify({ ...LOW, prompt: "" }).replace('"prompt":""', `"prompt":"${"x".repeat(length)}"`);
    const response = await fetch(`${simulator.url}/openai/v1/images/generations`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer k" },
      body,
    });
    await response.text();
    return response.status;
  };
  expect(await send(MAX_BODY_BYTES)).toBe(413);
  expect(await send(MAX_BODY_BYTES - 1000)).toBe(400);
  expect(simulator.statement().entries).toEqual([]);
});

test("close ends waiting calls at once and frees the port", async () => {
  const simulator = await startSimulator({ latencyMs: 3_600_000 });
  const call = postOpenAi(simulator, LOW).then(
    () => "answered",
    (error: unknown) => String(error),
  );
  await expect.poll(() => simulator.statement().entries.length, { timeout: 20_000 }).toBe(1);
  await simulator.close();
  expect(await call).toContain("fetch failed");
  expect(simulator.statement().entries[0]?.delivered).toBe(false);
  const server = createServer().listen(simulator.port, "127.0.0.1");
  await once(server, "listening");
  expect((server.address() as AddressInfo).port).toBe(simulator.port);
  server.close();
});

test("an address that is no URL ends the connection, not the simulator", async () => {
  const simulator = await simulatorForTest();
  const socket = connect(simulator.port, "127.0.0.1");
  socket.end("GET // HTTP/1.1\r\nhost: x\r\n\r\n");
  socket.resume();
  await once(socket, "close");
  expect((await postOpenAi(simulator, LOW)).status).toBe(200);
});

test("a taken port is an error", async () => {
  const { port } = await simulatorForTest();
  await expect(startSimulator({ port })).rejects.toThrow("EADDRINUSE");
});
