import { isArtdeskError, type ArtdeskError, type Http, type HttpRequest } from "@artdesk/core";
import type { IExecuteFunctions } from "n8n-workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArtdeskOpenAiApi } from "../credentials/ArtdeskOpenAiApi.credentials.ts";
import { createN8nHttp } from "../nodes/Artdesk/host/n8n-http.ts";
import { startLoopbackServer, type LoopbackServer } from "./harness/loopback-server.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import { probeNode } from "./harness/probe-node.mts";
import { runNode } from "./harness/run-node.mts";

const POST: HttpRequest = {
  provider: "openai",
  method: "POST",
  path: "/ok",
  headers: { "content-type": "application/json" },
  body: '{"n":1}',
};

const LARGE = Buffer.alloc(4_000_000, 0x20);

let server: LoopbackServer;
/** Answers that wait until the test lets go of them. */
const heldBack: (() => void)[] = [];

beforeAll(async () => {
  server = await startLoopbackServer(({ url }, response) => {
    if (url === "/v1/ok") response.writeHead(200, { "X-Request-Id": "r1" }).end("hello");
    else if (url === "/v1/refused") response.writeHead(401, { "retry-after": "7" }).end("no");
    else if (url === "/v1/moved") response.writeHead(302, { location: "/v1/ok" }).end();
    else if (url === "/v1/cut") response.socket?.destroy();
    else if (url === "/v1/cut-in-body") {
      response.writeHead(200, { "content-length": "100" }).write("abc", () => response.socket?.destroy());
    } else if (url === "/v1/large") response.writeHead(200, { "content-length": LARGE.length }).end(LARGE);
    else if (url === "/v1/half") response.writeHead(200).write("abc");
    else heldBack.push(() => response.end());
  });
});
afterAll(() => server.close());

async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function failureOf(work: Promise<unknown>): Promise<ArtdeskError> {
  const failure: unknown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!isArtdeskError(failure)) throw new Error(`no ArtdeskError came, but ${String(failure)}`);
  return failure;
}

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("requests through n8n %s", (version) => {
  const release = loadN8nRelease(version);

  /** Runs `use` inside a node of the real engine. */
  async function withHttp(
    use: (http: Http, context: IExecuteFunctions) => Promise<void>,
    baseUrl = `${server.baseUrl}/v1/`,
  ): Promise<void> {
    let failure: unknown;
    const node = probeNode(["artdeskOpenAiApi"], async (context) => {
      const http = createN8nHttp(context, new Map([["openai", { credentialType: "artdeskOpenAiApi", baseUrl }]]));
      await use(http, context).then(undefined, (cause: unknown) => {
        failure = cause;
      });
    });
    const { run } = await runNode({ type: "probe" }, [{ json: {} }], {
      release,
      nodeTypes: { probe: node },
      credentialTypes: { artdeskOpenAiApi: new ArtdeskOpenAiApi() },
      credentials: { artdeskOpenAiApi: { apiKey: "secret-1", baseUrl } },
    });
    if (failure !== undefined) throw failure;
    expect(run.data.resultData.error).toBeUndefined();
  }

  it("signs with the credential and gives status, headers and body as they came", () =>
    withHttp(async (http) => {
      const reply = await http.send(POST, { timeoutMs: 5000 });
      expect(reply.status).toBe(200);
      expect(reply.headers["x-request-id"]).toBe("r1");
      expect(await readAll(reply.body)).toBe("hello");
      const request = server.requests.at(-1);
      expect(request).toMatchObject({ method: "POST", url: "/v1/ok", body: '{"n":1}' });
      expect(request?.headers).toMatchObject({ authorization: "Bearer secret-1", "content-type": "application/json" });
    }));

  it("sends bytes untouched", () =>
    withHttp(async (http) => {
      const bytes = new TextEncoder().encode("xxhéyy").subarray(2, 5);
      await readAll((await http.send({ ...POST, body: bytes }, { timeoutMs: 5000 })).body);
      expect(server.requests.at(-1)?.body).toBe("hé");
    }));

  it("frees what was read of a large reply, and nothing that is still to come", () =>
    withHttp(async (http) => {
      const reply = await http.send({ ...POST, path: "/large" }, { timeoutMs: 5000 });
      const used: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of reply.body) {
        expect(chunk.every((byte) => byte === 0x20)).toBe(true);
        bytes += chunk.length;
        reply.release?.(chunk);
        used.push(chunk);
      }
      expect(bytes).toBe(LARGE.length);
      expect(used.filter(({ length }) => length === 0).length).toBeGreaterThan(5);
    }));

  it("sends a refused request once and keeps its headers", () =>
    withHttp(async (http) => {
      const before = server.requests.length;
      const reply = await http.send({ ...POST, path: "/refused" }, { timeoutMs: 5000 });
      expect(reply.status).toBe(401);
      expect(reply.headers["retry-after"]).toBe("7");
      expect(await readAll(reply.body)).toBe("no");
      expect(server.requests.length - before).toBe(1);
    }));

  it("follows no redirect with a paid request", () =>
    withHttp(async (http) => {
      const before = server.requests.length;
      expect((await http.send({ ...POST, path: "/moved" }, { timeoutMs: 5000 })).status).toBe(302);
      expect(server.requests.length - before).toBe(1);
    }));

  it("knows that nothing was billed when nobody listens", () =>
    withHttp(async (http) => {
      expect(await failureOf(http.send(POST, { timeoutMs: 5000 }))).toMatchObject({
        code: "network",
        billed: "no",
        details: "ECONNREFUSED",
      });
    }, "http://127.0.0.1:1"));

  it("does not know what a cut connection cost, before the reply or inside it", () =>
    withHttp(async (http) => {
      const before = server.requests.length;
      expect(await failureOf(http.send({ ...POST, path: "/cut" }, { timeoutMs: 5000 }))).toMatchObject({
        code: "network",
        billed: "unknown",
      });
      const reply = await http.send({ ...POST, path: "/cut-in-body" }, { timeoutMs: 5000 });
      expect(await failureOf(readAll(reply.body))).toMatchObject({ code: "network", billed: "unknown" });
      expect(server.requests.length - before).toBe(2);
    }));

  it("ends at the time limit, before the reply or inside it", () =>
    withHttp(async (http) => {
      expect(await failureOf(http.send({ ...POST, path: "/never" }, { timeoutMs: 100 }))).toMatchObject({
        code: "timeout",
        billed: "unknown",
      });
      const reply = await http.send({ ...POST, path: "/half" }, { timeoutMs: 2000 });
      expect(await failureOf(readAll(reply.body))).toMatchObject({ code: "timeout", billed: "unknown" });
    }));

  it("ends when the signal aborts, before the reply, inside it, and before anything was sent", () =>
    withHttp(async (http) => {
      const early = new AbortController();
      const waiting = failureOf(http.send({ ...POST, path: "/never" }, { timeoutMs: 5000, signal: early.signal }));
      early.abort();
      expect(await waiting).toMatchObject({ code: "aborted", billed: "unknown" });

      const late = new AbortController();
      const reply = await http.send({ ...POST, path: "/half" }, { timeoutMs: 5000, signal: late.signal });
      const reading = failureOf(readAll(reply.body));
      late.abort();
      expect(await reading).toMatchObject({ code: "aborted", billed: "unknown" });

      const before = server.requests.length;
      expect(await failureOf(http.send(POST, { timeoutMs: 5000, signal: late.signal }))).toMatchObject({
        code: "aborted",
        billed: "no",
      });
      expect(server.requests.length).toBe(before);
    }));

  it("has keys for the providers with a credential, and calls no other", () =>
    withHttp(async (http) => {
      expect([http.hasKey("openai"), http.hasKey("gemini")]).toEqual([true, false]);
      expect(await failureOf(http.send({ ...POST, provider: "gemini" }, { timeoutMs: 5000 }))).toMatchObject({
        code: "auth_failed",
        billed: "no",
      });
    }));
});
