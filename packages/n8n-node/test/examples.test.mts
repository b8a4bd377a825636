import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INodeExecutionData } from "n8n-workflow";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Artdesk } from "../nodes/Artdesk/Artdesk.node.ts";
import { ARTDESK, runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { startFakeDataTables, type FakeDataTables } from "./harness/fake-data-tables.mts";
import { loadN8nRelease } from "./harness/n8n-release.mts";
import { runWorkflow, type RunOptions, type WorkflowDefinition, type WorkflowRun } from "./harness/run-workflow.mts";
import { standInNodes } from "./harness/stand-in-nodes.mts";
import { failureOf } from "./harness/three-posters.mts";

const folder = join(import.meta.dirname, "../../../examples/n8n-workflows");
const release = loadN8nRelease("2.41.1");
let simulator: Simulator;
let n8n: FakeDataTables;
let built: BuiltNode;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
  built = await buildNode(release);
});
beforeEach(async () => {
  simulator.reset();
  n8n = await startFakeDataTables("key-1");
});
afterEach(() => n8n.close());
afterAll(() => simulator.close());

function readExample(file: string, edit: (text: string) => string = (text) => text): WorkflowDefinition {
  return JSON.parse(edit(readFileSync(join(folder, file), "utf8"))) as WorkflowDefinition;
}

function credentials(): RunOptions["credentials"] {
  const artdeskLedgerApi = { apiKey: "key-1", baseUrl: `${n8n.baseUrl}/api/v1`, table: "artdesk_ledger" };
  return { ...simulatorCredentials(simulator), artdeskLedgerApi };
}

/** Imports an example, chooses its credentials, and runs it. */
async function runExample(
  file: string,
  start: string,
  options: { answer?: IDataObject; edit?: (text: string) => string } = {},
): Promise<WorkflowRun> {
  const workflow = readExample(file, options.edit);
  const chosen = Object.fromEntries(Object.keys(credentials()).map((name) => [name, { id: name, name }]));
  const nodes = workflow.nodes.map((node) => (node.type === ARTDESK ? { ...node, credentials: chosen } : node));
  const startNode = nodes.find(({ name }) => name === start);
  if (startNode === undefined) throw new Error(`no node ${start}`);
  const nodeTypes = { ...built.nodeTypes, ...standInNodes(options.answer ?? {}) };
  const run = await runWorkflow({ ...workflow, nodes }, startNode, {
    release,
    ...built,
    nodeTypes,
    credentials: credentials(),
  });
  expect(run.run.data.resultData.error).toBeUndefined();
  return run;
}

const names = (items: readonly INodeExecutionData[]): unknown[] => items.map(({ json }) => json["fileName"]);

describe("every example workflow", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));

  it.each(files)("%s names only parameters that the node has, and keeps no credential", (file) => {
    const known = new Set(new Artdesk().description.properties.map(({ name }) => name));
    const ours = readExample(file).nodes.filter(({ type }) => type.startsWith("n8n-nodes-artdesk."));
    expect(ours.length).toBeGreaterThan(0);
    for (const node of ours) {
      const unknown = Object.keys(node.parameters).filter(
        (name) => !known.has(name) && !["descriptionType", "toolDescription"].includes(name),
      );
      expect([node.name, unknown, node.credentials]).toEqual([node.name, [], undefined]);
    }
  });

  it("stands in the README", () => {
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    expect(files.filter((file) => !readme.includes(`\`${file}\``))).toEqual([]);
    expect(files).toHaveLength(6);
  });
});

describe("the example workflows", () => {
  it("make a product sheet's images inside each client's budget", async () => {
    const { items } = await runExample("product-sheet.json", "Start");
    expect(names(items("To the Shop"))).toEqual(["Oak-stool.png", "Wool-blanket.png", "Trail-shoe.png"]);
    expect(items("Ask for More Budget")).toEqual([]);
    expect(simulator.statement().images).toBe(3);
  });

  it("send the products of a client without enough budget another way, and pay nothing for them", async () => {
    const { items } = await runExample("product-sheet.json", "Start", {
      edit: (text) => text.replace(/\\"budgetUsd\\": 3\b/, '\\"budgetUsd\\": 0.0001'),
    });
    expect(names(items("To the Shop"))).toEqual(["Oak-stool.png", "Wool-blanket.png"]);
    expect(items("Ask for More Budget").map((item) => [item.json["product"], failureOf(item)?.["code"]])).toEqual([
      ["Trail shoe", "budget_exceeded"],
    ]);
    expect(simulator.statement().images).toBe(2);
  });

  it("make a post's hero first, and its social sizes from it", async () => {
    const { items } = await runExample("blog-post.json", "Start");
    expect(names(items("Hero"))).toEqual(["why-we-bake-with-rye-hero.png"]);
    expect([...names(items("Instagram Post")), ...names(items("Story"))]).toEqual([
      "why-we-bake-with-rye-post.png",
      "why-we-bake-with-rye-story.png",
    ]);
    expect(simulator.statement().entries.map(({ operation }) => operation)).toEqual(["generate", "edit", "edit"]);
    expect(simulator.statement().totalMicroUsd).toBeLessThanOrEqual(500_000);
  });

  it("make six cheap drafts, wait for a choice, and make the final of the chosen one", async () => {
    const { items } = await runExample("ideation-board.json", "Start", { answer: { Draft: "2", Correction: "" } });
    expect(names(items("Drafts"))).toEqual([1, 2, 3, 4, 5, 6].map((number) => `draft-${number}.png`));
    expect(items("Refine")).toEqual([]);
    const [final, ...more] = items("Final");
    expect(more).toEqual([]);
    expect(final?.json).toMatchObject({ draft: 2, parent: items("Drafts")[1]?.json["sha256"], corrections: [] });
    expect(final?.json["fileName"]).toMatch(/^final\.(png|jpg)$/);
    expect(Number(final?.json["chainCostUsd"])).toBeCloseTo(simulator.statement().totalMicroUsd / 1e6, 6);
  });

  it("correct the chosen draft first when the person says so, at the drafts' price", async () => {
    const answer = { Draft: "5", Correction: "More shadow under the lamp" };
    const { items } = await runExample("ideation-board.json", "Start", { answer });
    const [refined] = items("Refine");
    const [final, ...more] = items("Final");
    expect(more).toEqual([]);
    expect(refined?.json).toMatchObject({ draft: 5, parent: items("Drafts")[4]?.json["sha256"] });
    expect(final?.json).toMatchObject({
      draft: 5,
      parent: refined?.json["sha256"],
      corrections: ["More shadow under the lamp"],
    });
    expect(Number(final?.json["costUsd"])).toBeGreaterThan(Number(refined?.json["costUsd"]));
    const { images, totalMicroUsd } = simulator.statement();
    expect([images, Math.round(Number(final?.json["chainCostUsd"]) * 1e6)]).toEqual([8, totalMicroUsd]);
  });

  it("report what last month has cost as a file", async () => {
    const now = new Date();
    const lastMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
    const { items } = await runExample("monthly-report.json", "Every Month");
    expect(items("Books").map(({ json }) => [json["label"], json["limitUsd"], json["spentUsd"]])).toEqual([
      [`month ${lastMonth}`, 100, 0],
    ]);
    const report = items("Report")[0]?.binary?.["data"];
    expect(report?.fileName).toBe("image-spending.csv");
    expect(Buffer.from(report?.data ?? "", "base64").toString()).toContain(`month ${lastMonth}`);
  });

  it("order over night as one batch, and collect in later executions, each image once", async () => {
    // What OpenAI takes off is in one's own terms.
    const { items: ordered } = await runExample("overnight-batch.json", "Start", {
      edit: (text) => text.replace('"fileName": "={{ $json.product }}"', '$&, "batchDiscount": 50'),
    });
    expect(ordered("Order Images").map(({ json }) => [json["status"], json["images"]])).toEqual([["submitted", 3]]);
    expect(simulator.statement().images).toBe(0);
    const { items: early } = await runExample("overnight-batch.json", "Every Hour");
    expect(early("Collect").map(({ json }) => json["status"])).toEqual(["running"]);
    expect([...early("To the Shop"), ...early("Tell Someone")]).toEqual([]);
    const { items: late } = await runExample("overnight-batch.json", "Every Hour");
    expect(names(late("To the Shop"))).toEqual(["Oak-stool.png", "Wool-blanket.png", "Trail-shoe.png"]);
    expect(late("Tell Someone")).toEqual([]);
    expect((await runExample("overnight-batch.json", "Every Hour")).items("Collect")).toEqual([]);
    const { entries, totalMicroUsd } = simulator.statement();
    const costs = late("To the Shop").map(({ json }) => Math.round(Number(json["costUsd"]) * 1e6));
    expect([entries.length, costs.reduce((sum, cost) => sum + cost, 0)]).toEqual([3, totalMicroUsd]);
  });

  it("let an agent fill in prompt and purpose, and nothing about money", async () => {
    const workflow = readExample("image-agent.json");
    const tool = workflow.nodes.find(({ type }) => type === "n8n-nodes-artdesk.artdeskTool");
    expect(workflow.connections["Make an Image"]?.["ai_tool"]?.[0]?.[0]?.node).toBe("Art Director");
    const parameters = tool?.parameters ?? {};
    const fromAi = Object.entries(parameters).filter(([, value]) => JSON.stringify(value).includes("$fromAI"));
    expect(fromAi.map(([name]) => name)).toEqual(["prompt", "purpose"]);

    // n8n hands an agent's arguments to the tool as its input item.
    const context = { release, built, credentials: simulatorCredentials(simulator) };
    const { items } = await runArtdesk(context, parameters, [{ prompt: "A cat on a globe", purpose: "social" }]);
    expect(items[0]?.json).toMatchObject({ fileName: "a-cat-on-a-globe.png", size: "1024x1024" });
    const { items: greedy } = await runArtdesk(
      context,
      { ...parameters, budget: { runUsd: 0.0001 } },
      [{ prompt: "A cat", purpose: "social" }],
      { onError: "continueRegularOutput" },
    );
    expect(failureOf(greedy[0])?.["code"]).toBe("budget_exceeded");
  });
});
