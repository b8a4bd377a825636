import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { grayPng } from "../../../test/gray-png.ts";
import { isArtdeskError, type ArtdeskError } from "../../basics/errors.ts";
import { collectJob } from "../../buy/collect-job.ts";
import { fal } from "../../models/providers/fal.ts";
import { nodeCodec } from "./node-codec.ts";
import { systemClock } from "./system-clock.ts";
import { createUndiciHttp, type UndiciHttp } from "./undici-http.ts";

const KEY = "fal-secret-0123456789";
const JOB = { id: "job-1", model: "fal-ai/flux-kontext/dev" };

interface Seen {
  host: string;
  path: string;
  headers: IncomingHttpHeaders;
}

let closers: (() => Promise<void>)[] = [];
let seen: Seen[] = [];
let origin = "";
let otherOrigin = "";
/** What the result names, and what the file's address answers. */
let fileUrl = "";
let answerFile: RequestListener = (_request, response) => void response.end();
let http: UndiciHttp;

async function listen(host: string, listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    seen.push({ host, path: request.url ?? "", headers: request.headers });
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  closers = [];
  seen = [];
  origin = await listen("provider", (request, response) => {
    if (request.url?.startsWith("/files/")) return answerFile(request, response);
    response.setHeader("content-type", "application/json");
    const isStatus = request.url?.endsWith("/status") === true;
    return void response.end(JSON.stringify(isStatus ? { status: "COMPLETED" } : { images: [{ url: fileUrl }] }));
  });
  otherOrigin = await listen("other", (request, response) => answerFile(request, response));
  http = createUndiciHttp({ providers: [fal], env: { FAL_KEY: KEY, FAL_BASE_URL: origin } });
});

afterEach(async () => {
  await http.close();
  await Promise.all(closers.map((close) => close()));
});

async function collect(): Promise<ArtdeskError | "collected"> {
  const host = { http, clock: systemClock, codec: nodeCodec };
  try {
    await collectJob(host, fal, JOB, { count: 1, deadlineMs: Date.now() + 60_000 });
    return "collected";
  } catch (error) {
    if (isArtdeskError(error)) return error;
    throw error;
  }
}

async function refusal(): Promise<string> {
  const error = await collect();
  if (error === "collected") return error;
  expect(error).toMatchObject({ code: "bad_response", billed: "unknown", requestId: "job-1", provider: "fal" });
  expect(JSON.stringify(error) + error.message).not.toContain(KEY);
  return error.shortMessage;
}

const png: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "image/png" });
  response.end(grayPng(64, 64));
};

it("sends the key to the provider's own origin, and nowhere else", async () => {
  answerFile = png;
  fileUrl = `${origin}/files/1.png`;
  expect(await collect()).toBe("collected");
  expect(seen.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ["/fal-ai/flux-kontext/requests/job-1/status", `Key ${KEY}`],
    ["/fal-ai/flux-kontext/requests/job-1", `Key ${KEY}`],
    ["/files/1.png", `Key ${KEY}`],
  ]);
  seen = [];
  fileUrl = `${otherOrigin}/1.png`;
  expect(await collect()).toBe("collected");
  expect(seen.at(-1)).toMatchObject({ host: "other", path: "/1.png" });
  expect(JSON.stringify(seen.at(-1)?.headers)).not.toContain(KEY);
});

it.each([
  ["https://10.0.0.7/1.png", /10\.0\.0\.7 is not a public host/],
  ["https://169.254.169.254/latest/meta-data/", /169\.254\.169\.254 is not a public host/],
  ["http://192.168.1.1/1.png", /it is not https/],
  ["file:///etc/passwd", /it is not https/],
])("asks no private host: %s", async (url, message) => {
  fileUrl = url;
  expect(await refusal()).toMatch(message);
  expect(seen).toHaveLength(2);
});

it("follows a redirect to a public address or its own, without the key, and not for ever", async () => {
  for (const target of [`${otherOrigin}/2.png`, `${origin}/files/2.png`, "/files/2.png"]) {
    seen = [];
    answerFile = (request, response) => {
      if (request.url?.endsWith("2.png")) return png(request, response);
      response.writeHead(302, { location: target });
      response.end("moved");
    };
    fileUrl = `${origin}/files/1.png`;
    expect(await collect()).toBe("collected");
    expect(seen).toHaveLength(4);
    expect(JSON.stringify(seen.at(-1)?.headers)).not.toContain(KEY);
  }
  seen = [];
  answerFile = (_request, response) => {
    response.writeHead(302, { location: `${otherOrigin}/again.png` });
    response.end();
  };
  expect(await refusal()).toMatch(/leads on and on/);
  expect(seen).toHaveLength(8);
  answerFile = (_request, response) => {
    response.writeHead(302, { location: "http://10.0.0.7/secret.png" });
    response.end();
  };
  expect(await refusal()).toMatch(/it is not https/);
});

it("refuses a page with status 200, and a page that claims to be a picture", async () => {
  fileUrl = `${otherOrigin}/1.png`;
  answerFile = (_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end("<!doctype html><p>Please log in</p>");
  };
  expect(await refusal()).toMatch(
    /is an HTML page \(declared as text\/html; charset=utf-8\)\. The address answered with text\/html/,
  );
  answerFile = (_request, response) => {
    response.writeHead(200, { "content-type": "image/png" });
    response.end("<!doctype html><p>Please log in</p>");
  };
  expect(await refusal()).toMatch(/is an HTML page \(declared as image\/png\)/);
});

it("takes a real picture whatever type it is said to be", async () => {
  fileUrl = `${otherOrigin}/1.png`;
  answerFile = (_request, response) => {
    response.writeHead(200, { "content-type": "application/zip" });
    response.end(grayPng(64, 64));
  };
  expect(await collect()).toBe("collected");
});

it("refuses 2 GB by their stated length, without reading them", async () => {
  fileUrl = `${otherOrigin}/1.png`;
  answerFile = (_request, response) => {
    response.writeHead(200, { "content-type": "image/png", "content-length": String(2 * 1024 ** 3) });
    response.write(Buffer.alloc(1024));
  };
  expect(await refusal()).toBe("The image is larger than 100000000 bytes.");
});

it("stops a body without end at the limit, and holds no more than that", async () => {
  fileUrl = `${otherOrigin}/1.png`;
  let sentBytes = 0;
  const chunk = Buffer.alloc(1024 * 1024);
  answerFile = (_request, response) => {
    response.writeHead(200, { "content-type": "image/png" });
    const more = (): void => {
      while (!response.destroyed) {
        sentBytes += chunk.length;
        if (!response.write(chunk)) break;
      }
    };
    response.on("drain", more);
    more();
  };
  const before = process.memoryUsage().arrayBuffers;
  expect(await refusal()).toBe("The image is larger than 100000000 bytes.");
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(250_000_000);
  // Beyond the limit only what the sockets had buffered.
  expect(sentBytes).toBeLessThan(160_000_000);
}, 60_000);

it("refuses a decompression bomb by the size in its header, and a body that is packed again", async () => {
  fileUrl = `${otherOrigin}/1.png`;
  const bomb = Buffer.from(grayPng(1, 1));
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  answerFile = (_request, response) => {
    response.writeHead(200, { "content-type": "image/png" });
    response.end(bomb);
  };
  expect(await refusal()).toMatch(/claims 60000x60000 pixels, which is more than is taken/);
  answerFile = (_request, response) => {
    response.writeHead(200, { "content-type": "image/png", "content-encoding": "gzip" });
    response.end(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]));
  };
  expect(await refusal()).toMatch(/packed on the way and cannot be unpacked/);
  expect(seen.at(-1)?.headers["accept-encoding"]).toBe("identity");
});
