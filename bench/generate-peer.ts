// One peer of bench/generate.ts in a process of its own. Prints one JSON line.
import { createNodeArtdesk } from "../packages/core/src/node/index.ts";

interface PeerTask {
  peer: string;
  calls: number;
  concurrency: number;
  size: string;
  /** The simulator. */
  url: string;
}

type Call = () => Promise<number>;

const PROMPT = "A small white lighthouse on a grassy cliff at dawn";
const KEY = "sim-openai";
const GEMINI_MODEL = "gemini-nano-banana-2.1";

/** How each peer gets one image; resolves to the image's bytes. */
const PEERS: Record<string, (task: PeerTask) => Promise<Call>> = {
  async artdesk({ size, url }) {
    // The other peers, too, have their HTTP client loaded before the idle process is measured.
    await import("undici");
    const desk = await createNodeArtdesk({ env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${url}/openai/v1` } });
    return async () => {
      const result = await desk.generate({ prompt: PROMPT, size, model: "gpt-image-2", quality: "low" });
      if (result.error) throw result.error;
      return result.images[0]?.bytes.length ?? 0;
    };
  },
  async "openai sdk"({ size, url }) {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ apiKey: KEY, baseURL: `${url}/openai/v1`, maxRetries: 0 });
    return async () => {
      const reply = await client.images.generate({ model: "gpt-image-2", prompt: PROMPT, n: 1, size, quality: "low" });
      return Buffer.from(reply.data?.[0]?.b64_json ?? "", "base64").length;
    };
  },
  async "ai sdk"({ size, url }) {
    const [{ generateImage }, { createOpenAI }] = await Promise.all([import("ai"), import("@ai-sdk/openai")]);
    const model = createOpenAI({ apiKey: KEY, baseURL: `${url}/openai/v1` }).image("gpt-image-2");
    return async () => {
      const { image } = await generateImage({
        model,
        prompt: PROMPT,
        size: size as `${number}x${number}`,
        maxRetries: 0,
        providerOptions: { openai: { quality: "low" } },
      });
      return image.uint8Array.length;
    };
  },
  async "artdesk, Gemini"({ url }) {
    const desk = await createNodeArtdesk({
      env: { GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: `${url}/gemini/v1beta` },
    });
    await import("undici");
    return async () => {
      const result = await desk.generate({ prompt: PROMPT, model: GEMINI_MODEL });
      if (result.error) throw result.error;
      return result.images[0]?.bytes.length ?? 0;
    };
  },
  async "@google/genai"({ url }) {
    const { GoogleGenAI } = await import("@google/genai");
    const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: `${url}/gemini`, apiVersion: "v1beta" } });
    return async () => {
      const reply = await client.models.generateContent({
        model: GEMINI_MODEL,
        contents: PROMPT,
        config: { responseModalities: ["IMAGE"], imageConfig: { aspectRatio: "1:1", imageSize: "1K" } },
      });
      const parts = reply.candidates?.[0]?.content?.parts ?? [];
      return Buffer.from(parts.find((part) => part.inlineData && !part.thought)?.inlineData?.data ?? "", "base64")
        .length;
    };
  },
  async "floor: body discarded"(task) {
    const post = await openPost(task);
    return async () => {
      let bytes = 0;
      for await (const chunk of await post()) bytes += chunk.length;
      return bytes;
    };
  },
  async "floor: decode from bytes"(task) {
    const post = await openPost(task);
    return async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await post()) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const start = body.indexOf('"b64_json":"') + '"b64_json":"'.length;
      return Buffer.from(body.toString("latin1", start, body.indexOf('"', start)), "base64").length;
    };
  },
};

async function openPost({ size, url }: PeerTask): Promise<() => Promise<AsyncIterable<Uint8Array>>> {
  const { Agent, request } = await import("undici");
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const body = JSON.stringify({ model: "gpt-image-2", prompt: PROMPT, n: 1, size, quality: "low" });
  const headers = { "content-type": "application/json", authorization: `Bearer ${KEY}` };
  return async () =>
    (await request(`${url}/openai/v1/images/generations`, { method: "POST", dispatcher, headers, body })).body;
}

const task = JSON.parse(process.argv[2] ?? "{}") as PeerTask;
const makeCall = PEERS[task.peer];
if (!makeCall) throw new Error(`unknown peer ${task.peer}`);
const call = await makeCall(task);
const idleBytes = process.memoryUsage.rss();
const before = process.cpuUsage();
const startedAtMs = performance.now();
let left = task.calls;
let imageBytes = 0;
await Promise.all(
  Array.from({ length: task.concurrency }, async () => {
    while (left > 0) {
      left -= 1;
      imageBytes = await call();
    }
  }),
);
const elapsedMs = performance.now() - startedAtMs;
const cpu = process.cpuUsage(before);
process.stdout.write(
  `${JSON.stringify({
    msPerCall: elapsedMs / task.calls,
    cpuMsPerCall: (cpu.user + cpu.system) / 1000 / task.calls,
    peakAboveIdleMb: (process.resourceUsage().maxRSS * 1024 - idleBytes) / 1e6,
    imageBytes,
  })}\n`,
);
process.exit(0);
