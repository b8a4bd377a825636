import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { isArtdeskError, type ArtdeskError } from "../../basics/errors.ts";
import { openai } from "../../models/providers/openai.ts";
import { createUndiciHttp } from "./undici-http.ts";

const KEY = "9f2c1ab04d7e4c6f8a35b1d2e0f47c96";
const REQUEST = { provider: "openai", method: "POST", path: "/images/generations", headers: {}, body: "{}" } as const;

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that counts what reaches it. */
async function provider(
  answer: RequestListener = (_, response) => response.end("{}"),
): Promise<{ url: string; port: number; calls: () => number }> {
  let calls = 0;
  const port = await listen(
    createServer((request, response) => {
      calls += 1;
      answer(request, response);
    }),
  );
  return { url: `http://127.0.0.1:${port}`, port, calls: () => calls };
}

function host(env: Record<string, string>): ReturnType<typeof createUndiciHttp> {
  const http = createUndiciHttp({ providers: [openai], env: { OPENAI_API_KEY: KEY, ...env } });
  onTestFinished(() => http.close());
  return http;
}

async function failure(env: Record<string, string>): Promise<ArtdeskError> {
  try {
    const { body } = await host(env).send(REQUEST, { timeoutMs: 5_000 });
    for await (const _chunk of body);
  } catch (error) {
    if (isArtdeskError(error)) return error;
    throw error;
  }
  throw new Error("it was sent");
}

describe("what was not sent is not billed, and its cause is named", () => {
  it.each([
    ["typographic quotes", `\u201C${KEY}\u201D`, "U+201C"],
    ["a line break inside", `${KEY}\n${KEY}`, "U+000A"],
    ["a no-break space inside", `${KEY}\u00A0x`, "U+00A0"],
    ["an umlaut", `${KEY}ä`, "U+00E4"],
  ])("a key with %s", async (_, key, words) => {
    const { url, calls } = await provider();
    const error = await failure({ OPENAI_BASE_URL: url, OPENAI_API_KEY: key });
    expect(error).toMatchObject({ code: "auth_failed", billed: "no" });
    expect(error.shortMessage).toContain(`OPENAI_API_KEY holds a character that no key has (${words})`);
    expect(error.message).not.toContain(KEY);
    expect(calls()).toBe(0);
  });

  it.each(["api.openai.com/v1", '"https://api.openai.com/v1"', "ftp://api.openai.com", "https://", "not an address"])(
    "a base URL %j",
    async (baseUrl) => {
      const error = await failure({ OPENAI_BASE_URL: baseUrl });
      expect(error).toMatchObject({ code: "invalid_request", billed: "no" });
      expect(error.message).toContain("OPENAI_BASE_URL");
    },
  );

  it("nobody who listens", async () => {
    const closed = await provider();
    const port = closed.port;
    const error = await failure({ OPENAI_BASE_URL: `http://127.0.0.1:${port === 1 ? 2 : 1}` });
    expect(error).toMatchObject({ code: "network", billed: "no" });
    expect(error.shortMessage).toBe("OpenAI could not be reached; nothing was sent.");
  });

  it("https where http is spoken", async () => {
    const { port, calls } = await provider();
    const error = await failure({ OPENAI_BASE_URL: `https://127.0.0.1:${port}` });
    expect(error).toMatchObject({ code: "network", billed: "no" });
    expect(error.shortMessage).toMatch(/does not speak https/);
    expect(calls()).toBe(0);
  });

  it("a certificate that nobody vouches for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "artdesk-tls-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const make = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "3650",
    ];
    execFileSync("openssl", [...make, "-subj", "/CN=localhost", "-keyout", key, "-out", cert], { stdio: "ignore" });
    let calls = 0;
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      calls += 1;
      response.end();
    });
    const error = await failure({ OPENAI_BASE_URL: `https://localhost:${await listen(server)}` });
    expect(error).toMatchObject({ code: "network", billed: "no" });
    expect(error.shortMessage).toMatch(/certificate is not trusted \([A-Z_]+\); nothing was sent/);
    expect(error.hint).toContain("NODE_EXTRA_CA_CERTS");
    expect(calls).toBe(0);
  });

  it.each([407, 403, 502])("a proxy that refuses with %i", async (status) => {
    const server = createServer();
    server.on("connect", (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`));
    const port = await listen(server);
    const error = await failure({
      OPENAI_BASE_URL: "https://api.openai.example/v1",
      HTTPS_PROXY: `http://127.0.0.1:${port}`,
    });
    expect(error).toMatchObject({ code: "network", billed: "no" });
    expect(error.shortMessage).toBe(`The proxy refused (${status}); nothing was sent to OpenAI.`);
    expect(error.hint).toContain("HTTPS_PROXY");
  });

  it("a proxy that is not there, named without a scheme", async () => {
    const error = await failure({ OPENAI_BASE_URL: "https://api.openai.example/v1", HTTPS_PROXY: "127.0.0.1:1" });
    expect(error).toMatchObject({ code: "network", billed: "no" });
    expect(error.shortMessage).toContain("through the proxy of HTTPS_PROXY");
  });

  it.each(["“http://127.0.0.1:8080”", "socks5://127.0.0.1:1080", "http://"])("a proxy %j", async (proxy) => {
    const error = await failure({ OPENAI_BASE_URL: "https://api.openai.example/v1", HTTPS_PROXY: proxy });
    expect(error).toMatchObject({ code: "invalid_request", billed: "no" });
    expect(error.message).toContain("HTTPS_PROXY");
  });
});

it("a proxy without a scheme is an http proxy", async () => {
  const { port, calls } = await provider((_, response) => response.end('{"ok":true}'));
  const http = host({ OPENAI_BASE_URL: "http://provider.example/v1", HTTP_PROXY: `127.0.0.1:${port}` });
  expect((await http.send(REQUEST, { timeoutMs: 5_000 })).status).toBe(200);
  expect(calls()).toBe(1);
});

it("a connection that is cut once the request has left may have been billed", async () => {
  const { url, calls } = await provider((request) => request.socket.destroy());
  expect(await failure({ OPENAI_BASE_URL: url })).toMatchObject({ code: "network", billed: "unknown" });
  expect(calls()).toBe(1);
});

it.each([
  ["gzip", gzipSync],
  ["br", brotliCompressSync],
  ["deflate", deflateSync],
  ["zstd", zstdCompressSync],
])("a body that is packed unasked with %s is unpacked", async (encoding, pack) => {
  const text = JSON.stringify({ data: "x".repeat(400_000) });
  const { url } = await provider((request, response) => {
    expect(request.headers["accept-encoding"]).toBe("identity");
    response.writeHead(200, { "content-encoding": encoding }).end(pack(Buffer.from(text)));
  });
  const { body, headers } = await host({ OPENAI_BASE_URL: url }).send(REQUEST, { timeoutMs: 5_000 });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk.slice());
  expect(Buffer.concat(chunks).toString()).toBe(text);
  expect([headers["content-encoding"], headers["content-length"]]).toEqual([undefined, undefined]);
});

describe("keys are hidden by value in whatever comes back", () => {
  const SHAPES = [
    "9f2c1ab04d7e4c6f8a35b1d2e0f47c96",
    ["sk", "proj", "abcdef0123456789"].join("-"),
    "AIzaSyA-0123456789abcdef",
    "0a1b2c3d-1111-2222-3333-444455556666:0123456789abcdef",
    "r8_abcdefghijklmnop",
    "abc+/def==",
    'quo"te\\key',
    "short123",
  ];
  const FORMS: readonly [string, (key: string) => string][] = [
    ["as it is", (key) => key],
    ["as a header", (key) => `Bearer ${key}`],
    ["in base64", (key) => Buffer.from(key).toString("base64")],
    ["in base64 of a pair", (key) => Buffer.from(`user:${key}`).toString("base64")],
    ["in an address", (key) => `https://x.example/?key=${encodeURIComponent(key)}`],
    ["in JSON", (key) => JSON.stringify(key).slice(1, -1)],
  ];

  it.each(SHAPES.flatMap((key) => FORMS.map(([form, write]) => [key, form, write] as const)))(
    "%s %s",
    async (key, _form, write) => {
      const echo = write(key);
      const { url } = await provider((_, response) =>
        response.writeHead(401, { "x-request-id": `req ${echo}` }).end(`{"error":{"message":"Wrong: ${echo} !"}}`),
      );
      const { body, headers } = await host({ OPENAI_BASE_URL: url, OPENAI_API_KEY: key }).send(REQUEST, {
        timeoutMs: 5_000,
      });
      let text = "";
      for await (const chunk of body) text += Buffer.from(chunk).toString("latin1");
      expect(text + headers["x-request-id"]).not.toContain(echo);
      expect(text + headers["x-request-id"]).not.toContain(key);
      expect(text).toContain("Wrong: ");
    },
  );
});

it("a reply that nobody reads does not hold the host open", async () => {
  const { url } = await provider((_, response) => {
    response.writeHead(200, { "content-length": "1000000" });
    response.write("x");
  });
  const http = createUndiciHttp({ providers: [openai], env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: url } });
  const { status } = await http.send(REQUEST, { timeoutMs: 600_000 });
  expect(status).toBe(200);
  // Ends at once: the body would keep the connection until the deadline.
  await http.close();
});
