import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INode, INodeExecutionData } from "n8n-workflow";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { queueCredentials, runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { startFakeDataTables, type FakeDataTables } from "./harness/fake-data-tables.mts";
import { startLoopbackServer } from "./harness/loopback-server.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import type { RunOptions } from "./harness/run-workflow.mts";
import { failureOf, THREE_ITEMS } from "./harness/three-posters.mts";

let simulator: Simulator;
let n8n: FakeDataTables;
beforeEach(async () => {
  simulator = await startSimulator({ seed: 1, batchPolls: 1, now: () => Date.UTC(2026, 10, 23) });
  n8n = await startFakeDataTables("key-1");
});
afterEach(async () => {
  await n8n.close();
  await simulator.close();
});

function allCredentials(): RunOptions["credentials"] {
  const artdeskLedgerApi = { apiKey: "key-1", baseUrl: `${n8n.baseUrl}/api/v1`, table: "artdesk_ledger" };
  // A node that made images at fal.ai before keeps that credential.
  return { ...simulatorCredentials(simulator), ...queueCredentials(simulator), artdeskLedgerApi };
}

function withGeminiAt(baseUrl: string): RunOptions["credentials"] {
  return { ...allCredentials(), artdeskGeminiApi: { apiKey: "k", baseUrl } };
}

const isHandIn = ({ method, path }: { method: string; path: string }): boolean =>
  method === "POST" && /\/batches$|:batchGenerateContent$/.test(path);
const numberOf = (item: INodeExecutionData | undefined, field: string): number =>
  Math.round(Number(item?.json[field]) * 1e6);
const statusOf = ({ json }: INodeExecutionData): unknown => json["status"];

/** What the editor shows before the first run must name everything that comes out, with its type. */
function expectInSchema(operation: string, items: readonly INodeExecutionData[]): void {
  const file = join(import.meta.dirname, "../nodes/Artdesk/__schema__/v1.0.0/batch", `${operation}.json`);
  const { properties } = JSON.parse(readFileSync(file, "utf8")) as {
    properties: Record<string, { type: string | string[] }>;
  };
  expect(items.length).toBeGreaterThan(0);
  for (const [name, value] of items.flatMap(({ json }) => Object.entries(json))) {
    const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
    expect([name, [properties[name]?.type].flat()]).toEqual([name, expect.arrayContaining([type])]);
  }
}

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("Batch on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const run = (
    parameters: IDataObject,
    input: readonly IDataObject[] = [{}],
    node: Partial<INode> = {},
    options: Partial<RunOptions> = {},
  ): Promise<NodeRun> =>
    runArtdesk(
      { release, built, credentials: allCredentials() },
      { resource: "batch", ...parameters },
      input,
      node,
      options,
    );
  const POSTERS: IDataObject = {
    operation: "submit",
    prompt: "={{ $json.thing }}",
    model: { __rl: true, mode: "id", value: "={{ $json.model ?? 'gpt-image-2' }}" },
    options: { quality: "={{ $json.model ? '' : 'low' }}", batchDiscount: 50 },
  };
  const submit = (input: readonly IDataObject[] = THREE_ITEMS, extra: IDataObject = {}): Promise<NodeRun> =>
    run({ ...POSTERS, ...extra }, input);
  const collect = (batchId?: string): Promise<NodeRun> =>
    run({ operation: "collect", ...(batchId === undefined ? {} : { batches: "id", batchId }) });
  const books = async (): Promise<IDataObject> => {
    const { items } = await run({ resource: "budget", operation: "get", scopes: ["month"] });
    return items[0]?.json ?? {};
  };
  /** What the statement says, the books must say. */
  const expectSettled = async (): Promise<void> => {
    const { totalMicroUsd, images } = simulator.statement();
    expect(await books()).toMatchObject({
      spentUsd: totalMicroUsd / 1e6,
      reservedUsd: 0,
      possiblyBilledUsd: 0,
      images,
    });
  };

  it("submits all items as one batch, holds the money, and says what to do next", async () => {
    const { items, task, run: execution } = await submit();
    expect(execution.data.resultData.error).toBeUndefined();
    expect(items).toHaveLength(1);
    const [item] = items;
    expect(item?.pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
    expect(item?.json).toMatchObject({
      batchId: expect.stringMatching(/^artdesk-/),
      status: "submitted",
      provider: "OpenAI",
      model: "gpt-image-2",
      items: 3,
      images: 3,
      waitHours: 24,
      nextStep: expect.stringContaining("Batch: Collect"),
    });
    // Half of it, each image rounded up.
    const roundedUp = numberOf(item, "batchPriceUsd") * 2 - numberOf(item, "fullPriceUsd");
    expect([0, 1, 2, 3]).toContain(roundedUp);
    expect(numberOf(item, "heldUsd")).toBeGreaterThanOrEqual(numberOf(item, "fullPriceUsd"));
    expect(await books()).toMatchObject({ spentUsd: 0, reservedUsd: item?.json["heldUsd"] });
    expect(task?.hints?.[0]?.message).toMatch(
      /^Submitted 3 images in 1 batch: about \$[\d.]+ in place of \$[\d.]+, within 24 hours/,
    );
    expect(simulator.statement().entries).toEqual([]);
  });

  it("collects in other executions: says what still runs, then gives each image once paid, however often", async () => {
    const { items: submitted } = await submit();
    const batchId = submitted[0]?.json["batchId"] as string;
    const early = await collect(batchId);
    expect(early.run.data.resultData.error).toBeUndefined();
    expect(early.items.map(({ json }) => json)).toEqual([
      expect.objectContaining({
        batchId,
        status: "running",
        images: 3,
        nextStep: expect.stringContaining("again later"),
      }),
    ]);
    expect(await books()).toMatchObject({ spentUsd: 0, reservedUsd: submitted[0]?.json["heldUsd"] });

    const { items, task } = await collect();
    expect(items.map(({ json }) => [json["status"], json["fileName"], json["prompt"]])).toEqual([
      ["made", "one.png", "one"],
      ["made", "two.png", "two"],
      ["made", "three.png", "three"],
    ]);
    expect(items.map(({ binary }) => binary?.["data"]?.fileName)).toEqual(["one.png", "two.png", "three.png"]);
    const { totalMicroUsd, entries } = simulator.statement();
    expect(entries.map(({ batch }) => batch)).toEqual([true, true, true]);
    expect(items.reduce((sum, item) => sum + numberOf(item, "costUsd"), 0)).toBe(totalMicroUsd);
    expect(task?.hints?.[0]?.message).toContain("Made 3 images for");
    await expectSettled();

    expect((await collect()).items).toEqual([]);
    const again = await collect(batchId);
    expect(
      again.items.map(({ json, binary }) => [json["fileName"], json["collectedBefore"], binary !== undefined]),
    ).toEqual(["one.png", "two.png", "three.png"].map((name) => [name, true, true]));
    expect(again.task?.hints ?? []).toEqual([]);
    await expectSettled();
  });

  it("makes a batch for each model, Google's at the published half", async () => {
    const { items } = await submit([{ thing: "one" }, { thing: "two", model: "gemini-nano-banana-2.1" }], {
      options: { quality: "={{ $json.model ? '' : 'low' }}" },
    });
    expect(items.map(({ json }) => json["provider"])).toEqual(["OpenAI", "Google Gemini"]);
    expect(numberOf(items[0], "batchPriceUsd")).toBe(numberOf(items[0], "fullPriceUsd"));
    expect(numberOf(items[1], "batchPriceUsd")).toBe(Math.ceil(numberOf(items[1], "fullPriceUsd") / 2));
    expect((await collect()).items.map(statusOf)).toEqual(["running", "running"]);
    expect((await collect()).items.map(statusOf)).toEqual(["made", "made"]);
  });

  it("keeps what was made when a part was refused, and tells why the rest is missing", async () => {
    simulator.faults([{ kind: "moderation", match: "two" }]);
    await submit();
    await collect();
    const { items, run: execution } = await collect();
    expect(execution.data.resultData.error).toBeUndefined();
    expect(items.map(({ json }) => [json["status"], json["fileName"] ?? json["code"]])).toEqual([
      ["made", "one.png"],
      ["notMade", "content_refused"],
      ["made", "three.png"],
    ]);
    expect(items[1]?.json).toMatchObject({ prompt: "two", reason: expect.any(String), nextStep: expect.any(String) });
    await expectSettled();
  });

  it("gives what its output schemas say", async () => {
    simulator.faults([{ kind: "moderation", match: "two" }]);
    const { items: submitted } = await submit(THREE_ITEMS, { tags: { client: "acme" } });
    expectInSchema("submit", submitted);
    expectInSchema("collect", (await collect()).items);
    expectInSchema("collect", (await collect()).items);
    expectInSchema("collect", (await collect(submitted[0]?.json["batchId"] as string)).items);
  });

  it("hands in once in three tries of n8n, and nothing when an item cannot be made", async () => {
    const retry: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
    const refused = await run(POSTERS, [{ thing: "one" }, { thing: "two", model: "no-such-model" }], retry);
    expect(refused.run.data.resultData.error?.message).toContain("no-such-model");
    expect([simulator.calls().filter(isHandIn), (await books())["reservedUsd"]]).toEqual([[], 0]);

    const input = [{ thing: "one" }, { thing: "two", model: "gemini-nano-banana-2.1" }];
    const google = await startLoopbackServer((_request, response) => void response.writeHead(404).end());
    const halfWay = await run(POSTERS, input, retry, { credentials: withGeminiAt(google.baseUrl) });
    expect([google.requests.length, simulator.calls().filter(isHandIn).length]).toEqual([3, 1]);
    await google.close();
    expect(halfWay.run.data.resultData.error?.description).toMatch(
      /Submitted before that, and to be collected: artdesk-/,
    );
    expect((await collect()).items.map(statusOf)).toEqual(["running"]);
    expect((await collect()).items.map(statusOf)).toEqual(["made"]);
    await expectSettled();
  });

  it("goes on with the other items where n8n is told to", async () => {
    const { items } = await run(POSTERS, [{ thing: "one" }, { thing: "two", model: "sketch" }], {
      onError: "continueRegularOutput",
    });
    expect([items[0]?.json["images"], failureOf(items[1])?.["message"]]).toEqual([
      1,
      expect.stringContaining("cannot be made in a batch"),
    ]);
  });

  it("stays inside the budget", async () => {
    const { run: execution } = await submit(THREE_ITEMS, { budget: { monthUsd: 0.012, onExceeded: "stop" } });
    expect(execution.data.resultData.error?.description).toContain("'Per Month'");
    expect([simulator.calls(), (await books())["reservedUsd"]]).toEqual([[], 0]);
  });

  it("chooses among the models that take batches", async () => {
    const { items } = await run({ operation: "submit", prompt: "A harbour", purpose: "draft" });
    expect(["OpenAI", "Google Gemini"]).toContain(items[0]?.json["provider"]);
  });

  it("collects the others when one batch cannot be asked about, and loses nothing", async () => {
    const { items: submitted } = await submit([{ thing: "one" }, { thing: "two", model: "gemini-nano-banana-2.1" }]);
    await collect();
    const { items } = await run(
      { operation: "collect" },
      [{}],
      {},
      { credentials: withGeminiAt(`${simulator.url}/nowhere`) },
    );
    expect(items.map(({ json }) => [json["status"], json["batchId"]])).toEqual([
      ["made", submitted[0]?.json["batchId"]],
      ["notReached", submitted[1]?.json["batchId"]],
    ]);
    expect((await collect()).items.map(statusOf)).toEqual(["made"]);
    await expectSettled();
  });

  it("says that it knows no such batch", async () => {
    const { run: execution } = await collect("artdesk-none");
    expect(execution.data.resultData.error?.message).toBe('The ledger knows no batch "artdesk-none" [item 0]');
  });

  it("wants books that outlive the execution", async () => {
    const { run: execution } = await run(POSTERS, THREE_ITEMS, { credentials: {} });
    expect(execution.data.resultData.error?.message).toContain("Ledger");
    expect(simulator.calls()).toEqual([]);
  });
});
