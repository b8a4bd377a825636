import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INode } from "n8n-workflow";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { installN8n, N8N_VERSION } from "../scripts/install-n8n.mts";
import { startN8nServer, type N8nServer } from "./harness/n8n-server.mts";
import { packPackage } from "./harness/packed-package.mts";
import { failureOf } from "./harness/three-posters.mts";

const ARTDESK = "n8n-nodes-artdesk.artdesk";
const LEDGER_SCOPES = [
  "dataTable:list",
  "dataTable:create",
  "dataTable:read",
  "dataTableRow:read",
  "dataTableRow:create",
  "dataTableRow:update",
  "dataTableRow:delete",
];
const postgresUrl = process.env["ARTDESK_TEST_POSTGRES_URL"];

describe.skipIf(postgresUrl === undefined)(`the whole n8n ${N8N_VERSION}`, () => {
  let simulator: Simulator;
  let n8n: N8nServer;
  const credentials: Record<string, { id: string; name: string }> = {};
  const credentialData: Record<string, IDataObject> = {};

  beforeAll(async () => {
    simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
    n8n = await startN8nServer({
      start: installN8n(),
      packageFolder: await packPackage(),
      postgresUrl: postgresUrl ?? "",
    });
    const key = (await n8n.rest("POST", "/api-keys", { label: "artdesk", scopes: LEDGER_SCOPES, expiresAt: null })) as {
      rawApiKey: string;
    };
    Object.assign(credentialData, {
      artdeskOpenAiApi: { apiKey: "sim-openai", baseUrl: `${simulator.url}/openai/v1` },
      artdeskGeminiApi: { apiKey: "sim-gemini", baseUrl: `${simulator.url}/gemini` },
      artdeskLedgerApi: { apiKey: key.rawApiKey, baseUrl: `${n8n.baseUrl}/api/v1`, table: "artdesk_ledger" },
    });
    for (const [type, data] of Object.entries(credentialData)) {
      const { id } = (await n8n.rest("POST", "/credentials", { name: type, type, data })) as { id: string };
      credentials[type] = { id, name: type };
    }
  }, 1_200_000);
  beforeEach(() => simulator.reset());
  afterAll(async () => {
    await n8n?.close();
    await simulator?.close();
  }, 60_000);

  /** Makes a workflow that runs the node on the items posted to a webhook, and switches it on. */
  async function openWebhook(
    path: string,
    parameters: IDataObject,
    node: Partial<INode> = {},
  ): Promise<(items: object[]) => Promise<IDataObject[]>> {
    const nodes = [
      {
        id: `${path}-1`,
        name: "Webhook",
        type: "n8n-nodes-base.webhook",
        typeVersion: 2,
        position: [0, 0],
        webhookId: path,
        parameters: { httpMethod: "POST", path, responseMode: "lastNode", responseData: "allEntries", options: {} },
      },
      {
        id: `${path}-2`,
        name: "Items",
        type: "n8n-nodes-base.splitOut",
        typeVersion: 1,
        position: [200, 0],
        parameters: { fieldToSplitOut: "body.items", options: {} },
      },
      {
        id: `${path}-3`,
        name: "Artdesk",
        type: ARTDESK,
        typeVersion: 1,
        position: [400, 0],
        parameters,
        credentials,
        ...node,
      },
    ];
    const connections = {
      Webhook: { main: [[{ node: "Items", type: "main", index: 0 }]] },
      Items: { main: [[{ node: "Artdesk", type: "main", index: 0 }]] },
    };
    const workflow = (await n8n.rest("POST", "/workflows", {
      name: path,
      nodes,
      connections,
      settings: { executionOrder: "v1" },
      active: false,
    })) as { id: string; versionId: string };
    await n8n.rest("POST", `/workflows/${workflow.id}/activate`, { versionId: workflow.versionId });
    const url = `${n8n.baseUrl}/webhook/${path}`;
    // Switching on is not done when the answer comes.
    await expect.poll(async () => (await fetch(url, { method: "OPTIONS" })).status, { timeout: 20_000 }).not.toBe(404);
    return async (items) => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ items }),
      });
      return (await response.json()) as IDataObject[];
    };
  }

  const poster = (extra: IDataObject = {}): IDataObject => ({
    prompt: "={{ $json.thing }}",
    model: { __rl: true, mode: "id", value: "gpt-image-2" },
    options: { quality: "low" },
    ...extra,
  });

  it("lists the node, as a tool too, with its icon", async () => {
    const types = (await (await fetch(`${n8n.baseUrl}/types/nodes.json`)).json()) as {
      name: string;
      iconUrl: unknown;
      usableAsTool?: boolean;
    }[];
    const ours = types.filter(({ name }) => name.startsWith("n8n-nodes-artdesk."));
    expect(ours.map(({ name }) => name).toSorted((left, right) => left.localeCompare(right))).toEqual([
      ARTDESK,
      `${ARTDESK}Tool`,
    ]);
    const { light } = (ours[0] as (typeof ours)[number]).iconUrl as { light: string };
    const icon = await fetch(`${n8n.baseUrl}/${light}`);
    expect([icon.status, icon.headers.get("content-type")]).toEqual([200, expect.stringContaining("svg")]);
  });

  it.each(["artdeskOpenAiApi", "artdeskGeminiApi", "artdeskLedgerApi"])(
    "tests the credential %s, and finds a wrong address",
    async (type) => {
      const test = (data: IDataObject | undefined): Promise<unknown> =>
        n8n.rest("POST", "/credentials/test", { credentials: { ...credentials[type], type, data } });
      expect(await test(credentialData[type])).toMatchObject({ status: "OK" });
      expect(await test({ ...credentialData[type], baseUrl: `${simulator.url}/nowhere` })).toMatchObject({
        status: "Error",
      });
    },
  );

  it("makes images, and links to files that n8n serves", async () => {
    const make = await openWebhook("make", poster());
    const items = await make([{ thing: "one" }, { thing: "two" }]);
    expect(items.map(({ fileName }) => fileName)).toEqual(["one.png", "two.png"]);
    const file = await fetch(items[0]?.["url"] as string);
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect((await file.arrayBuffer()).byteLength).toBe(items[0]?.["fileSizeBytes"]);
  });

  it("buys each image once in three tries", async () => {
    simulator.faults([{ kind: "moderation", match: "two", times: 2 }]);
    const make = await openWebhook("retry", poster(), { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 });
    expect((await make([{ thing: "one" }, { thing: "two" }])).map(({ fileName }) => fileName)).toEqual([
      "one.png",
      "two.png",
    ]);
    expect(simulator.statement().images).toBe(2);
  });

  it("keeps one month's budget in its data table, over executions that race", async () => {
    const monthly = poster({
      books: "dataTable",
      tags: { client: "acme" },
      budget: { clientMonthUsd: 0.03, onExceeded: "stop" },
    });
    const make = await openWebhook("budget", monthly, { onError: "continueRegularOutput" });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => make([{ thing: `poster ${index}` }])));
    const items = answers.flat();
    const { totalMicroUsd, images } = simulator.statement();
    expect(totalMicroUsd).toBeLessThanOrEqual(30_000);
    expect(images).toBeGreaterThan(0);
    expect(items.filter(({ fileName }) => fileName !== undefined)).toHaveLength(images);
    expect(
      items.flatMap((json) => failureOf({ json })?.["code"] ?? []).every((code) => code === "budget_exceeded"),
    ).toBe(true);

    const report = await openWebhook("report", {
      resource: "budget",
      operation: "get",
      limits: { clientMonthUsd: 0.03 },
      scopes: ["client"],
    });
    expect(await report([{}])).toMatchObject([
      { limitUsd: 0.03, spentUsd: totalMicroUsd / 1e6, reservedUsd: 0, images },
    ]);
  });

  it.each(["product-sheet.json", "blog-post.json"])("runs the example %s as it is imported", async (file) => {
    const example = JSON.parse(
      readFileSync(join(import.meta.dirname, "../../../examples/n8n-workflows", file), "utf8"),
    ) as { name: string; nodes: INode[]; connections: IDataObject };
    const nodes = example.nodes.map((node) => (node.type === ARTDESK ? { ...node, credentials } : node));
    const workflow = (await n8n.rest("POST", "/workflows", {
      ...example,
      nodes,
      pinData: {},
      active: false,
    })) as { id: string };
    const { executionId } = (await n8n.rest("POST", `/workflows/${workflow.id}/run`, {
      workflowData: workflow,
      triggerToStartFrom: { name: "Start" },
    })) as { executionId: string };
    const status = async (): Promise<unknown> =>
      ((await n8n.rest("GET", `/executions/${executionId}`)) as IDataObject)["status"];
    await expect.poll(status, { timeout: 60_000 }).toBe("success");
    expect(simulator.statement().images).toBe(3);
  });
});
