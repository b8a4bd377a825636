import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IBinaryData, IDataObject, INode, INodeExecutionData } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import type { RunOptions } from "./harness/run-workflow.mts";
import { transparentPng } from "./harness/transparent-png.mts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

/** Width and height in a PNG's header. */
function pngSize({ data }: IBinaryData): string {
  const bytes = Buffer.from(data, "base64");
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  return `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`;
}

function sum(items: readonly INodeExecutionData[], field: string): number {
  return Math.round(items.reduce((total, { json }) => total + Number(json[field]), 0) * 1e6);
}

function textOf(item: INodeExecutionData | undefined, field: string): string {
  const text = item?.json[field];
  return typeof text === "string" ? text : "";
}

function promptsSent(): unknown[] {
  return simulator
    .calls()
    .flatMap(({ body }) => (typeof body === "object" && body !== null && "prompt" in body ? [body.prompt] : []));
}

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("Image on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const run = (
    parameters: IDataObject,
    input: readonly (IDataObject | INodeExecutionData)[] = [{}],
    node: Partial<INode> = {},
    options: Partial<RunOptions> = {},
  ): Promise<NodeRun> =>
    runArtdesk({ release, built, credentials: simulatorCredentials(simulator) }, parameters, input, node, options);

  it("makes an image from a prompt alone, and says what it cost and why", async () => {
    const { items, task, run: execution } = await run({ prompt: "A red fox in the snow" });
    const [item] = items;
    expect(execution.data.resultData.error).toBeUndefined();
    expect(item?.json).toMatchObject({
      size: "1024x1024",
      mimeType: "image/png",
      fileName: "a-red-fox-in-the-snow.png",
      budgetLeftUsd: null,
    });
    expect(item?.json["reasons"]).not.toHaveLength(0);
    expect(item?.binary?.["data"]).toMatchObject({
      mimeType: "image/png",
      fileName: "a-red-fox-in-the-snow.png",
      fileExtension: "png",
    });
    expect(pngSize(item?.binary?.["data"] as IBinaryData)).toBe("1024x1024");
    expect(item?.pairedItem).toEqual({ item: 0 });

    const { totalMicroUsd, images } = simulator.statement();
    expect([sum(items, "costUsd"), images]).toEqual([totalMicroUsd, 1]);
    expect(execution.data.resultData.metadata).toMatchObject({
      artdeskCostUsd: String(totalMicroUsd / 1e6),
      artdeskImages: "1",
    });
    expect(task?.hints?.[0]?.message).toContain("Made 1 image for $0.");
    expect(task?.metadata?.tokenUsage?.outputTokens).toBeGreaterThan(100);
  });

  it("keeps the order of the items, whichever is made first", async () => {
    simulator.faults([{ kind: "slow", delayMs: 150, match: "number 0" }]);
    const input = Array.from({ length: 7 }, (_, index) => ({ thing: `number ${index}` }));
    const { items } = await run({ prompt: "={{ 'A card with ' + $json.thing }}" }, input);
    expect(items.map(({ json }) => json["fileName"])).toEqual(
      input.map(({ thing }) => `a-card-with-${thing.replace(" ", "-")}.png`),
    );
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual(input.map((_, item) => ({ item })));
    expect(sum(items, "costUsd")).toBe(simulator.statement().totalMicroUsd);
  });

  it("makes every image of an item an item of its own, and splits the price to the micro-USD", async () => {
    const { items } = await run({ prompt: "A tree", options: { count: 3, fileName: "Oak.png" } });
    expect(items.map(({ json, pairedItem }) => [json["fileName"], pairedItem])).toEqual([
      ["Oak-1.png", { item: 0 }],
      ["Oak-2.png", { item: 0 }],
      ["Oak-3.png", { item: 0 }],
    ]);
    expect(sum(items, "costUsd")).toBe(simulator.statement().totalMicroUsd);
  });

  it("takes size, model, format and output field from the panel", async () => {
    const { items } = await run({
      prompt: "A lighthouse",
      size: "customPixels",
      pixels: "1536x1024",
      model: { __rl: true, mode: "list", value: "gpt-image-2" },
      options: { quality: "low", format: "webp", binaryPropertyName: "picture" },
    });
    expect(items[0]?.json).toMatchObject({
      model: "gpt-image-2",
      quality: "low",
      size: "1536x1024",
      mimeType: "image/webp",
    });
    expect(items[0]?.binary?.["picture"]?.fileName).toBe("a-lighthouse.webp");
    expect(simulator.calls().at(-1)?.body).toMatchObject({
      model: "gpt-image-2",
      quality: "low",
      size: "1536x1024",
      output_format: "webp",
    });
  });

  it("knows sizes by their use, on either provider", async () => {
    const hero = await run({
      prompt: "A harbour",
      size: "blogHero",
      model: { __rl: true, mode: "id", value: "gemini-3-pro-image" },
    });
    expect(hero.items[0]?.json).toMatchObject({
      model: "gemini-3-pro-image",
      mimeType: "image/jpeg",
      fileName: "a-harbour.jpg",
    });
    expect(simulator.calls().at(-1)?.body).toMatchObject({
      generationConfig: { imageConfig: { aspectRatio: "16:9", imageSize: "2K" } },
    });
    const story = await run({
      prompt: "A harbour",
      size: "instagramStory",
      model: { __rl: true, mode: "id", value: "gpt-image-2" },
    });
    const [width = 0, height = 0] = textOf(story.items[0], "size").split("x").map(Number);
    expect(width / height).toBeCloseTo(9 / 16, 2);
  });

  it("edits the image in a field, with a mask and a reference", async () => {
    const pictures = await run({ prompt: "A mug", options: { count: 2 } });
    const [photo, logo] = pictures.items.map(({ binary }) => binary?.["data"] as IBinaryData) as [
      IBinaryData,
      IBinaryData,
    ];
    const mask: IBinaryData = {
      data: transparentPng(1024, 1024).toString("base64"),
      mimeType: "image/png",
      fileName: "mask.png",
    };
    const { items, run: execution } = await run(
      {
        operation: "edit",
        prompt: "Make the mug blue",
        imageField: "photo",
        maskField: "mask",
        referenceFields: " logo ",
        model: { __rl: true, mode: "id", value: "gpt-image-2" },
      },
      [{ json: {}, binary: { photo, mask, logo } }],
    );
    expect(execution.data.resultData.error).toBeUndefined();
    expect(items[0]?.json).toMatchObject({ model: "gpt-image-2", fileName: "make-the-mug-blue.png" });
    expect(simulator.calls().at(-1)).toMatchObject({ path: "/openai/v1/images/edits", status: 200 });
    expect(simulator.statement().entries.at(-1)).toMatchObject({ operation: "edit", images: 1 });
  });

  it("says which field has no image, before anything is sent", async () => {
    const { run: execution } = await run({ operation: "edit", prompt: "Make it blue", imageField: "photo" });
    expect(execution.data.resultData.error?.message).toContain("photo");
    expect(simulator.calls()).toEqual([]);
  });

  it("draws a sketch for nothing, without any credential", async () => {
    const { items } = await run(
      { prompt: "A plan", model: { __rl: true, mode: "list", value: "sketch" } },
      [{}],
      { credentials: {} },
      { credentials: {} },
    );
    expect(items[0]?.json).toMatchObject({ model: "sketch", costUsd: 0 });
    expect(pngSize(items[0]?.binary?.["data"] as IBinaryData)).toBe("1024x1024");
    expect(simulator.calls()).toEqual([]);
  });

  it("asks for a credential in words of the panel when there is none", async () => {
    const { run: execution } = await run({ prompt: "A plan" }, [{}], {}, { credentials: {} });
    const error = execution.data.resultData.error;
    expect(error?.message).toBe("No model that could do this has a key [item 0]");
    expect(error?.description).toMatch(/^Set the OpenAI credential or the Google Gemini credential\b/);
  });

  it("gives the whole receipt when 'Simplify' is off", async () => {
    const { items } = await run({ prompt: "A fox", simplify: false });
    expect(items[0]?.json).toMatchObject({
      possiblyBilledUsd: 0,
      requestCostUsd: simulator.statement().totalMicroUsd / 1e6,
    });
    expect(items[0]?.json["attempts"]).toMatchObject([{ outcome: "delivered", posts: 1, images: 1 }]);
    expect(items[0]?.json["requestIds"]).toHaveLength(1);
    expect(items[0]?.json["budgets"]).toMatchObject([
      { scope: expect.stringMatching(/^month:/) },
      { scope: expect.stringMatching(/^run:n8n-execution-/) },
    ]);
  });

  it("keeps what came when fewer images came than were asked for", async () => {
    simulator.faults([{ kind: "partial", times: "always" }]);
    const { items, run: execution } = await run({
      prompt: "A fox",
      options: { count: 3 },
      model: { __rl: true, mode: "id", value: "gpt-image-2" },
    });
    expect(execution.data.resultData.error).toBeUndefined();
    expect(items.length).toBe(simulator.statement().images);
    expect(items.length).toBeLessThan(3);
    expect(items[0]?.json["warnings"]).toContainEqual(expect.stringContaining(`Only ${items.length} came`));
    expect(sum(items, "costUsd")).toBe(simulator.statement().totalMicroUsd);
  });

  it("sends nothing more once the execution is cancelled", async () => {
    simulator.faults([{ kind: "slow", delayMs: 2000, times: "always" }]);
    let cancel = (): void => undefined;
    const running = run(
      { prompt: "={{ $json.thing }}", options: { concurrency: 1 } },
      [{ thing: "one" }, { thing: "two" }],
      {},
      { onStart: (stop) => (cancel = stop) },
    );
    await expect.poll(() => simulator.calls().length).toBe(1);
    cancel();
    await running;
    await expect.poll(() => simulator.statement().entries.length).toBe(1);
    expect(promptsSent()).toEqual(["one"]);
  });
});
