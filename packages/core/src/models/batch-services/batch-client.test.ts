import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { startSimulator, type Simulator, type SimulatorOptions } from "@artdesk/simulator";
import { expect, onTestFinished, test } from "vitest";
import { builtInCatalogue } from "../catalogue/built-in-catalogue.ts";
import { fakeHttp } from "../../testing/fake-http.ts";
import { createUndiciHttp, type UndiciHttpOptions } from "../../node/platform/undici-http.ts";
import { openBatchClient } from "./batch-client.ts";
import type { BatchClient, BatchLine, BatchLineResult } from "./batch-service.ts";

const GEMINI = "/v1beta/models/gemini-nano-banana-2.1:generateContent";

async function simulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const world = await startSimulator({ batchPolls: 0, ...options });
  onTestFinished(() => world.close());
  return world;
}

function client(provider: string, options: Omit<UndiciHttpOptions, "providers">): BatchClient {
  const http = createUndiciHttp({ providers: builtInCatalogue.providers.values(), ...options });
  onTestFinished(() => http.close());
  return openBatchClient(provider, http);
}

function geminiLine(id: string, prompt: string): BatchLine {
  const body = JSON.stringify({
    contents: [{ role: "user", parts: [{ text: prompt }] }],
    generationConfig: { responseModalities: ["IMAGE"], imageConfig: { aspectRatio: "1:1", imageSize: "1K" } },
  });
  return { id, request: { provider: "gemini", method: "POST", path: GEMINI, headers: {}, body } };
}

function openaiLine(id: string, prompt: string): BatchLine {
  const body = JSON.stringify({ model: "gpt-image-2", prompt, size: "1024x1024", quality: "low" });
  return { id, request: { provider: "openai", method: "POST", path: "/images/generations", headers: {}, body } };
}

async function resultsOf(batches: BatchClient, id: string): Promise<BatchLineResult[]> {
  const state = await batches.look(id);
  if (state.kind === "running") throw new Error(state.detail);
  const results: BatchLineResult[] = [];
  for await (const result of state.results) results.push(result);
  return results;
}

test.each([false, true])(
  "Gemini's answers are the same with the batch and in a file (in a file: %s)",
  async (inFile) => {
    const world = await simulator({ batchFile: inFile });
    world.faults([{ kind: "server_error", status: 500, match: "second" }]);
    const batches = client("gemini", { env: world.env });
    const lines = ["first", "second", "third"].map((name) => geminiLine(name, `A ${name} lighthouse, größer`));
    const id = await batches.submit("artdesk-1", lines);
    expect(await batches.find("artdesk-1")).toBe(id);
    const results = await resultsOf(batches, id);
    expect(results.map((result) => [result.id, result.status])).toEqual([
      ["first", 200],
      ["second", 500],
      ["third", 200],
    ]);
    for (const { status, body } of results) if (status === 200) expect(body).toContain('"inlineData":{');
    expect(world.calls().some(({ path }) => path.includes(":download"))).toBe(inFile);
    // Each look may read the file again: nothing is made or paid for twice.
    expect(await resultsOf(batches, id)).toEqual(results);
    expect(world.statement().entries).toHaveLength(2);
  },
);

test.each(["../models/secret", "files/a/b", "files/a?b", "https://elsewhere.example/x"])(
  "a batch cannot have %s fetched as its results",
  async (name) => {
    const done = { metadata: { state: "BATCH_STATE_SUCCEEDED" }, response: { responsesFile: name } };
    const batches = openBatchClient("gemini", fakeHttp([{ body: done }]));
    await expect(batches.look("batches/1")).rejects.toMatchObject({ code: "bad_response", billed: "unknown" });
  },
);

test("a file of results may break anywhere, also inside a character; what came before it was read", async () => {
  const done = { metadata: { state: "BATCH_STATE_SUCCEEDED", output: { responsesFile: "files/one" } } };
  const line = (key: string): string => JSON.stringify({ key, response: { text: "größer ☂" } });
  const file = `${line("a")}\n\n${line("b")}\r\n${line("c")}`;
  for (const chunkBytes of [1, 7, 4096]) {
    const batches = openBatchClient("gemini", fakeHttp([{ body: done }, { body: file, chunkBytes }]));
    const results = await resultsOf(batches, "batches/1");
    expect(results.map(({ id, body }) => [id, body])).toEqual(
      ["a", "b", "c"].map((key) => [key, JSON.stringify({ text: "größer ☂" })]),
    );
  }
  const cut = openBatchClient("gemini", fakeHttp([{ body: done }, { body: file.slice(0, -5) }]));
  const state = await cut.look("batches/1");
  const seen: string[] = [];
  const read = async (): Promise<void> => {
    if (state.kind === "ended") for await (const { id } of state.results) seen.push(id);
  };
  await expect(read()).rejects.toMatchObject({ code: "bad_response", billed: "unknown" });
  expect(seen).toEqual(["a", "b"]);
});

test("OpenAI's batches go where the connection says, with its headers, query and way to sign", async () => {
  const seen: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      seen.push({ url: request.url ?? "", headers: request.headers, body });
      const id = request.url?.includes("/files") ? "file-1" : "batch-1";
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const batches = client("openai", {
    env: { OPENAI_API_KEY: "own-key" },
    baseUrls: { openai: `http://127.0.0.1:${(server.address() as AddressInfo).port}/openai/v1` },
    connections: { openai: { auth: "api-key", headers: { "x-team": "art" }, query: { "api-version": "2026-10-01" } } },
  });
  expect(await batches.submit("artdesk-2", [openaiLine("first", "A lighthouse")])).toBe("batch-1");
  expect(seen.map(({ url }) => url)).toEqual([
    "/openai/v1/files?api-version=2026-10-01",
    "/openai/v1/batches?api-version=2026-10-01",
  ]);
  for (const { headers } of seen) {
    expect(headers).toMatchObject({ "api-key": "own-key", "x-team": "art" });
    expect(headers.authorization).toBeUndefined();
  }
  expect(seen[0]?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  expect(seen[0]?.body).toContain('"custom_id":"first"');
});

test("OpenAI's batches go through the proxy that the environment names", async () => {
  const world = await simulator();
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  proxy.on("request", (request, response) => {
    asked.push(request.url ?? "");
    response.statusCode = 502;
    response.end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => proxy.close(() => resolve())));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const batches = client("openai", { env: { ...world.env, http_proxy: address, https_proxy: address } });
  await expect(batches.find("artdesk-3")).rejects.toThrow();
  expect(asked).toHaveLength(1);
  expect(world.calls()).toEqual([]);
});

test("OpenAI's batch comes back line by line", async () => {
  const world = await simulator();
  world.faults([{ kind: "moderation", match: "second" }]);
  const batches = client("openai", { env: world.env });
  const id = await batches.submit(
    "artdesk-4",
    ["first", "second"].map((name) => openaiLine(name, `A ${name} lighthouse`)),
  );
  expect(await batches.find("artdesk-4")).toBe(id);
  const results = await resultsOf(batches, id);
  expect(new Map(results.map((result) => [result.id, result.status]))).toEqual(
    new Map([
      ["first", 200],
      ["second", 400],
    ]),
  );
  expect(results.find((result) => result.id === "first")?.body).toContain('"b64_json":"');
});
