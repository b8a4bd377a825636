import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INode } from "n8n-workflow";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { installN8n } from "../../scripts/install-n8n.mts";
import { ARTDESK } from "./artdesk-runner.mts";
import { startN8nServer, type N8nServer } from "./n8n-server.mts";
import { packPackage } from "./packed-package.mts";

const LEDGER_SCOPES = [
  "dataTable:list",
  "dataTable:create",
  "dataTable:read",
  "dataTableRow:read",
  "dataTableRow:create",
  "dataTableRow:update",
  "dataTableRow:delete",
];

/** PostgreSQL for n8n, when the tests have one. */
export const postgresUrl: string | undefined = process.env["ARTDESK_TEST_POSTGRES_URL"];

/** A whole n8n with the packed package installed, and credentials that lead to a simulator. */
export interface WholeN8n {
  simulator: Simulator;
  n8n: N8nServer;
  /** Decrypted data by credential type. */
  credentialData: Record<string, IDataObject>;
  /** As nodes refer to them, by type. */
  credentials: Record<string, { id: string; name: string }>;
  /**
   * Makes a workflow that runs the node on the items posted to a webhook, and switches it on.
   * @returns posts items; gives the JSON of what came out
   */
  openWebhook(
    path: string,
    parameters: IDataObject,
    node?: Partial<INode>,
  ): Promise<(items: object[]) => Promise<IDataObject[]>>;
  close(): Promise<void>;
}

/** Installs n8n if need be, and starts it: in one process, or with two workers on a Redis. */
export async function startWholeN8n(redisUrl?: string): Promise<WholeN8n> {
  const start = installN8n();
  const simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
  const packageFolder = await packPackage();
  const n8n = await startN8nServer({ start, packageFolder, postgresUrl: postgresUrl ?? "", redisUrl });
  rmSync(dirname(packageFolder), { recursive: true, force: true });
  const key = (await n8n.rest("POST", "/api-keys", { label: "artdesk", scopes: LEDGER_SCOPES, expiresAt: null })) as {
    rawApiKey: string;
  };
  const credentialData: WholeN8n["credentialData"] = {
    artdeskOpenAiApi: { apiKey: "sim-openai", baseUrl: `${simulator.url}/openai/v1` },
    artdeskGeminiApi: { apiKey: "sim-gemini", baseUrl: `${simulator.url}/gemini` },
    artdeskFalApi: { apiKey: "sim-fal", baseUrl: `${simulator.url}/fal` },
    artdeskReplicateApi: { apiKey: "sim-replicate", baseUrl: `${simulator.url}/replicate/v1` },
    artdeskOpenRouterApi: { apiKey: "sim-openrouter", baseUrl: `${simulator.url}/openrouter/api/v1` },
    artdeskLedgerApi: { apiKey: key.rawApiKey, baseUrl: `${n8n.baseUrl}/api/v1`, table: "artdesk_ledger" },
  };
  const credentials: WholeN8n["credentials"] = {};
  for (const [type, data] of Object.entries(credentialData)) {
    const { id } = (await n8n.rest("POST", "/credentials", { name: type, type, data })) as { id: string };
    credentials[type] = { id, name: type };
  }
  return {
    simulator,
    n8n,
    credentialData,
    credentials,
    openWebhook: async (path, parameters, node = {}) => {
      const artdesk = { type: ARTDESK, typeVersion: 1, parameters, credentials, ...node };
      await activate(n8n, await createWorkflow(n8n, path, artdesk));
      return openPath(n8n, path);
    },
    close: async () => {
      await n8n.close();
      await simulator.close();
    },
  };
}

/** A saved workflow. */
export interface SavedWorkflow {
  id: string;
  versionId: string;
}

/** Switches a workflow on. n8n does so in its own time after the answer. */
export async function activate(n8n: N8nServer, { id, versionId }: SavedWorkflow): Promise<void> {
  await n8n.rest("POST", `/workflows/${id}/activate`, { versionId });
}

/** Saves a workflow: webhook, one item for each that is posted, and the node under test. */
export async function createWorkflow(n8n: N8nServer, path: string, tested: object): Promise<SavedWorkflow> {
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
    { id: `${path}-3`, name: "Tested", position: [400, 0], ...tested },
  ];
  const connections = {
    Webhook: { main: [[{ node: "Items", type: "main", index: 0 }]] },
    Items: { main: [[{ node: "Tested", type: "main", index: 0 }]] },
  };
  const workflow = { name: path, nodes, connections, settings: { executionOrder: "v1" }, active: false };
  return (await n8n.rest("POST", "/workflows", workflow)) as SavedWorkflow;
}

/** Waits until the webhook is there. */
export async function openPath(n8n: N8nServer, path: string): Promise<(items: object[]) => Promise<IDataObject[]>> {
  const send = (items: object[]): Promise<Response> =>
    fetch(`${n8n.baseUrl}/webhook/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ items }),
    });
  for (let tries = 0; (await send([])).status === 404; tries += 1) {
    if (tries >= 240) throw new Error(`n8n does not switch the webhook ${path} on`);
    await wait(250);
  }
  return async (items) => {
    const response = await send(items);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as IDataObject[];
  };
}
