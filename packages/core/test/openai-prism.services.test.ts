import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUndiciHttp, type UndiciHttp } from "../src/node/platform/undici-http.ts";
import { nodeCodec } from "../src/node/platform/node-codec.ts";
import type { ProviderCall } from "../src/models/adapter/provider.ts";
import { openai } from "../src/models/providers/openai.ts";
import { exampleCall } from "../src/testing/example-call.ts";
import { noiseImage } from "./noise-image.ts";
import { sharedFolder } from "./shared-folder.ts";

// Prism stands between Artdesk and the simulator and holds every request and reply against OpenAI's own document.
const image = await noiseImage({ widthPx: 64, heightPx: 64 });
const KITE = { bytes: image, mediaType: "image/png", name: "kite.png" };
const offer = { provider: "openai", model: "gpt-image-2", quality: "low", size: "1024x1024" } as const;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(sharedFolder === undefined)("OpenAI's document agrees with", () => {
  let simulator: Simulator;
  let prism: ChildProcess;
  let http: UndiciHttp;

  beforeAll(async () => {
    simulator = await startSimulator({ now: () => Date.parse("2026-11-24") });
    const document = join(sharedFolder ?? "", "contracts", "openai-images-batches-files.openapi.json");
    const bin = createRequire(import.meta.url).resolve("@stoplight/prism-cli/dist/index.js");
    const port = await freePort();
    prism = spawn(
      process.execPath,
      [bin, "proxy", document, `${simulator.url}/openai/v1`, "--errors", "--host", "127.0.0.1", "--port", String(port)],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await new Promise<void>((resolve, reject) => {
      prism.once("exit", (code) => reject(new Error(`prism ended with ${code}`)));
      prism.stdout?.setEncoding("utf8").on("data", (text: string) => text.includes("is listening") && resolve());
    });
    http = createUndiciHttp({
      providers: [openai],
      env: { OPENAI_API_KEY: "any", OPENAI_BASE_URL: `http://127.0.0.1:${port}` },
    });
  }, 60_000);
  afterAll(async () => {
    await http.close();
    prism.kill();
    await simulator.close();
  });

  async function post(
    call: ProviderCall,
    change?: (body: Record<string, unknown>) => unknown,
  ): Promise<{ status: number; text: string }> {
    const request = openai.build(call, nodeCodec);
    const body = change
      ? JSON.stringify(change(JSON.parse(String(request.body)) as Record<string, unknown>))
      : request.body;
    const response = await http.send({ ...request, body }, { timeoutMs: 30_000 });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return { status: response.status, text: Buffer.concat(chunks).toString("utf8") };
  }

  test.each([
    ["a generation", exampleCall({ offer })],
    [
      "two transparent WebP images",
      exampleCall({
        offer: { ...offer, model: "gpt-image-2.5-flare" },
        count: 2,
        request: { transparent: true, format: "webp" },
      }),
    ],
    ["an edit as JSON", exampleCall({ offer, request: { operation: "edit", references: [KITE] } })],
  ])("%s, request and reply", async (_name, call) => {
    const { status, text } = await post(call);
    expect([status, text.slice(0, 300)]).toEqual([200, expect.stringContaining("created")]);
    expect(simulator.calls().at(-1)).toMatchObject({ status: 200 });
  });

  test.each([
    ["n", { n: "two" }],
    ["output_format", { output_format: "bmp" }],
    ["background", { background: "red" }],
  ])("what it refuses: a wrong %s never reaches the provider", async (field, change) => {
    const before = simulator.calls().length;
    const { status, text } = await post(exampleCall({ offer }), (body) => ({ ...body, ...change }));
    expect([status, text]).toEqual([422, expect.stringContaining(field)]);
    expect(simulator.calls()).toHaveLength(before);
  });
});
