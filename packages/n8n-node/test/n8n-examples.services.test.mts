import type { IDataObject, INode, INodeExecutionData, ITaskData } from "n8n-workflow";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { N8N_VERSION } from "../scripts/install-n8n.mts";
import { startChatModelServer } from "./harness/chat-model-server.mts";
import { executionOutput } from "./harness/execution-output.mts";
import type { LoopbackServer } from "./harness/loopback-server.mts";
import { activate, postgresUrl, startWholeN8n, type SavedWorkflow, type WholeN8n } from "./harness/whole-n8n.mts";

const FOLDER = join(import.meta.dirname, "../../../examples/n8n-workflows");
const FILES = [
  "product-sheet",
  "blog-post",
  "ideation-board",
  "monthly-report",
  "image-agent",
  "overnight-batch",
] as const;
type Example = (typeof FILES)[number];

interface Execution {
  status: string;
  data: { resumeToken?: string; resultData: { runData: Record<string, ITaskData[]> } };
}

describe.skipIf(postgresUrl === undefined)(`the example workflows, imported into n8n ${N8N_VERSION}`, () => {
  let whole: WholeN8n;
  let chatModel: LoopbackServer;
  let chosen: Record<string, { id: string; name: string }>;
  /** Ids as n8n's import takes them: 16 characters. */
  const idOf = (example: Example): string => `example${example.replaceAll("-", "")}0000000000`.slice(0, 16);

  beforeAll(async () => {
    whole = await startWholeN8n();
    chatModel = await startChatModelServer({ prompt: "A red fox with a map", purpose: "internal" });
    chosen = await importCredentials();
    for (const example of FILES) await importExample(example);
  }, 1_800_000);
  beforeEach(() => whole.simulator.reset());
  afterAll(async () => {
    await chatModel?.close();
    await whole?.close();
  }, 60_000);

  /** `n8n import:credentials`, from a file with plain data. */
  async function importCredentials(): Promise<Record<string, { id: string; name: string }>> {
    const openAiApi = { apiKey: "sk-test", url: `${chatModel.baseUrl}/v1` };
    const entries = Object.entries({ ...whole.credentialData, openAiApi }).map(([type, data], index) => ({
      id: `credential00000${index}`,
      name: `Imported ${type}`,
      type,
      data,
    }));
    const file = join(whole.n8n.folder, "credentials.json");
    writeFileSync(file, JSON.stringify(entries));
    const output = await whole.n8n.command("import:credentials", `--input=${file}`);
    expect(output).toContain(`Successfully imported ${entries.length} credentials`);
    return Object.fromEntries(entries.map(({ id, name, type }) => [type, { id, name }]));
  }

  /** `n8n import:workflow`, with the credentials chosen as a person would. */
  async function importExample(example: Example, edit = (text: string): string => text): Promise<void> {
    const { openAiApi, ...ours } = chosen;
    const workflow = JSON.parse(edit(readFileSync(join(FOLDER, `${example}.json`), "utf8"))) as { nodes: INode[] };
    const nodes = workflow.nodes.map((node) => {
      if (node.type.startsWith("n8n-nodes-artdesk.")) return { ...node, credentials: ours };
      if (node.type.endsWith(".lmChatOpenAi")) return { ...node, credentials: { openAiApi } };
      // The chat becomes reachable without signing in.
      if (node.type.endsWith(".chatTrigger")) return { ...node, parameters: { public: true, options: {} } };
      return node;
    });
    const file = join(whole.n8n.folder, `${example}.json`);
    writeFileSync(file, JSON.stringify({ ...workflow, id: idOf(example), nodes }));
    await whole.n8n.command("import:workflow", `--input=${file}`);
  }

  async function execute(example: Example): Promise<Execution> {
    return executionOutput(await whole.n8n.command("execute", `--id=${idOf(example)}`, "--rawOutput")) as Execution;
  }

  const itemsOf = ({ data }: Execution, node: string): INodeExecutionData[] =>
    data.resultData.runData[node]?.[0]?.data?.["main"]?.[0] ?? [];
  const fileNames = (execution: Execution, node: string): unknown[] =>
    itemsOf(execution, node).map(({ json }) => json["fileName"]);

  /** What the statement says must be what the items say. */
  function expectPaid(items: readonly INodeExecutionData[]): void {
    const { totalMicroUsd, images } = whole.simulator.statement();
    const costMicroUsd = Math.round(items.reduce((sum, { json }) => sum + Number(json["costUsd"]), 0) * 1e6);
    expect([items.length, costMicroUsd]).toEqual([images, totalMicroUsd]);
  }

  it("product-sheet.json: n8n execute makes each product's image and counts it in the data table", async () => {
    const execution = await execute("product-sheet");
    expect(fileNames(execution, "To the Shop")).toEqual(["Oak-stool.png", "Wool-blanket.png", "Trail-shoe.png"]);
    expectPaid(itemsOf(execution, "To the Shop"));
  }, 180_000);

  it("blog-post.json: n8n execute makes the hero and two sizes from it", async () => {
    const execution = await execute("blog-post");
    const all = ["Hero", "Instagram Post", "Story"].flatMap((node) => itemsOf(execution, node));
    expect(all.map(({ json }) => json["fileName"])).toEqual([
      "why-we-bake-with-rye-hero.png",
      "why-we-bake-with-rye-post.png",
      "why-we-bake-with-rye-story.png",
    ]);
    expectPaid(all);
  }, 180_000);

  it("monthly-report.json: n8n execute writes the report as a file", async () => {
    const execution = await execute("monthly-report");
    expect(itemsOf(execution, "Report")[0]?.binary?.["data"]).toMatchObject({ fileName: "image-spending.csv" });
  }, 180_000);

  it("overnight-batch.json: n8n execute orders a batch; what the schedule starts collects it later, paid once", async () => {
    const ordered = await execute("overnight-batch");
    expect(itemsOf(ordered, "Order Images").map(({ json }) => [json["status"], json["images"]])).toEqual([
      ["submitted", 3],
    ]);
    expect(whole.simulator.statement().images).toBe(0);
    // `n8n execute` starts no schedule: so the trigger that people press takes the schedule's place.
    await importExample("overnight-batch", (text) =>
      text
        .replace("n8n-nodes-base.manualTrigger", "n8n-nodes-base.noOp")
        .replace("n8n-nodes-base.scheduleTrigger", "n8n-nodes-base.manualTrigger"),
    );
    expect(itemsOf(await execute("overnight-batch"), "Collect").map(({ json }) => json["status"])).toEqual(["running"]);
    const collected = await execute("overnight-batch");
    expect(fileNames(collected, "To the Shop")).toEqual(["Oak-stool.png", "Wool-blanket.png", "Trail-shoe.png"]);
    expect(whole.simulator.statement().entries.map(({ batch, delivered }) => [batch, delivered])).toEqual(
      [1, 2, 3].map(() => [true, true]),
    );
  }, 300_000);

  it("ideation-board.json: makes drafts and waits; a person's answer has one corrected and made final", async () => {
    const drafts = await execute("ideation-board");
    expect(itemsOf(drafts, "Drafts")).toHaveLength(6);
    expect(drafts.status).toBe("waiting");
    const filter = encodeURIComponent(JSON.stringify({ workflowId: idOf("ideation-board") }));
    const { results } = (await whole.n8n.rest("GET", `/executions?filter=${filter}`)) as { results: { id: string }[] };
    const id = results[0]?.id ?? "";
    const form = new FormData();
    form.set("field-0", "2");
    form.set("field-1", "More shadow under the lamp");
    const url = `${whole.n8n.baseUrl}/form-waiting/${id}?signature=${drafts.data.resumeToken ?? ""}`;
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("Draft")]);
    await fetch(url, { method: "POST", body: form });
    const status = async (): Promise<unknown> =>
      ((await whole.n8n.rest("GET", `/executions/${id}`)) as IDataObject)["status"];
    await expect.poll(status, { timeout: 120_000, interval: 500 }).toBe("success");
    const { entries, images, totalMicroUsd } = whole.simulator.statement();
    expect(images).toBe(8);
    expect(entries.slice(-2)).toMatchObject([{ operation: "edit" }, { operation: "edit" }]);

    // The drafts named their client; refinement and final, days later, count for the same one.
    const read = { resource: "budget", operation: "get", scopes: ["client"], limits: { clientMonthUsd: 5 } };
    const books = await (await whole.openWebhook("ideation-books", read))([{}]);
    expect(books.find(({ scope }) => JSON.stringify(scope).includes("harbour-books"))).toMatchObject({
      spentUsd: totalMicroUsd / 1e6,
      reservedUsd: 0,
      possiblyBilledUsd: 0,
      images: 8,
    });
  }, 300_000);

  it("image-agent.json: a chat's model calls the tool, which buys one image and answers with its link", async () => {
    const id = idOf("image-agent");
    await activate(whole.n8n, (await whole.n8n.rest("GET", `/workflows/${id}`)) as SavedWorkflow);
    const path = (JSON.parse(readFileSync(join(FOLDER, "image-agent.json"), "utf8")) as { nodes: INode[] }).nodes.find(
      ({ webhookId }) => webhookId !== undefined,
    )?.webhookId;
    const chat = async (): Promise<Response> =>
      fetch(`${whole.n8n.baseUrl}/webhook/${path}/chat`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ action: "sendMessage", sessionId: "s1", chatInput: "I need a fox for our wiki." }),
      });
    await expect
      .poll(async () => (await fetch(`${whole.n8n.baseUrl}/webhook/${path}/chat`)).status, {
        timeout: 60_000,
      })
      .toBe(200);
    const response = await chat();
    const text = await response.text();
    expect([response.status, text]).toEqual([200, expect.stringContaining("a-red-fox-with-a-map.png")]);
    expect(text).toMatch(/http:\/\/127\.0\.0\.1:\d+\/rest\/binary-data\/signed\?token=/);
    expect(whole.simulator.statement().images).toBe(1);

    // What the model was told about the tool.
    const request = chatModel.requests.find(({ url }) => url.endsWith("/chat/completions"));
    const { tools } = JSON.parse(request?.body ?? "{}") as { tools: { function: IDataObject }[] };
    expect(tools[0]?.function["description"]).toMatch(/^Makes one image/);
    const parameters = tools[0]?.function["parameters"] as { properties: object } | undefined;
    expect(Object.keys(parameters?.properties ?? {}).toSorted()).toEqual(["prompt", "purpose"]);
  }, 180_000);
});
