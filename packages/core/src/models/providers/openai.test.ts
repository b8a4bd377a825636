import OpenAI, { toFile } from "openai";
import type { ImageEditParamsNonStreaming, ImageGenerateParamsNonStreaming } from "openai/resources/images";
import { describe, expect, expectTypeOf, test } from "vitest";
import { contractValidator } from "../../../test/contract-schemas.ts";
import { noiseImage } from "../../../test/noise-image.ts";
import { sharedFolder } from "../../../test/shared-folder.ts";
import type { HttpRequest } from "../../basics/ports.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { exampleCall } from "../../testing/example-call.ts";
import { fakeResponse } from "../../testing/fake-http.ts";
import { providerContract } from "../../testing/provider-contract.ts";
import { openaiFixture } from "./__fixtures__/openai.ts";
import { openai, type OpenAiEditBody, type OpenAiGenerateBody } from "./openai.ts";

const image = await noiseImage({ widthPx: 48, heightPx: 32 });
providerContract(openai, openaiFixture, { test, codec: nodeCodec, image });

const { call } = openaiFixture;
const base64 = nodeCodec.encodeBase64(image);
const calls = openaiFixture.requests.map((each) => each.call);
const generations = calls.filter(({ request }) => request.references.length === 0);
const edits = calls.filter(({ request }) => request.references.length > 0);

test("the fixture has both kinds of call", () => {
  expect([generations.length, edits.length]).toEqual([2, 1]);
});

test("bodies fit the types of the official package", () => {
  expectTypeOf<OpenAiGenerateBody>().toExtend<ImageGenerateParamsNonStreaming>();
  type Common = Omit<OpenAiEditBody, "images" | "mask">;
  expectTypeOf<Common>().toExtend<Omit<ImageEditParamsNonStreaming, "image">>();
});

describe("the official package sends the same", () => {
  async function capture(
    send: (client: OpenAI) => Promise<unknown>,
  ): Promise<{ method: string; path: string; body: unknown }> {
    const sent: Request[] = [];
    const client = new OpenAI({
      apiKey: "test",
      baseURL: openai.auth.defaultBaseUrl,
      maxRetries: 0,
      fetch: (url, init) => {
        sent.push(new Request(url, init));
        return Promise.resolve(Response.json({ created: 1, data: [] }));
      },
    });
    await send(client);
    // Before a form the package asks for `data:,` to see what fetch can do.
    const request = sent.at(-1);
    if (request === undefined) throw new Error("the package sent nothing");
    const isForm = request.headers.get("content-type")?.startsWith("multipart/") === true;
    const body: unknown = isForm ? await describeForm(request) : await request.json();
    return { method: request.method, path: request.url.slice(openai.auth.defaultBaseUrl.length), body };
  }

  async function describeForm(request: Request | Response): Promise<unknown> {
    const entries = [...(await request.formData())].map(async ([name, value]) =>
      typeof value === "string"
        ? [name, value]
        : [name, value.name, value.type, nodeCodec.encodeBase64(await value.bytes())],
    );
    return (await Promise.all(entries)).toSorted((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));
  }

  const described = ({ method, path, body }: HttpRequest): unknown => ({
    method,
    path,
    body: JSON.parse(String(body)),
  });

  test("for images", async () => {
    for (const each of generations) {
      const body: OpenAiGenerateBody = {
        model: each.offer.model,
        prompt: each.request.prompt,
        n: each.count,
        size: each.offer.size,
        quality: each.offer.quality as "medium" | "high",
        output_format: each.request.format,
        ...(each.request.transparent ? { background: "transparent" } : {}),
      };
      expect(described(openai.build(each, nodeCodec))).toEqual(await capture((client) => client.images.generate(body)));
    }
  });

  test("for an edit with a reference that only the form takes", async () => {
    const kite = { bytes: new Uint8Array(15_728_640), mediaType: "image/png", name: "kite.png" };
    const meadow = { bytes: image.slice(0, 40), mediaType: "image/webp", name: "meadow.webp" };
    const mask = { bytes: image.slice(0, 30), mediaType: "image/png", name: "mask.png" };
    const references = [kite, meadow];
    const offer = { ...call.offer, size: "2048x2048" };
    const request = openai.build(exampleCall({ offer, request: { operation: "edit", references, mask } }), nodeCodec);
    const ours = new Response(new Blob([Buffer.from(request.body as Uint8Array)]), {
      headers: { "content-type": request.headers["content-type"] ?? "" },
    });
    const theirs = await capture(async (client) =>
      client.images.edit({
        model: "gpt-image-2",
        prompt: "A red kite over a meadow",
        n: 1,
        size: "2048x2048",
        quality: "medium",
        output_format: "png",
        image: [
          await toFile(kite.bytes, "image-1.png", { type: "image/png" }),
          await toFile(meadow.bytes, "image-2.webp", { type: "image/webp" }),
        ],
        mask: await toFile(mask.bytes, "mask.png", { type: "image/png" }),
      }),
    );
    expect({ method: request.method, path: request.path, body: await describeForm(ours) }).toEqual(theirs);
  });
});

test.skipIf(sharedFolder === undefined)("generation bodies fit the package's schema", () => {
  const validate = contractValidator("openai-sdk-7.57.0.images.schema.json", "ImageGenerateBody");
  for (const each of generations) {
    const body = JSON.parse(String(openai.build(each, nodeCodec).body)) as object;
    expect(validate(body)).toEqual([]);
    expect(validate({ ...body, prompt: 7 })).not.toEqual([]);
  }
});

test.skipIf(sharedFolder === undefined)("generation bodies fit OpenAI's document", () => {
  const validate = contractValidator("openai-images-batches-files.openapi.json", "CreateImageRequest");
  for (const each of generations) expect(validate(JSON.parse(String(openai.build(each, nodeCodec).body)))).toEqual([]);
});

test.skipIf(sharedFolder === undefined)("JSON edits fit OpenAI's document", () => {
  const validate = contractValidator("openai-images-batches-files.openapi.json", "EditImageBodyJsonParam");
  for (const each of edits) {
    const body = JSON.parse(String(openai.build(each, nodeCodec).body)) as object;
    expect(validate(body)).toEqual([]);
    expect(validate({ ...body, mask: 7 })).not.toEqual([]);
  }
});

test.each(["1536x864", "2048x2048", "1024x1024"])("an edit at %s goes as JSON, also into a batch", (size) => {
  const references = [{ bytes: new Uint8Array(15_728_620), mediaType: "image/png", name: "kite.png" }];
  const offer = { ...call.offer, size };
  const { path, body } = openai.build(exampleCall({ offer, request: { operation: "edit", references } }), nodeCodec);
  const sent = JSON.parse(String(body)) as OpenAiEditBody;
  expect([path, sent.size, sent.images[0]?.image_url.length]).toEqual(["/images/edits", size, 20 * 1024 * 1024 - 2]);
});

test.skipIf(sharedFolder === undefined)("the fixture's reply fits the package's schema", () => {
  const validate = contractValidator("openai-sdk-7.57.0.images.schema.json", "ImagesApiResponse");
  expect(validate(JSON.parse(String(openaiFixture.reply([base64]).body)))).toEqual([]);
});

describe("a reply", () => {
  const read = (body: object | string, count = 1, cutAfterBytes?: number) =>
    openai.read(
      fakeResponse({ body, chunkBytes: 1000, ...(cutAfterBytes === undefined ? {} : { cutAfterBytes }) }),
      { ...call, count },
      nodeCodec,
    );

  test("without output_tokens_details counts every output token as an image token", async () => {
    const usage = {
      input_tokens: 50,
      input_tokens_details: { text_tokens: 10, image_tokens: 40 },
      output_tokens: 1756,
      total_tokens: 1806,
    };
    expect((await read({ data: [{ b64_json: base64 }], usage })).usage).toEqual({
      inputTextTokens: 10,
      cachedInputTextTokens: 0,
      inputImageTokens: 40,
      cachedInputImageTokens: 0,
      outputImageTokens: 1756,
      outputTextTokens: 0,
    });
  });

  test("without usage is read all the same", async () => {
    const reply = await read({ data: [{ b64_json: base64 }] });
    expect([reply.images.length, reply.usage]).toEqual([1, undefined]);
  });

  test("with one broken image of three keeps the other two", async () => {
    const usage = {
      input_tokens: 5,
      input_tokens_details: { text_tokens: 5, image_tokens: 0 },
      output_tokens: 300,
      total_tokens: 305,
    };
    const reply = await read(
      { data: [{ b64_json: base64 }, { b64_json: base64.slice(0, 3000) }, { b64_json: base64 }], usage },
      3,
    );
    expect(reply.images.map(({ sha256 }) => sha256)).toEqual([nodeCodec.sha256Hex(image), nodeCodec.sha256Hex(image)]);
    expect(reply.problem).toMatchObject({ code: "bad_response", billed: "yes", usage: { outputImageTokens: 300 } });
  });

  test("with fewer images than asked for says so", async () => {
    const reply = await read({ data: [{ b64_json: base64 }] }, 2);
    expect(reply.problem).toMatchObject({
      code: "bad_response",
      billed: "unknown",
      shortMessage: "OpenAI sent 1 of 2 images for gpt-image-2.",
    });
  });

  test("that breaks off in the second image keeps the first", async () => {
    const body = JSON.stringify({ data: [{ b64_json: base64 }, { b64_json: base64 }] });
    const reply = await read(body, 2, body.length - 100);
    expect(reply.images.map(({ sha256 }) => sha256)).toEqual([nodeCodec.sha256Hex(image)]);
    expect(reply.problem).toMatchObject({ code: "network", billed: "unknown" });
  });

  test("that declares another format than it holds is corrected", async () => {
    const webp = nodeCodec.encodeBase64(await noiseImage({ widthPx: 40, heightPx: 30 }, "webp"));
    expect((await read({ data: [{ b64_json: webp }], output_format: "png" })).images[0]).toMatchObject({
      mediaType: "image/webp",
      widthPx: 40,
      heightPx: 30,
    });
  });

  test.each([
    [{ url: "https://example.com/a.png" }],
    [{ b64_json: null, image_url: { url: "https://example.com/a.png" } }],
    [{ image: { image_url: "https://example.com/a.png" } }],
  ])("that only points to its image names where it is: %j", async (entry) => {
    const { images, links, problem } = await read({ data: [entry] });
    expect({ images, links, problem }).toEqual({
      images: [],
      links: [{ url: "https://example.com/a.png", declaredType: undefined }],
      problem: undefined,
    });
  });
});

test.each([
  [{ moderation_stage: "output" }, "unknown"],
  [{ moderation_details: { moderation_stage: "output" } }, "unknown"],
  [{ moderation_details: { moderation_stage: "unknown" } }, "unknown"],
  [{ moderation_stage: "input" }, "no"],
  [{}, "no"],
])("a refusal with %j is billed: %s", async (more, billed) => {
  const error = { code: "moderation_blocked", type: "image_generation_user_error", message: "Rejected.", ...more };
  const read = await openai.readError(fakeResponse({ status: 400, body: { error } }), call);
  expect(read).toMatchObject({ code: "content_refused", billed });
});
