// What it costs to get the image out of a JSON reply: node --conditions=source bench/decode.ts
// Every way runs in its own process. Prints one JSON document.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { nodeCodec } from "../packages/core/src/node/platform/node-codec.ts";
import { readJsonWithImages } from "../packages/core/src/wire/http.ts";

const CHUNK_BYTES = 64 * 1024;
const SUBJECT = { provider: "openai", providerName: "OpenAI", model: "gpt-image-2", requestId: undefined };

/** Bytes that do not compress and are the same in every run. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 0x9e3779b9;
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

function replyBody(image: Buffer): Buffer {
  const usage = '"usage":{"input_tokens":50,"output_tokens":1756,"total_tokens":1806}';
  return Buffer.from(`{"created":1,"data":[{"b64_json":"${image.toString("base64")}"}],${usage}}`);
}

/** New chunks each time, as a socket gives them. */
async function* arriving(body: Buffer, plain: boolean): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < body.length; start += CHUNK_BYTES) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, body.length - start));
    body.copy(chunk, 0, start);
    await Promise.resolve();
    yield plain ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length) : chunk;
  }
}

async function concatenated(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

type Way = (body: Buffer) => Promise<Uint8Array>;

async function streaming(body: Buffer, plain: boolean): Promise<Uint8Array> {
  const response = { status: 200, headers: { "content-length": String(body.length) }, body: arriving(body, plain) };
  const reply = await readJsonWithImages(response, { codec: nodeCodec, imageKeys: ["b64_json"], subject: SUBJECT });
  const [image] = reply.images;
  if (!(image instanceof Uint8Array)) throw new Error("no image");
  return image;
}

const WAYS: Readonly<Record<string, Way>> = {
  async discard(body) {
    for await (const chunk of arriving(body, false)) if (chunk.length === 0) throw new Error("empty chunk");
    return new Uint8Array();
  },
  async decodeWithoutParse(body) {
    const whole = await concatenated(arriving(body, false));
    const start = whole.indexOf('"b64_json":"') + 12;
    return Buffer.from(whole.toString("latin1", start, whole.indexOf(0x22, start)), "base64");
  },
  async parseAndDecode(body) {
    const whole = await concatenated(arriving(body, false));
    const json = JSON.parse(whole.toString()) as { data: [{ b64_json: string }] };
    return Buffer.from(json.data[0].b64_json, "base64");
  },
  streamingBuffers: (body) => streaming(body, false),
  streamingPlainArrays: (body) => streaming(body, true),
};

interface Measurement {
  msPerImage: number;
  /** Peak above the process with the reply body in memory, before any decode. */
  peakMb: number;
}

async function measure(way: Way, imageBytes: number, rounds: number, atOnce: number): Promise<Measurement> {
  const image = noise(imageBytes);
  const body = replyBody(image);
  const expected = createHash("sha256").update(image).digest("hex");
  const first = await way(body);
  if (first.length > 0 && createHash("sha256").update(first).digest("hex") !== expected) throw new Error("wrong bytes");
  const idleKb = process.resourceUsage().maxRSS;
  for (let round = 0; round < Math.ceil(rounds / 4); round += 1) await way(body);
  const start = performance.now();
  for (let round = 0; round < rounds; round += 1) await Promise.all(Array.from({ length: atOnce }, () => way(body)));
  const elapsedMs = performance.now() - start;
  return {
    msPerImage: Number((elapsedMs / rounds / atOnce).toFixed(2)),
    peakMb: Math.round((process.resourceUsage().maxRSS - idleKb) / 1024),
  };
}

const SCENES = [
  { name: "1.84 MB, one at a time", imageBytes: 1_837_188, rounds: 200, atOnce: 1 },
  { name: "1.84 MB, 16 at once", imageBytes: 1_837_188, rounds: 20, atOnce: 16 },
  { name: "15.3 MB, 4 at once", imageBytes: 15_300_000, rounds: 6, atOnce: 4 },
];

const [wayName, sceneIndex] = process.argv.slice(2);
if (wayName === undefined) {
  const results: Record<string, Record<string, Measurement>> = {};
  for (const [index, scene] of SCENES.entries()) {
    const measured: Record<string, Measurement> = {};
    for (const name of Object.keys(WAYS)) {
      const child = spawnSync(
        process.execPath,
        [...process.execArgv, fileURLToPath(import.meta.url), name, String(index)],
        {
          encoding: "utf8",
        },
      );
      if (child.status !== 0) throw new Error(child.stderr);
      measured[name] = JSON.parse(child.stdout) as Measurement;
    }
    results[scene.name] = measured;
  }
  console.log(JSON.stringify(results, undefined, 2));
} else {
  const scene = SCENES[Number(sceneIndex)];
  const way = WAYS[wayName];
  if (scene === undefined || way === undefined) throw new Error(`no way ${wayName} or no scene ${sceneIndex}`);
  console.log(JSON.stringify(await measure(way, scene.imageBytes, scene.rounds, scene.atOnce)));
}
