import { createHash, randomBytes } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { readJsonWithImages } from "../../wire/http.ts";
import type { HttpResponse } from "../../basics/ports.ts";
import { openaiCompatible } from "../../models/providers/openai-compatible.ts";
import { freeBytes } from "../../wire/free-bytes.ts";
import { nodeCodec } from "./node-codec.ts";
import { createUndiciHttp, type UndiciHttp } from "./undici-http.ts";

const SUBJECT = { provider: "openai-compatible", providerName: "Local", model: "local", requestId: undefined };
let server: Server | undefined;
let http: UndiciHttp | undefined;
afterEach(async () => {
  await http?.close();
  server?.closeAllConnections();
  if (server !== undefined) await new Promise((resolve) => server?.close(resolve));
  http = undefined;
  server = undefined;
});

async function open(listener: RequestListener): Promise<() => Promise<HttpResponse>> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const { port } = started.address() as AddressInfo;
  const opened = createUndiciHttp({
    providers: [openaiCompatible],
    env: {},
    baseUrls: { "openai-compatible": `http://127.0.0.1:${port}` },
    connections: { "openai-compatible": { auth: "none" } },
  });
  http = opened;
  const request = { provider: "openai-compatible", method: "POST", path: "/images", headers: {}, body: "{}" } as const;
  return () => opened.send(request, { timeoutMs: 30_000 });
}

function readImages(response: HttpResponse): ReturnType<typeof readJsonWithImages> {
  return readJsonWithImages(response, { codec: nodeCodec, imageKeys: ["b64_json"], subject: SUBJECT });
}

test.each([
  ["with its length", true, 700_000],
  ["in pieces without its length", false, 700_000],
  ["in tiny pieces", false, 3_000],
])("ten images at once, sent %s, all come whole although the memory of their chunks is freed", async (...scene) => {
  const [, stated, pieceBytes] = scene;
  const images = Array.from({ length: 10 }, (_, index) => randomBytes(stated ? 1_500_000 + index : 500_000 + index));
  let next = 0;
  const send = await open((_request, response) => {
    const image = images[(next += 1) - 1];
    const body = Buffer.from(JSON.stringify({ data: [{ b64_json: image?.toString("base64") }], end: "ü".repeat(99) }));
    if (stated) response.setHeader("content-length", body.length);
    for (let start = 0; start < body.length; start += pieceBytes) {
      response.write(body.subarray(start, start + pieceBytes));
    }
    response.end();
  });
  const replies = await Promise.all(Array.from(images, async () => readImages(await send())));
  const digest = (bytes: unknown): string => {
    return bytes instanceof Uint8Array ? createHash("sha256").update(bytes).digest("hex") : "no image";
  };
  expect(replies.map((reply) => digest(reply.images[0])).toSorted()).toEqual(images.map(digest).toSorted());
  for (const { json } of replies) expect(json).toMatchObject({ end: "ü".repeat(99) });
});

test("frees the memory of chunks that have been used, and only on demand", async () => {
  const send = await open((_request, response) => {
    response.setHeader("content-length", 2_000_000);
    response.end(Buffer.alloc(2_000_000, 0x20));
  });
  const freed = async (isReleasing: boolean): Promise<number> => {
    const response = await send();
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) {
      chunks.push(chunk);
      if (isReleasing) response.release?.(chunk);
    }
    return chunks.filter((chunk) => chunk.length === 0).length;
  };
  expect(await freed(true)).toBeGreaterThan(5);
  expect(await freed(false)).toBe(0);
});

test("leaves a chunk alone that shares its memory", () => {
  const neighbours = new Uint8Array(100).fill(7);
  const own = new Uint8Array(100);
  for (const chunk of [neighbours.subarray(0, 99), neighbours.subarray(1), Buffer.from("pooled"), own])
    freeBytes(chunk);
  expect(neighbours).toEqual(new Uint8Array(100).fill(7));
  expect(own.length).toBe(0);
});

test("a connection that is cut before anybody reads the reply is an error of the reply, not of the process", async () => {
  const send = await open((_request, response) => {
    response.setHeader("content-length", 2_000_000);
    response.write(Buffer.alloc(100_000, 0x20), () => setImmediate(() => response.destroy()));
  });
  const response = await send();
  await wait(100);
  const { problem } = await readImages(response);
  expect(problem).toMatchObject({ code: "network", billed: "unknown" });
});
