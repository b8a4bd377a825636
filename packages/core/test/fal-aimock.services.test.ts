import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ImageRequest } from "../src/basics/types.ts";
import { collectJob } from "../src/buy/collect-job.ts";
import { fal } from "../src/models/providers/fal.ts";
import { createNodeArtdesk, type NodeArtdesk } from "../src/node/platform/create-node-artdesk.ts";
import { nodeCodec } from "../src/node/platform/node-codec.ts";
import { systemClock } from "../src/node/platform/system-clock.ts";
import { createUndiciHttp, type UndiciHttp } from "../src/node/platform/undici-http.ts";
import { exampleCall } from "../src/testing/example-call.ts";
import { noiseImage } from "./noise-image.ts";

// A fake that Artdesk's authors did not write: @copilotkit/aimock 1.43.0. It tells fal's hosts apart by a header and
// serves no files of its own, so that the images are mounted beside it. What it
// does otherwise than fal is asserted at the end.
const aimock = new LLMock({
  port: 0,
  host: "127.0.0.1",
  falQueue: { pollsBeforeInProgress: 1, pollsBeforeCompleted: 2 },
});
const picture = await noiseImage({ widthPx: 48, heightPx: 32 });
const DREAMINA = "fal-ai/bytedance/dreamina/v3.1/text-to-image";
const SEEDVR = "fal-ai/seedvr/upscale/image";
const KITE: ImageRequest = { prompt: "A red kite.", model: DREAMINA, size: "1024x1024" };
let desk: NodeArtdesk;
let http: UndiciHttp;
let fileUrl = "";

beforeAll(async () => {
  aimock.mount("/files", {
    handleRequest: async (_request, response) => {
      response.writeHead(200, { "content-type": "image/png" });
      response.end(picture);
      return true;
    },
  });
  await aimock.start();
  fileUrl = `${aimock.url}/files/kite.png`;
  const env = { FAL_KEY: "any", FAL_BASE_URL: `${aimock.url}/fal` };
  const connections = { fal: { headers: { "x-fal-target-host": "queue.fal.run" } } };
  desk = await createNodeArtdesk({ env, connections });
  http = createUndiciHttp({ providers: [fal], env, connections });
});
afterAll(async () => {
  await desk.close();
  await http.close();
  await aimock.stop();
});
beforeEach(() => aimock.reset());

const made = (): object => ({ images: [{ url: fileUrl, width: 48, height: 32, content_type: "image/png" }] });
const asked = (): string[] =>
  aimock.getRequests().map(({ method, path }) => `${method} ${path.replace(/[0-9a-f-]{36}/, "ID")}`);

describe("a job from submit to result", () => {
  test("is followed through all its states, and the image comes back whole", async () => {
    aimock.onFalQueue(DREAMINA, made());
    const { images, receipt, error } = await desk.generate(KITE);
    expect(error).toBeUndefined();
    expect(images.map(({ sha256 }) => sha256)).toEqual([nodeCodec.sha256Hex(picture)]);
    expect(receipt.costMicroUsd).toBe(30_000);
    expect(asked()).toEqual([
      `POST /fal/${DREAMINA}`,
      "GET /fal/fal-ai/bytedance/requests/ID/status",
      "GET /fal/fal-ai/bytedance/requests/ID/status",
      "GET /fal/fal-ai/bytedance/requests/ID",
    ]);
    const [submitted] = aimock.getRequests();
    expect(submitted?.headers).toMatchObject({ "content-type": "application/json" });
  });

  test("costs what the result's header says in units of the price", async () => {
    aimock.onFalQueue(SEEDVR, { image: { url: fileUrl, content_type: "image/png" } }, { billableUnits: 3 });
    const source = { bytes: picture, mediaType: "image/png", name: "kite.png" };
    const { receipt } = await desk.upscale({ prompt: "Larger.", model: "SeedVR", factor: 2, references: [source] });
    expect(receipt.attempts).toMatchObject([{ outcome: "delivered", costMicroUsd: 3000, tableMicroUsd: 1000 }]);
  });
});

describe("refusals to take a job", () => {
  test.each([
    [401, "auth_failed", "no"],
    [403, "auth_failed", "no"],
    // Without fal's detail nobody knows whether the model or the address is missing.
    [404, "bad_response", "no"],
    [422, "invalid_request", "no"],
    [500, "unavailable", "unknown"],
    [503, "unavailable", "unknown"],
  ] as const)("%i is %s, billed: %s", async (status, code, billed) => {
    aimock.addFixture({ match: { endpoint: "fal", model: DREAMINA }, response: { error: { message: "No." }, status } });
    const { error } = await desk.generate(KITE);
    expect(error).toMatchObject({ code, billed, status });
  });

  test("429 is waited out, and the same call is sent again", async () => {
    aimock.onFalQueue(DREAMINA, made());
    aimock.nextRequestError(429, { message: "Busy." });
    const { images, receipt } = await desk.generate(KITE);
    expect([images.length, receipt.attempts[0]?.posts]).toEqual([1, 2]);
  });
});

describe("what aimock does otherwise than fal", () => {
  test("its errors are of OpenAI's shape, without fal's detail, so that only the status counts", async () => {
    aimock.addFixture({
      match: { endpoint: "fal", model: DREAMINA },
      response: { error: { message: "Exhausted balance", type: "content_policy_violation" }, status: 403 },
    });
    const { error } = await desk.generate(KITE);
    // fal's own body, `{"detail": "... Exhausted balance ..."}`, would be quota_exhausted.
    expect(error?.code).toBe("auth_failed");
  });

  test("every result is 200, so that a failed job looks like one without images", async () => {
    aimock.onFalQueue(DREAMINA, {
      detail: [{ loc: ["body", "prompt"], msg: "Refused", type: "content_policy_violation" }],
    });
    const { error } = await desk.generate(KITE);
    expect(error).toMatchObject({ code: "bad_response", billed: "unknown" });
  });

  test("a withdrawn job is in a state CANCELLED, which fal does not document and nobody takes for an end", async () => {
    aimock.onFalQueue(DREAMINA, made());
    const call = exampleCall({ offer: { provider: "fal", model: DREAMINA } });
    const job = await fal.readSubmitted(await http.send(fal.build(call, nodeCodec), { timeoutMs: 5000 }), call);
    const withdrawal = fal.cancel?.(job);
    if (withdrawal === undefined) throw new Error("withdrawing at fal is free");
    expect(await http.send(withdrawal, { timeoutMs: 5000 })).toMatchObject({ status: 200 });
    const limits = { count: 1, deadlineMs: systemClock.nowMs() + 10_000 };
    await expect(collectJob({ http, clock: systemClock, codec: nodeCodec }, fal, job, limits)).rejects.toMatchObject({
      code: "bad_response",
      billed: "unknown",
      shortMessage: expect.stringContaining('the state "CANCELLED"'),
    });
  });
});
