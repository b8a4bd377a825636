// Reads one image of the given size out of a JSON reply and prints time and peak memory.
import { randomBytes } from "node:crypto";
import { nodeCodec } from "../packages/core/src/node/platform/node-codec.ts";
import { readJsonWithImages } from "../packages/core/src/wire/http.ts";

const CHUNK_BYTES = 64 * 1024;
const ROUNDS = 5;
const SUBJECT = { provider: "openai", providerName: "OpenAI", model: "gpt-image-2", requestId: undefined };

const imageBytes = Number(process.argv[2]);
const body = Buffer.from(`{"created":1,"data":[{"b64_json":"${randomBytes(imageBytes).toString("base64")}"}]}`);

async function* arriving(): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < body.length; start += CHUNK_BYTES) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, body.length - start));
    body.copy(chunk, 0, start);
    await Promise.resolve();
    yield chunk;
  }
}

async function readOnce(): Promise<void> {
  const response = { status: 200, headers: { "content-length": String(body.length) }, body: arriving() };
  const reply = await readJsonWithImages(response, { codec: nodeCodec, imageKeys: ["b64_json"], subject: SUBJECT });
  const [image] = reply.images;
  if (!(image instanceof Uint8Array) || image.length !== imageBytes) throw new Error("not the image");
}

const idleKb = process.resourceUsage().maxRSS;
const times: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const startedAtMs = performance.now();
  await readOnce();
  times.push(performance.now() - startedAtMs);
}
const peakMb = ((process.resourceUsage().maxRSS - idleKb) * 1024) / 1e6;
process.stdout.write(JSON.stringify({ elapsedMs: times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)], peakMb }));
