import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createUndiciHttp, type UndiciHttp } from "../src/node/platform/undici-http.ts";
import { nodeCodec } from "../src/node/platform/node-codec.ts";
import type { ProviderCall, ProviderReply } from "../src/models/adapter/provider.ts";
import { openai } from "../src/models/providers/openai.ts";
import { exampleCall } from "../src/testing/example-call.ts";
import { noiseImage } from "./noise-image.ts";

// A fake that Artdesk's authors did not write: @copilotkit/aimock 1.43.0.
const aimock = new LLMock({ port: 0, host: "127.0.0.1" });
const image = await noiseImage({ widthPx: 48, heightPx: 32 });
const offer = { provider: "openai", model: "gpt-image-2", quality: "low", size: "1024x1024" } as const;
let http: UndiciHttp;

beforeAll(async () => {
  await aimock.start();
  http = createUndiciHttp({
    providers: [openai],
    env: { OPENAI_API_KEY: "any", OPENAI_BASE_URL: `${aimock.url}/v1` },
  });
});
afterAll(async () => {
  await http.close();
  await aimock.stop();
});
beforeEach(() => {
  aimock.reset();
  aimock.onImage(/kite/, { images: [{ b64Json: nodeCodec.encodeBase64(image) }] });
});

async function send(call: ProviderCall): Promise<ProviderReply> {
  const response = await http.send(openai.build(call, nodeCodec), { timeoutMs: 20_000 });
  if (response.status !== 200) throw await openai.readError(response, call);
  return openai.read(response, call, nodeCodec);
}

// Edits go as JSON, as recorded; this fake reads them as forms only, up to a size at which none is sent.
test("a generation is understood, and the image comes back whole", async () => {
  const { images, problem } = await send(exampleCall({ offer }));
  expect(problem).toBeUndefined();
  expect(images.map(({ sha256 }) => sha256)).toEqual([nodeCodec.sha256Hex(image)]);
  expect(aimock.getRequests()).toMatchObject([{ method: "POST", path: "/v1/images/generations" }]);
});

describe("error bodies", () => {
  test.each([
    [
      429,
      { message: "Rate limit reached", type: "rate_limit_error", code: "rate_limit_exceeded" },
      "rate_limited",
      "no",
    ],
    [429, { message: "No credit", type: "insufficient_quota", code: "insufficient_quota" }, "quota_exhausted", "no"],
    [
      400,
      { message: "Rejected", type: "image_generation_user_error", code: "moderation_blocked" },
      "content_refused",
      "no",
    ],
    [
      401,
      { message: "Incorrect API key", type: "invalid_request_error", code: "invalid_api_key" },
      "auth_failed",
      "no",
    ],
    [404, { message: "No such model", type: "invalid_request_error", code: "model_not_found" }, "auth_failed", "no"],
    [500, { message: "Oops", type: "server_error" }, "unavailable", "unknown"],
  ] as const)("%i %j", async (status, body, code, billed) => {
    aimock.reset();
    aimock.on({ userMessage: /kite/, endpoint: "image" }, { error: body, status });
    await expect(send(exampleCall({ offer }))).rejects.toMatchObject({ code, billed, status });
  });
});
