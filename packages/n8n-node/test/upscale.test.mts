import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INodeExecutionData } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { queueCredentials, runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
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

function picture(widthPx: number, heightPx: number, field = "data"): INodeExecutionData {
  const data = transparentPng(widthPx, heightPx).toString("base64");
  return { json: {}, binary: { [field]: { data, mimeType: "image/png", fileName: "Blue mug.png" } } };
}

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("Image: Upscale on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const run = (
    parameters: IDataObject,
    input: readonly INodeExecutionData[],
    options: Partial<RunOptions> = {},
  ): Promise<NodeRun> =>
    runArtdesk(
      { release, built, credentials: queueCredentials(simulator) },
      { operation: "upscale", ...parameters },
      input,
      options.credentials === undefined ? {} : { credentials: {} },
      options,
    );

  it("enlarges the image in a field, and needs to know nothing else", async () => {
    const { items, run: execution } = await run({}, [picture(640, 480)]);
    expect(execution.data.resultData.error).toBeUndefined();
    expect(items[0]?.json).toMatchObject({ size: "1280x960", fileName: "Blue-mug-large.png", mimeType: "image/png" });
    const bytes = Buffer.from(items[0]?.binary?.["data"]?.data ?? "", "base64");
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1280, 960]);
    const { entries, totalMicroUsd } = simulator.statement();
    expect(entries).toMatchObject([{ provider: "fal", operation: "upscale", delivered: true }]);
    expect(Math.round(Number(items[0]?.json["costUsd"]) * 1e6)).toBe(totalMicroUsd);
    expect(totalMicroUsd).toBeGreaterThan(0);
  });

  it.each<[string, IDataObject, string]>([
    ["four times", { enlarge: 4 }, "2560x1920"],
    ["as an expression says", { enlarge: "={{ '3' }}" }, "1920x1440"],
    ["to exact pixels", { enlarge: "customPixels", pixels: " 1600 x 1200 " }, "1600x1200"],
  ])("enlarges %s, with the model, name and field that were asked for", async (_what, parameters, size) => {
    const { items } = await run(
      {
        ...parameters,
        imageField: "photo",
        model: { __rl: true, mode: "list", value: "fal-ai/seedvr/upscale/image" },
        options: { fileName: "big", binaryPropertyName: "large", format: "webp" },
      },
      [picture(640, 480, "photo")],
    );
    expect(items[0]?.json).toMatchObject({ model: "fal-ai/seedvr/upscale/image", size, fileName: "big.webp" });
    expect(items[0]?.binary?.["large"]?.mimeType).toBe("image/webp");
  });

  it("takes an upscaler without a published price at the user's own", async () => {
    const options = { ownPrices: { price: [{ model: "ESRGAN", usd: 0.002 }] } };
    const { items } = await run({ model: { __rl: true, mode: "id", value: "esrgan" }, options }, [picture(64, 48)]);
    expect(items[0]?.json).toMatchObject({ model: "fal-ai/esrgan", costUsd: 0.002 });
    expect(simulator.statement().totalMicroUsd).toBe(2_000);
  });

  it.each<[string, IDataObject, RegExp]>([
    ["another shape", { enlarge: "customPixels", pixels: "1000x1000" }, /Cannot make 1000x1000|cannot do this/],
    ["no factor at all", { enlarge: "={{ 'large' }}" }, /^'Enlarge'/],
    ["a model that only makes images", { model: { __rl: true, mode: "id", value: "Dreamina 3.1" } }, /Cannot upscale/],
  ])("refuses %s before anything is sent", async (_what, parameters, message) => {
    const { run: execution } = await run(parameters, [picture(640, 480)]);
    expect(execution.data.resultData.error?.message).toMatch(message);
    expect(simulator.calls()).toEqual([]);
  });

  it("names the credential that it lacks", async () => {
    const { run: execution } = await runArtdesk(
      { release, built, credentials: simulatorCredentials(simulator) },
      { operation: "upscale" },
      [picture(640, 480)],
    );
    const { message, description } = execution.data.resultData.error ?? {};
    expect(`${message} ${description}`).toContain("the fal.ai credential");
    expect(simulator.calls()).toEqual([]);
  });
});
