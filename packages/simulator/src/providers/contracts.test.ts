import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { hasSharedContracts, readSharedContract } from "../testing/shared-contracts.ts";
import {
  dataUrlOf,
  geminiPrompt,
  pictureOf,
  postGemini,
  postOpenAi,
  simulatorForTest,
} from "../testing/simulator-under-test.ts";
import type { FaultInput } from "../faults/fault.ts";

const options = { strict: false, validateFormats: false };

function isSchemaFile(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Compiles one definition of a contract file. */
function compile(fileName: string, pointer: string, dialect: "draft-07" | "2020"): ValidateFunction {
  const contract = readSharedContract(fileName);
  if (!isSchemaFile(contract)) throw new Error(`${fileName} holds no schema`);
  const ajv = dialect === "2020" ? new Ajv2020(options) : new Ajv(options);
  ajv.addSchema(contract, fileName);
  return ajv.compile({ $ref: `${fileName}#${pointer}` });
}

function mistakes(validate: ValidateFunction, value: unknown): unknown {
  return validate(value) ? [] : validate.errors;
}

describe.skipIf(!hasSharedContracts())("held against the provider contracts", () => {
  let schemas: Record<
    | "sdkGenerate"
    | "sdkReply"
    | "specReply"
    | "specGenerate"
    | "specEdit"
    | "specError"
    | "specModels"
    | "geminiRequest"
    | "geminiReply",
    ValidateFunction
  >;

  beforeAll(() => {
    const sdk = (name: string): ValidateFunction =>
      compile("openai-sdk-7.57.0.images.schema.json", `/definitions/${name}`, "draft-07");
    const spec = (name: string): ValidateFunction =>
      compile("openai-images-batches-files.openapi.json", `/components/schemas/${name}`, "2020");
    const genai = (name: string): ValidateFunction =>
      compile("google-genai-3.1.0.generateContent.schema.json", `/definitions/${name}`, "draft-07");
    schemas = {
      sdkGenerate: sdk("ImageGenerateBody"),
      sdkReply: sdk("ImagesResponse"),
      specReply: spec("ImagesResponse"),
      specGenerate: spec("CreateImageRequest"),
      specEdit: spec("EditImageBodyJsonParam"),
      specError: spec("ErrorResponse"),
      specModels: spec("ListModelsResponse"),
      geminiRequest: genai("GenerateContentRequestWire"),
      geminiReply: genai("GenerateContentResponseWire"),
    };
  });

  test.each([
    [
      {
        model: "gpt-image-2",
        prompt: "x",
        n: 2,
        size: "1536x1024",
        quality: "low",
        output_format: "webp",
        output_compression: 80,
      },
    ],
    [
      {
        model: "gpt-image-2.5-flare",
        prompt: "x",
        quality: "medium",
        background: "transparent",
        moderation: "low",
        user: "u",
      },
    ],
    [{ model: "gpt-image-2.6-sunburst", prompt: "x", quality: "xhigh", complexity: "low", safety_identifier: "s" }],
    [{ model: "gpt-image-1-mini", prompt: "x", quality: "low", size: null, n: null, stream: false }],
  ])("OpenAI generation %j: request and reply", async (request) => {
    const { status, body } = await postOpenAi(await simulatorForTest(), request);
    expect(mistakes(schemas.sdkGenerate, request)).toEqual([]);
    expect(status).toBe(200);
    expect(mistakes(schemas.sdkReply, body)).toEqual([]);
    // The public spec stops before 2.5 and its qualities: those replies are held against it with a quality it knows.
    expect(mistakes(schemas.specReply, body.quality === "xhigh" ? { ...body, quality: "high" } : body)).toEqual([]);
  });

  test.each([
    ["n", { n: 0 }],
    ["n", { n: 11 }],
    ["n", { n: "1" }],
    ["quality", { quality: "ultra" }],
    ["output_format", { output_format: "bmp" }],
    ["background", { background: "red" }],
    ["moderation", { moderation: "high" }],
    ["prompt", { prompt: undefined }],
    ["output_compression", { output_format: "jpeg", output_compression: "80" }],
  ])("what the spec refuses (%s), the simulator refuses: %j", async (param, fields) => {
    const request = JSON.parse(JSON.stringify({ model: "gpt-image-2", prompt: "x", ...fields })) as unknown;
    const { status, body } = await postOpenAi(await simulatorForTest(), request);
    expect(mistakes(schemas.specGenerate, request)).not.toEqual([]);
    expect([status, body.error.param]).toEqual([400, param]);
    expect(mistakes(schemas.specError, body)).toEqual([]);
  });

  test("OpenAI JSON edits: request and reply, and what the spec refuses", async () => {
    const simulator = await simulatorForTest();
    const images = [{ image_url: await dataUrlOf(64, 64) }];
    const good = { model: "gpt-image-2", prompt: "x", images, size: "1024x1024", quality: "low", moderation: "auto" };
    expect(mistakes(schemas.specEdit, good)).toEqual([]);
    const { status, body } = await postOpenAi(simulator, good, "/images/edits");
    expect(status).toBe(200);
    expect(mistakes(schemas.specReply, body)).toEqual([]);
    const wrong = [
      { images: [] },
      { images: [{}] },
      { images: [{ image_url: images[0]?.image_url, file_id: "f" }] },
      { size: "1500x864" },
      { n: 11 },
      { images: "x" },
    ];
    for (const fields of wrong) {
      const request = { ...good, ...fields };
      expect(mistakes(schemas.specEdit, request)).not.toEqual([]);
      expect((await postOpenAi(simulator, request, "/images/edits")).status).toBe(400);
    }
  });

  test("OpenAI files and batches: requests and replies", async () => {
    const simulator = await simulatorForTest({ batchPolls: 0 });
    const schema = (name: string): ValidateFunction =>
      compile("openai-images-batches-files.openapi.json", `/components/schemas/${name}`, "2020");
    const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`${simulator.url}/openai/v1${path}`, {
        ...init,
        headers: {
          authorization: "Bearer k",
          ...(init.body instanceof FormData ? {} : { "content-type": "application/json" }),
        },
      });
    const line = {
      custom_id: "a",
      method: "POST",
      url: "/v1/images/generations",
      body: { model: "gpt-image-2", prompt: "x" },
    };
    const form = new FormData();
    form.append("purpose", "batch");
    form.append("file", new Blob([`${JSON.stringify(line)}\n`]), "lines.jsonl");
    const file = (await (await ask("/files", { method: "POST", body: form })).json()) as { id: string };
    expect(mistakes(schema("OpenAIFile"), file)).toEqual([]);
    const request = { input_file_id: file.id, endpoint: "/v1/images/generations", completion_window: "24h" };
    expect(mistakes(schema("CreateBatchRequest"), request)).toEqual([]);
    const post = (body: unknown): Promise<Response> => ask("/batches", { method: "POST", body: JSON.stringify(body) });
    const batch = (await (await post(request)).json()) as { id: string };
    expect(mistakes(schema("Batch"), batch)).toEqual([]);
    for (const wrong of [{ endpoint: "/v1/images/variations" }, { completion_window: "1h" }]) {
      expect(mistakes(schema("CreateBatchRequest"), { ...request, ...wrong })).not.toEqual([]);
      expect((await post({ ...request, ...wrong })).status).toBe(400);
    }
    const done = (await (await ask(`/batches/${batch.id}`)).json()) as { status: string; output_file_id: string };
    expect([done.status, mistakes(schema("Batch"), done)]).toEqual(["completed", []]);
    expect(mistakes(schema("ListBatchesResponse"), await (await ask("/batches")).json())).toEqual([]);
    const output = JSON.parse(await (await ask(`/files/${done.output_file_id}/content`)).text()) as {
      custom_id: string;
      response: { status_code: number; body: unknown };
    };
    expect([output.custom_id, output.response.status_code]).toEqual(["a", 200]);
    expect(mistakes(schemas.specReply, output.response.body)).toEqual([]);
    const [entry] = simulator.statement().entries;
    expect(entry).toMatchObject({ batch: true, delivered: true, images: 1 });
  });

  test("OpenAI model list and error bodies", async () => {
    const simulator = await simulatorForTest();
    const models = await fetch(`${simulator.url}/openai/v1/models`, { headers: { authorization: "Bearer k" } });
    expect(mistakes(schemas.specModels, await models.json())).toEqual([]);
    const faults: FaultInput[] = [
      { kind: "rate_limit" },
      { kind: "billing_429" },
      { kind: "moderation" },
      { kind: "auth" },
      { kind: "server_error" },
      { kind: "server_error", status: 503 },
    ];
    simulator.faults(faults);
    for (const { kind } of faults) {
      const { status, body } = await postOpenAi(simulator, { model: "gpt-image-2", prompt: "x" });
      expect([kind, status >= 400, mistakes(schemas.specError, body)]).toEqual([kind, true, []]);
    }
  });

  test.each(["gemini-3-pro-image", "gemini-nano-banana-2.1", "gemini-3.1-flash-image", "gemini-3.1-flash-lite-image"])(
    "%s: request and every kind of reply",
    async (model) => {
      const simulator = await simulatorForTest();
      const inlineData = { mimeType: "image/png", data: (await pictureOf(16, 16)).toString("base64") };
      const requests = [
        geminiPrompt(
          "x",
          { aspectRatio: "3:2", imageSize: "1K" },
          { candidateCount: 1, seed: 4, temperature: 1, thinkingConfig: { thinkingLevel: "HIGH" } },
        ),
        {
          contents: [{ role: "user", parts: [{ text: "x" }, { inlineData }] }],
          systemInstruction: { parts: [{ text: "s" }] },
        },
      ];
      for (const request of requests) {
        expect(mistakes(schemas.geminiRequest, request)).toEqual([]);
        const { status, body } = await postGemini(simulator, model, request);
        expect([status, mistakes(schemas.geminiReply, body)]).toEqual([200, []]);
      }
      simulator.faults([{ kind: "no_image" }, { kind: "moderation" }, { kind: "moderation", blockReason: "SAFETY" }]);
      for (let call = 0; call < 3; call += 1) {
        const { status, body } = await postGemini(simulator, model, requests[0]);
        expect([status, mistakes(schemas.geminiReply, body)]).toEqual([200, []]);
      }
    },
  );

  test.each([
    [{ contents: [{ parts: [{ text: "x" }] }], images: 1 }],
    [{ contents: [{ parts: [{ txt: "x" }] }] }],
    [{ contents: [{ parts: [{ text: "x" }] }], generationConfig: { imageConfig: { ratio: "1:1" } } }],
    [{ contents: [{ parts: [{ text: "x" }] }], generationConfig: { thinkingConfig: { thinkingLevel: "SOME" } } }],
    [{ generationConfig: {} }],
  ])("what Google's types refuse, the simulator refuses: %j", async (request) => {
    expect(mistakes(schemas.geminiRequest, request)).not.toEqual([]);
    expect((await postGemini(await simulatorForTest(), "gemini-3-pro-image", request)).status).toBe(400);
  });
});
