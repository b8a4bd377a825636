import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INodeExecutionData } from "n8n-workflow";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { startFakeDataTables } from "./harness/fake-data-tables.mts";
import { loadN8nRelease } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import type { RunOptions } from "./harness/run-workflow.mts";

const release = loadN8nRelease("2.41.1");
let simulator: Simulator;
let built: BuiltNode;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
  built = await buildNode(release);
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

function run(
  parameters: IDataObject,
  credentials: RunOptions["credentials"] = simulatorCredentials(simulator),
  input: (IDataObject | INodeExecutionData)[] = [{}],
): Promise<NodeRun> {
  return runArtdesk({ release, built, credentials }, parameters, input);
}

const ESTIMATE = { resource: "cost", operation: "estimate", prompt: "A red fox in the snow" };

describe("Cost: Estimate", () => {
  it("says what the same fields would buy, within its own worst case, and buys nothing", async () => {
    const [estimate] = (await run(ESTIMATE)).items;
    expect(simulator.calls()).toEqual([]);
    const [image] = (await run({ prompt: ESTIMATE.prompt })).items;
    expect(estimate?.json).toMatchObject({
      possible: true,
      model: image?.json["model"],
      quality: image?.json["quality"],
      size: "1024x1024",
      images: 1,
    });
    const { totalMicroUsd } = simulator.statement();
    expect(Number(estimate?.json["worstCaseUsd"]) * 1e6).toBeGreaterThanOrEqual(totalMicroUsd);
    expect(Number(estimate?.json["estimateUsd"])).toBeGreaterThan(0);
  });

  it("counts every provider when no credential is set yet, and only those that are set after that", async () => {
    const providers = async (credentials: RunOptions["credentials"]): Promise<Set<string>> => {
      const { items } = await run({ ...ESTIMATE, simplify: false }, credentials);
      const offers = items.flatMap(({ json }) => [json].concat(json["alternatives"] as IDataObject[]));
      return new Set(offers.map(({ model }) => (model as string).split("-")[0] ?? ""));
    };
    expect(await providers({})).toEqual(new Set(["gpt", "gemini", "fal"]));
    const { artdeskGeminiApi = {} } = simulatorCredentials(simulator);
    expect(await providers({ artdeskGeminiApi })).toEqual(new Set(["gemini"]));
  });

  it("is no failure when the budget does not reach: it says what it would take", async () => {
    const { items } = await run({ ...ESTIMATE, purpose: "client", budget: { imageUsd: 0.001 } });
    expect(items[0]?.json).toMatchObject({ possible: false, hint: expect.stringContaining("'Per Image'") });
  });

  it("shows both prices and the wait where the model takes batches", async () => {
    const estimateOf = async (model: string): Promise<IDataObject> =>
      (await run({ ...ESTIMATE, model: { __rl: true, mode: "id", value: model } })).items[0]?.json ?? {};
    const { estimateUsd, batchEstimateUsd, batchWaitHours } = await estimateOf("gemini-nano-banana-2.1");
    expect([batchEstimateUsd, batchWaitHours]).toEqual([Math.ceil(Number(estimateUsd) * 500_000) / 1e6, 24]);
    expect(await estimateOf("sketch")).not.toHaveProperty("batchEstimateUsd");
  });

  it("estimates every item by its own values", async () => {
    const { items } = await run({ ...ESTIMATE, options: { count: "={{ $json.count }}" } }, undefined, [
      { count: 1 },
      { count: 4 },
    ]);
    expect(Number(items[1]?.json["estimateUsd"])).toBeCloseTo(4 * Number(items[0]?.json["estimateUsd"]), 6);
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
  });
});

interface Schema {
  properties: Record<string, { type: string | string[] }>;
}

/** The output schema that the editor shows before the first run. */
function schemaOf(operation: string): Schema {
  const file = join(import.meta.dirname, "../nodes/Artdesk/__schema__/v1.0.0", `${operation}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Schema;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

describe("the output schemas", () => {
  async function outputOf(operation: string): Promise<INodeExecutionData[]> {
    if (operation === "cost/estimate") {
      return [
        ...(await run(ESTIMATE)).items,
        ...(await run({ ...ESTIMATE, purpose: "client", budget: { imageUsd: 0.001 } })).items,
      ];
    }
    if (operation === "image/generate") {
      const options = { verify: "report", elements: ["a red fox"] };
      return (await run({ prompt: "A fox", budget: { runUsd: 1 }, options })).items;
    }
    if (operation === "image/compare") {
      const models = ["gpt-image-2@low", "gpt-image-2@medium"];
      return (await run({ operation: "compare", prompt: "A fox", models, attempts: 1 })).items;
    }
    if (operation.startsWith("image/")) {
      const drafts = await run({ operation: "draft", prompt: "A fox", drafts: 1, budget: { runUsd: 1 } });
      if (operation === "image/draft") return drafts.items;
      const options = operation === "image/final" ? { verify: "report", elements: ["a red fox"] } : {};
      const parameters = { operation: operation.slice("image/".length), correction: "Warmer", options };
      return (await run(parameters, undefined, drafts.items)).items;
    }
    const tables = await startFakeDataTables("key-1");
    const artdeskLedgerApi = { apiKey: "key-1", baseUrl: `${tables.baseUrl}/api/v1`, table: "books" };
    const credentials = { ...simulatorCredentials(simulator), artdeskLedgerApi };
    await run({ prompt: "A fox", books: "dataTable", tags: { client: "acme" } }, credentials);
    const { items } = await run({ resource: "budget", operation: "get", limits: { clientMonthUsd: 1 } }, credentials);
    await tables.close();
    return items;
  }

  it.each([
    "image/generate",
    "image/draft",
    "image/refine",
    "image/final",
    "image/compare",
    "cost/estimate",
    "budget/get",
  ])("tell what %s gives", async (operation) => {
    const { properties } = schemaOf(operation);
    const items = await outputOf(operation);
    expect(items.length).toBeGreaterThan(0);
    for (const { json } of items) {
      for (const [name, value] of Object.entries(json)) {
        expect([name, Object.hasOwn(properties, name)]).toEqual([name, true]);
        expect([name, [properties[name]?.type].flat().includes(typeOf(value))]).toEqual([name, true]);
      }
    }
    const seen = new Set(items.flatMap(({ json }) => Object.keys(json)));
    const rare = new Set(["url", "warnings"]);
    expect(Object.keys(properties).filter((name) => !seen.has(name) && !rare.has(name))).toEqual([]);
  });

  it.each(["image/edit", "image/upscale"])("are the same for %s as for a new image", (operation) => {
    expect(schemaOf(operation)).toEqual(schemaOf("image/generate"));
  });
});
