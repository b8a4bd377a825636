import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INode, INodeExecutionData } from "n8n-workflow";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { startFakeDataTables, type FakeDataTables } from "./harness/fake-data-tables.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import type { RunOptions } from "./harness/run-workflow.mts";

const THREE = [{ thing: "one" }, { thing: "two" }, { thing: "three" }];
const RETRY: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const PINNED = { __rl: true, mode: "id", value: "gpt-image-2" };
/** One gpt-image-2 low image of 1024x1024 costs about 0.006 USD. */
const PARAMETERS: IDataObject = { prompt: "={{ $json.thing }}", model: PINNED, options: { quality: "low", concurrency: 1 } };

let simulator: Simulator;
let n8n: FakeDataTables;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(async () => {
  simulator.reset();
  n8n = await startFakeDataTables("key-1");
});
afterEach(() => n8n.close());
afterAll(() => simulator.close());

/** What became of each item: its file, or why there is none. */
function outcomes(items: readonly INodeExecutionData[]): unknown[] {
  return items.map(({ json }) => failure(json)?.["code"] ?? json["fileName"]);
}

function failure(json: IDataObject | undefined): IDataObject | undefined {
  return json?.["error"] as IDataObject | undefined;
}

/** How often each prompt was paid for. */
function timesBought(): Record<string, number> {
  const bought: Record<string, number> = {};
  for (const { body, status } of simulator.calls()) {
    if (status !== 200 || typeof body !== "object" || body === null || !("prompt" in body)) continue;
    bought[String(body.prompt)] = (bought[String(body.prompt)] ?? 0) + 1;
  }
  return bought;
}

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("Money on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const run = (parameters: IDataObject, input: readonly IDataObject[] = THREE, node: Partial<INode> = {}, options: Partial<RunOptions> = {}): Promise<NodeRun> => {
    const ledger = { artdeskLedgerApi: { apiKey: "key-1", baseUrl: `${n8n.baseUrl}/api/v1`, table: "artdesk_ledger" } };
    return runArtdesk({ release, built, credentials: { ...simulatorCredentials(simulator), ...ledger } }, parameters, input, node, options);
  };

  describe("with Retry On Fail", () => {
    it("buys each image once when the last item is refused in all three tries", async () => {
      simulator.faults([{ kind: "moderation", match: "three", times: "always" }]);
      const { run: execution } = await run(PARAMETERS, THREE, RETRY);
      expect(execution.data.resultData.error?.message).toContain("OpenAI");
      expect(timesBought()).toEqual({ one: 1, two: 1 });
      expect(simulator.calls().filter(({ status }) => status === 400)).toHaveLength(3);
    });

    it("delivers all of them, each bought once, when the third try succeeds", async () => {
      simulator.faults([{ kind: "moderation", match: "three", times: 2 }]);
      const { items, task } = await run(PARAMETERS, THREE, RETRY);
      expect(items.map(({ json }) => json["fileName"])).toEqual(["one.png", "two.png", "three.png"]);
      expect(timesBought()).toEqual({ one: 1, two: 1, three: 1 });
      expect(task?.hints?.at(-1)?.message).toContain("Kept 2 from an earlier try");
    });

    it("buys nothing at all when the last item does not fit the budget", async () => {
      const { run: execution } = await run({ ...PARAMETERS, budget: { runUsd: 0.015, onExceeded: "stop" } }, THREE, RETRY);
      expect(execution.data.resultData.error?.message).toContain("this run");
      expect(simulator.calls()).toEqual([]);
    });

    it("does not pay again for an answer that got lost", async () => {
      simulator.faults([{ kind: "cut_before_headers", match: "two", times: "always" }]);
      const { run: execution } = await run(PARAMETERS, THREE, RETRY);
      expect(execution.data.resultData.error?.message).toContain("broke off");
      const { entries } = simulator.statement();
      expect(entries.map(({ images, delivered }) => [images, delivered])).toEqual([[1, true], [1, false]]);
    });

    it("buys each image once when the first item fails and the node goes on, which n8n also tries again", async () => {
      simulator.faults([{ kind: "moderation", match: "one", times: "always" }]);
      const { items } = await run(PARAMETERS, THREE, { ...RETRY, onError: "continueRegularOutput" });
      expect(outcomes(items)).toEqual(["content_refused", "two.png", "three.png"]);
      expect(timesBought()).toEqual({ two: 1, three: 1 });
      expect(simulator.calls().filter(({ status }) => status === 400)).toHaveLength(3);
    });

    it("buys again in another execution: only tries of the same one are remembered", async () => {
      await run(PARAMETERS, THREE);
      await run(PARAMETERS, THREE);
      expect(timesBought()).toEqual({ one: 2, two: 2, three: 2 });
    });
  });

  describe("when an item fails", () => {
    it("names the item, and links to what was already paid for", async () => {
      simulator.faults([{ kind: "moderation", match: "two", times: "always" }]);
      const { run: execution } = await run(PARAMETERS);
      const error = execution.data.resultData.error;
      expect(error).toMatchObject({ context: { itemIndex: 1 } });
      expect(error?.description).toContain("1 image was already made and paid for");
      expect(timesBought()).toEqual({ one: 1 });
    });

    it("goes on with the others, each in its place", async () => {
      simulator.faults([{ kind: "moderation", match: "two", times: "always" }]);
      const { items } = await run(PARAMETERS, THREE, { onError: "continueRegularOutput" });
      expect(outcomes(items)).toEqual(["one.png", "content_refused", "three.png"]);
      expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
      expect(failure(items[1]?.json)).toMatchObject({ costUsd: 0, possiblyBilledUsd: 0, message: expect.stringContaining("OpenAI") });
    });

    it("sends failed items to the error output, with what they came in with", async () => {
      simulator.faults([{ kind: "moderation", match: "two", times: "always" }]);
      const { items, errorItems } = await run(PARAMETERS, THREE, { onError: "continueErrorOutput" });
      expect(items.map(({ json }) => json["fileName"])).toEqual(["one.png", "three.png"]);
      expect(errorItems.map(({ json }) => [json["thing"], failure(json)?.["code"]])).toEqual([["two", "content_refused"]]);
    });

    it("counts what a refused image cost", async () => {
      simulator.faults([{ kind: "moderation", stage: "output", match: "two", times: "always" }]);
      const { items, run: execution } = await run(PARAMETERS, THREE, { onError: "continueRegularOutput" });
      const refused = failure(items[1]?.json);
      const booked = [items[0]?.json, refused, items[2]?.json].reduce((total, json) => total + Number(json?.["costUsd"]), 0);
      expect(booked + Number(refused?.["possiblyBilledUsd"])).toBeGreaterThanOrEqual(simulator.statement().totalMicroUsd / 1e6);
      expect(Number(execution.data.resultData.metadata?.["artdeskImages"])).toBe(2);
    });

    it("buys nothing when one item cannot be read", async () => {
      const { run: execution } = await run({ ...PARAMETERS, size: "customPixels", pixels: "={{ $json.thing === 'three' ? 'huge' : '1024x1024' }}" });
      expect(execution.data.resultData.error).toMatchObject({ context: { itemIndex: 2 } });
      expect(execution.data.resultData.error?.message).toContain("size");
      expect(simulator.calls()).toEqual([]);
    });

    it("tries what was surely not billed again by itself", async () => {
      simulator.faults([{ kind: "rate_limit", retryAfterMs: 5, retryAfterHeader: "retry-after-ms", match: "two" }]);
      const { items } = await run(PARAMETERS);
      expect(items).toHaveLength(3);
      expect(timesBought()).toEqual({ one: 1, two: 1, three: 1 });
    });
  });

  describe("with a budget", () => {
    it("makes what fits and no more when the node goes on", async () => {
      const { items } = await run({ ...PARAMETERS, budget: { runUsd: 0.015, onExceeded: "stop" } }, THREE, { onError: "continueRegularOutput" });
      expect(outcomes(items)).toEqual(["one.png", "two.png", "budget_exceeded"]);
      expect(timesBought()).toEqual({ one: 1, two: 1 });
      expect(simulator.statement().totalMicroUsd).toBeLessThanOrEqual(15_000);
    });

    it("uses a cheaper model where the budget asks for it", async () => {
      const dear = await run({ prompt: "A poster", options: { policy: "quality" } }, [{}]);
      const cheap = await run({ prompt: "A poster", options: { policy: "quality" }, budget: { imageUsd: 0.02 } }, [{}]);
      expect(Number(cheap.items[0]?.json["costUsd"])).toBeLessThan(Number(dear.items[0]?.json["costUsd"]));
      expect(Number(cheap.items[0]?.json["costUsd"])).toBeLessThanOrEqual(0.02);
    });

    it("stops client work rather than make it worse, in words of the panel", async () => {
      const { run: execution } = await run({ prompt: "A poster", purpose: "client", budget: { runUsd: 0.001 } }, [{}]);
      expect(execution.data.resultData.error?.message).toContain("is left");
      expect(execution.data.resultData.error?.description).toContain("'Per Run'");
      expect(execution.data.resultData.error?.description).not.toMatch(/may_downgrade|on_exceeded|budget\./);
      expect(simulator.calls()).toEqual([]);
    });

    it("shows what is left", async () => {
      const { items } = await run({ ...PARAMETERS, budget: { runUsd: 1 } }, [{ thing: "one" }]);
      expect(items[0]?.json["budgetLeftUsd"]).toBeCloseTo(1 - simulator.statement().totalMicroUsd / 1e6, 9);
    });

    it("keeps one budget over many executions in the data table", async () => {
      const monthly = { ...PARAMETERS, books: "dataTable", budget: { monthUsd: 0.03, onExceeded: "stop" } };
      const runs = await Promise.all(Array.from({ length: 6 }, (_, index) => run(monthly, [{ thing: `poster ${index}` }], { onError: "continueRegularOutput" })));
      const codes = runs.map(({ items }) => failure(items[0]?.json)?.["code"] ?? "made");
      const { totalMicroUsd, images } = simulator.statement();
      expect(totalMicroUsd).toBeLessThanOrEqual(30_000);
      expect(codes.filter((code) => code === "made")).toHaveLength(images);
      expect(codes.filter((code) => code === "budget_exceeded")).toHaveLength(6 - images);
      expect(images).toBeGreaterThan(0);
      expect(images).toBeLessThan(6);

      const { items: budgets } = await run({ resource: "budget", operation: "get", limits: { monthUsd: 0.03 }, scopes: ["month"] }, [{}]);
      expect(budgets.map(({ json }) => json)).toEqual([
        expect.objectContaining({ limitUsd: 0.03, spentUsd: totalMicroUsd / 1e6, reservedUsd: 0, possiblyBilledUsd: 0, images }),
      ]);
    });

    it("counts per client and campaign", async () => {
      const tags = { client: "={{ $json.client }}", campaign: "spring" };
      const parameters = { ...PARAMETERS, books: "dataTable", tags, budget: { clientMonthUsd: "={{ $json.limit }}", onExceeded: "stop" } };
      const { items } = await run(
        parameters,
        [
          { thing: "one", client: "acme", limit: 1 },
          { thing: "two", client: "beta", limit: 0.001 },
          { thing: "three", client: "acme", limit: 1 },
        ],
        { onError: "continueRegularOutput" },
      );
      expect(outcomes(items)).toEqual(["one.png", "budget_exceeded", "three.png"]);
      expect(failure(items[1]?.json)?.["message"]).toContain("client beta");
      const { items: budgets } = await run({ resource: "budget", operation: "get", limits: { clientMonthUsd: 1 }, scopes: ["client", "campaign"] }, [{}]);
      const rows = budgets.map(({ json }) => [json["label"], json["limitUsd"], json["images"]]);
      expect(rows).toContainEqual([expect.stringContaining("client acme"), 1, 2]);
      expect(rows).toContainEqual([expect.stringContaining("campaign spring"), null, 2]);
      expect(budgets.every(({ json }) => !String(json["scope"]).startsWith("month") && !String(json["scope"]).startsWith("run"))).toBe(true);
    });

    it("buys nothing when the books cannot be reached", async () => {
      await n8n.close();
      const { run: execution } = await run({ ...PARAMETERS, books: "dataTable" });
      expect(execution.data.resultData.error?.message).toContain("data table");
      expect(simulator.calls()).toEqual([]);
      n8n = await startFakeDataTables("key-1");
    });
  });
});
