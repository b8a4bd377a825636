import { createHash } from "node:crypto";
import sharp from "sharp";
import { expect, test } from "vitest";
import { geminiPrompt, postGemini, postOpenAi, simulatorForTest } from "../testing/simulator-under-test.ts";
import type { OpenAiBody } from "../testing/simulator-under-test.ts";

const generation = (format = "png"): object => ({
  model: "gpt-image-2",
  prompt: "A cat",
  n: 4,
  size: "1024x1024",
  quality: "low",
  output_format: format,
});

const imagesOf = ({ data }: OpenAiBody): Buffer[] => data.map(({ b64_json }) => Buffer.from(b64_json, "base64"));
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

test("without rules equal orders give equal images, and every question has the answer yes", async () => {
  const simulator = await simulatorForTest();
  const [first, second] = [await postOpenAi(simulator, generation()), await postOpenAi(simulator, generation())];
  expect(imagesOf(first.body).map(sha256)).toEqual(imagesOf(second.body).map(sha256));
  expect(imagesOf(first.body).every((image) => simulator.isPlaced(sha256(image), "Is there a dog?"))).toBe(true);
});

test.each(["png", "jpeg", "webp"])(
  "with rules every %s is one of its kind and stays a whole picture",
  async (format) => {
    const simulator = await simulatorForTest({ adherence: { rules: [{ rate: 0.5 }] } });
    const answers = [await postOpenAi(simulator, generation(format)), await postOpenAi(simulator, generation(format))];
    const images = answers.flatMap(({ body }) => imagesOf(body));
    expect(new Set(images.map(sha256)).size).toBe(8);
    for (const image of images) {
      const decoded = sharp(image, { failOn: "warning" });
      expect(await decoded.metadata()).toMatchObject({ format, width: 1024, height: 1024 });
      await decoded.stats();
    }
  },
);

test("what images show has the rate of the first rule that fits", async () => {
  const simulator = await simulatorForTest({
    adherence: {
      rules: [{ question: "dog", rate: 0 }, { model: "gpt-image-2", quality: "low", rate: 0.75 }, { rate: 0 }],
    },
  });
  const hashes: string[] = [];
  for (let call = 0; call < 10; call += 1) {
    hashes.push(...imagesOf((await postOpenAi(simulator, generation())).body).map(sha256));
  }
  const questions = Array.from({ length: 25 }, (_, index) => `Is thing ${index} there?`);
  const placed = hashes.flatMap((hash) => questions.filter((question) => simulator.isPlaced(hash, question)));
  expect(placed.length / (hashes.length * questions.length)).toBeCloseTo(0.75, 1);
  expect(hashes.some((hash) => simulator.isPlaced(hash, "Is there a dog?"))).toBe(false);
  simulator.adherence(undefined);
  expect(hashes.every((hash) => simulator.isPlaced(hash, "Is there a dog?"))).toBe(true);
  expect(() => simulator.adherence({ rules: [{ rate: 2 }] })).toThrow("rules.0.rate");
});

test("judges answer on their own endpoints, and the bank books tokens without images", async () => {
  const simulator = await simulatorForTest({ adherence: { rules: [{ rate: 0.5 }] } });
  const [image] = imagesOf((await postOpenAi(simulator, generation())).body);
  const image_url = `data:image/png;base64,${image?.toString("base64")}`;
  const questions = ["Is there a cat?", "Is there a dog?"].map((instructions, index) => ({
    type: "predicate",
    name: `e${index}`,
    instructions,
  }));
  const body = {
    model: "gpt-6-luna",
    input: [{ role: "user", content: [{ type: "input_image", image_url }] }],
    questions,
  };
  const { status, body: answer } = await postOpenAi(simulator, body, "/decisions");
  expect(status).toBe(200);
  expect(JSON.stringify(answer)).toContain('"type":"predicate"');
  const booked = simulator.statement().entries[1];
  expect(booked).toMatchObject({ model: "gpt-6-luna", images: 0, operation: "judge", delivered: true });
  expect(booked?.microUsd).toBe(Math.ceil(answer.usage.input_tokens * 0.1));
  for (const wrong of [
    { ...body, model: "gpt-5" },
    { ...body, questions: [] },
    { ...body, temperature: 1 },
  ]) {
    expect((await postOpenAi(simulator, wrong, "/decisions")).status).toBeGreaterThanOrEqual(400);
  }
  const broken = {
    ...body,
    input: [{ role: "user", content: [{ type: "input_image", image_url: "data:image/png;base64,AAAA" }] }],
  };
  expect((await postOpenAi(simulator, broken, "/decisions")).status).toBe(400);
  expect((await postGemini(simulator, "gemini-3.5-flash-lite", geminiPrompt("A cat"))).status).toBe(400);
  expect(simulator.statement().entries).toHaveLength(2);
});
