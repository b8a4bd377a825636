import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openaiCompatible } from "../../models/providers/openai-compatible.ts";
import { createUndiciHttp, type UndiciHttpOptions } from "./undici-http.ts";

const seen: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
const server = createServer((request, response) => {
  seen.push({ url: request.url, headers: request.headers });
  response.end("{}");
});
let baseUrl = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/openai`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

type Connection = NonNullable<UndiciHttpOptions["connections"]>[string];

async function send(connection: Connection, env: Readonly<Record<string, string>>): Promise<(typeof seen)[number]> {
  const http = createUndiciHttp({
    providers: [openaiCompatible],
    env,
    baseUrls: { "openai-compatible": baseUrl },
    connections: { "openai-compatible": connection },
  });
  expect(http.hasKey("openai-compatible")).toBe(true);
  const request = {
    provider: "openai-compatible",
    method: "GET",
    path: "/models",
    headers: { accept: "application/json" },
  } as const;
  const response = await http.send(request, { timeoutMs: 20_000 });
  for await (const _chunk of response.body) continue;
  await http.close();
  const last = seen.at(-1);
  if (last === undefined) throw new Error("nothing arrived");
  return last;
}

const KEY = { OPENAI_COMPATIBLE_API_KEY: "k-1" };

test("Azure: an api-key header and a query parameter", async () => {
  const { url, headers } = await send(
    { auth: "api-key", query: { "api-version": "2025-04-01-preview" }, headers: { "x-team": "art" } },
    KEY,
  );
  expect(url).toBe("/openai/models?api-version=2025-04-01-preview");
  expect(headers).toMatchObject({ "api-key": "k-1", "x-team": "art", accept: "application/json" });
  expect(headers.authorization).toBeUndefined();
});

test("a bearer key by default", async () => {
  expect((await send({}, KEY)).headers.authorization).toBe("Bearer k-1");
});

test("a local server without any key, even if one is set", async () => {
  expect((await send({ auth: "none" }, {})).headers.authorization).toBeUndefined();
  expect((await send({ auth: "none" }, KEY)).headers).not.toHaveProperty("authorization");
});

test.each([
  ["no address", { env: KEY }],
  ["no key", { env: {}, baseUrls: { "openai-compatible": "https://example.com/v1" } }],
])("cannot be called with %s", async (_what, options) => {
  const http = createUndiciHttp({ providers: [openaiCompatible], ...options });
  expect(http.hasKey("openai-compatible")).toBe(false);
  const request = { provider: "openai-compatible", method: "GET", path: "/models", headers: {} } as const;
  await expect(http.send(request, { timeoutMs: 1000 })).rejects.toMatchObject({ code: "auth_failed", billed: "no" });
});
