import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder, runArtdeskJson, runArtdeskProcess } from "./cli-process.ts";

const PROMPT = "---\nmodel: gpt-image-2\nquality: low\nsize: 1024x1024\n---\nA red fox.\n";
const USAGE = {
  input_tokens: 10,
  output_tokens: 196,
  total_tokens: 206,
  input_tokens_details: { text_tokens: 10, image_tokens: 0 },
};

const image = await sharp({ create: { width: 1024, height: 1024, channels: 3, background: "#cc5500" } })
  .png()
  .toBuffer();

/** An Images API that answers so; `calls` are the POSTs that reached it. */
async function provider(answer: RequestListener): Promise<{ env: Record<string, string>; calls: () => number }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    request.resume().on("end", () => answer(request, response));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    env: { OPENAI_API_KEY: "9f2c1ab04d7e4c6f8a35b1d2e0f47c96", OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` },
    calls: () => calls,
  };
}

const reply = (b64: string): string =>
  JSON.stringify({ created: 1, output_format: "png", data: [{ b64_json: b64 }], usage: USAGE });
const base64 = image.toString("base64");

test.each<[string, RequestListener]>([
  [
    "a body packed with gzip",
    (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(reply(base64))),
  ],
  ["a data URL", (_, response) => response.end(reply(`data:image/png;base64,${base64}`))],
  ["URL-safe base64", (_, response) => response.end(reply(image.toString("base64url")))],
  ["base64 with white space", (_, response) => response.end(reply(base64.replaceAll(/.{76}/g, "$&\n")))],
])("an image behind %s is delivered and booked once", async (_, answer) => {
  const { env, calls } = await provider(answer);
  const folder = makeFolder({ "fox.image.md": PROMPT });
  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  // 10 text tokens at $5 and 196 image tokens at $30 per million.
  expect([code, document.totals.costMicroUsd]).toEqual([0, 5_930]);
  expect(readFileSync(join(folder, "fox.png")).equals(image)).toBe(true);
  await runArtdeskJson(folder, ["generate"], env);
  expect(calls()).toBe(1);
});

test("a provider that asks for two hours ends the run, and the next one, which says until when", async () => {
  let isBusy = true;
  const { env, calls } = await provider((_, response) => {
    if (isBusy) return response.writeHead(429, { "retry-after": "7200" }).end('{"error":{"message":"Slow down"}}');
    return response.end(reply(base64));
  });
  const folder = makeFolder({ "fox.image.md": PROMPT });
  expect((await runArtdeskJson(folder, ["generate"], env)).code).toBe(1);
  const closed = /OpenAI has asked for no calls of gpt-image-2 until \d{4}-\d\d-\d\d \d\d:\d\d UTC/;
  expect((await runArtdeskProcess(folder, ["plan"], env)).stdout).toMatch(closed);
  expect((await runArtdeskProcess(folder, ["doctor"], env)).stdout).toMatch(closed);
  isBusy = false;
  const called = calls();
  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  expect(code).toBe(1);
  expect(document.assets[0]?.error?.message).toMatch(/asked for no calls until \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  expect(document.totals.possiblyBilledMicroUsd).toBe(0);
  expect(calls()).toBe(called);
});

test("a key that an upstream repeats stands nowhere", async () => {
  const key = "9f2c1ab04d7e4c6f8a35b1d2e0f47c96";
  const echo = `${key} ${Buffer.from(key).toString("base64")} Bearer ${key}`;
  const { env } = await provider((_, response) =>
    response.writeHead(403, { "x-request-id": key }).end(JSON.stringify({ error: { message: `Not for ${echo}` } })),
  );
  const folder = makeFolder({ "fox.image.md": PROMPT });
  const { stdout, stderr, code } = await runArtdeskProcess(folder, ["generate", "--json"], env);
  expect(code).toBe(1);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  const written = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, "latin1"));
  for (const text of [stdout, stderr, ...written]) {
    expect(text).not.toContain(key);
    expect(text).not.toContain(Buffer.from(key).toString("base64"));
  }
  expect(stdout).toContain("Not for");
});

test("control characters of others do not reach a terminal", async () => {
  const evil = "\u001B[2J\u001B]0;owned\u0007 wiped \u202Etxt\u0000";
  const { env } = await provider((_, response) =>
    response.writeHead(400).end(JSON.stringify({ error: { message: evil } })),
  );
  const { stdout, stderr } = await runArtdeskProcess(makeFolder({ "fox.image.md": PROMPT }), ["generate"], env);
  expect(stdout + stderr).toContain("wiped");
  // oxlint-disable-next-line no-control-regex
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F\u0080-\u009F\u202A-\u202E\u2066-\u2069]/);
});

/** An Images API whose reply points to `file`, which the same server has, or does not. */
async function pointingProvider(
  entry: (file: string) => object,
  file: RequestListener,
): Promise<{ env: Record<string, string>; fetched: string[] }> {
  const fetched: string[] = [];
  const { env } = await provider((request, response) => {
    if (request.method === "GET") {
      fetched.push(`${request.url}`);
      return file(request, response);
    }
    const address = `http://${request.headers.host}/files/fox.png`;
    return response.end(JSON.stringify({ created: 1, data: [entry(address)], usage: USAGE }));
  });
  return { env, fetched };
}

test.each([
  ["an address", (url: string) => ({ url })],
  ["an object around an address", (url: string) => ({ b64_json: null, image_url: { url } })],
])("a reply with %s instead of bytes is fetched, delivered and booked once", async (_, entry) => {
  const { env, fetched } = await pointingProvider(entry, (_request, response) => response.end(image));
  const folder = makeFolder({ "fox.image.md": PROMPT });
  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  expect([code, document.totals.costMicroUsd]).toEqual([0, 5_930]);
  expect(readFileSync(join(folder, "fox.png")).equals(image)).toBe(true);
  expect(fetched).toEqual(["/files/fox.png"]);
});

test("an image that cannot be fetched is possibly billed, and its address is told", async () => {
  const { env, fetched } = await pointingProvider(
    (url) => ({ url }),
    (_, response) => response.writeHead(404).end(),
  );
  const folder = makeFolder({ "fox.image.md": PROMPT });
  const { code, stdout, stderr } = await runArtdeskProcess(folder, ["generate"], env);
  expect([code, `${stdout}${stderr}`]).toEqual([1, expect.stringContaining("/files/fox.png")]);
  expect(`${stdout}${stderr}`).toContain("Possibly billed");
  const again = await runArtdeskProcess(folder, ["generate"], env);
  expect(again.code).toBe(1);
  expect(fetched).toHaveLength(1);
});

test("a file that cannot be read as an image is booked, and kept as received", async () => {
  const half = image.subarray(0, image.length / 2);
  const { env, calls } = await provider((_, response) => response.end(reply(half.toString("base64"))));
  const folder = makeFolder({ "fox.image.md": PROMPT });
  const { code, document, stderr } = await runArtdeskJson(folder, ["generate"], env);
  expect([code, document.totals.costMicroUsd, calls()]).toEqual([1, 5_930, 1]);
  const kept = readdirSync(join(folder, ".artdesk"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".bin"),
  );
  expect(kept).toHaveLength(1);
  expect(readFileSync(join(folder, ".artdesk", kept[0] ?? "")).equals(half)).toBe(true);
  expect(`${stderr}${JSON.stringify(document)}`).toContain("kept in .artdesk/");
});

test("an AVIF that came where a PNG was asked is delivered as it is", async () => {
  const avif = await sharp(image).avif().toBuffer();
  const { env } = await provider((_, response) => response.end(reply(avif.toString("base64"))));
  const folder = makeFolder({ "fox.image.md": PROMPT });
  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  expect([code, document.totals.costMicroUsd]).toEqual([0, 5_930]);
  expect(readFileSync(join(folder, "fox.png")).equals(avif)).toBe(true);
});
