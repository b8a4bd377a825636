import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INode } from "n8n-workflow";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { startFakeDataTables, type FakeDataTables } from "./harness/fake-data-tables.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import type { RunOptions } from "./harness/run-workflow.mts";
import { failureOf, outcomes, POSTER, THREE_ITEMS, timesBought } from "./harness/three-posters.mts";

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

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const run = (
    parameters: IDataObject,
    input: readonly IDataObject[] = THREE_ITEMS,
    node: Partial<INode> = {},
    options: Partial<RunOptions> = {},
  ): Promise<NodeRun> => {
    const artdeskLedgerApi = { apiKey: "key-1", baseUrl: `${n8n.baseUrl}/api/v1`, table: "artdesk_ledger" };
    return runArtdesk(
      { release, built, credentials: { ...simulatorCredentials(simulator), artdeskLedgerApi } },
      parameters,
      input,
      node,
      options,
    );
  };

  describe("with a budget", () => {
    it("makes what fits and no more when the node goes on", async () => {
      const { items } = await run({ ...POSTER, budget: { runUsd: 0.015, onExceeded: "stop" } }, THREE_ITEMS, {
        onError: "continueRegularOutput",
      });
      expect(outcomes(items)).toEqual(["one.png", "two.png", "budget_exceeded"]);
      expect(timesBought(simulator)).toEqual({ one: 1, two: 1 });
      expect(simulator.statement().totalMicroUsd).toBeLessThanOrEqual(15_000);
    });

    it("refuses an item that names no client where there is a limit per client, and pays nothing", async () => {
      for (const client of ["", "   ", undefined]) {
        const budget = { clientMonthUsd: 0, onExceeded: "stop" };
        const parameters = { ...POSTER, books: "dataTable", tags: { client }, budget };
        const { items } = await run(parameters, [{ thing: "one" }], { onError: "continueRegularOutput" });
        expect(failureOf(items[0])?.["message"]).toContain("This item names no client");
      }
      const tags = { client: "={{ $json.client }}" };
      const budget = { campaignMonthUsd: 5, onExceeded: "stop" };
      const { items } = await run({ ...POSTER, books: "dataTable", tags, budget }, [{ thing: "one", client: "acme" }], {
        onError: "continueRegularOutput",
      });
      expect(failureOf(items[0])?.["message"]).toContain("This item names no campaign");
      expect(simulator.statement().totalMicroUsd).toBe(0);
    });

    it("takes spellings of a client for one client, also in another execution", async () => {
      const parameters = {
        ...POSTER,
        tags: { client: "={{ $json.client }}" },
        books: "dataTable",
        budget: { clientMonthUsd: 0.009, onExceeded: "stop" },
      };
      const rows = ["Zed", "zed", " ZED "].map((client) => ({ thing: client.trim(), client }));
      for (const row of rows) await run(parameters, [row], { onError: "continueRegularOutput" });
      expect(simulator.statement().totalMicroUsd).toBeLessThanOrEqual(9_000);
      expect(Object.keys(timesBought(simulator))).toEqual(["Zed"]);
    });

    it.each<[string, () => void]>([
      ["renamed", () => n8n.tables.forEach((table) => (table.name = "old"))],
      ["deleted", () => n8n.tables.splice(0)],
      [
        "emptied",
        () => n8n.tables.forEach((table) => (table.rows = table.rows.filter(({ k }) => k === "artdesk/root"))),
      ],
    ])("buys nothing after the ledger's table was %s, and makes no other in its place", async (_what, lose) => {
      const parameters = { ...POSTER, books: "dataTable", budget: { monthUsd: 0.009, onExceeded: "stop" } };
      const staticData = {};
      await run(parameters, [{ thing: "one" }], {}, { staticData });
      const { totalMicroUsd } = simulator.statement();
      expect(totalMicroUsd).toBeGreaterThan(0);
      const names = (): string[] => n8n.tables.map(({ name }) => name);
      lose();
      const before = names();
      const { items } = await run(parameters, [{ thing: "two" }], { onError: "continueRegularOutput" }, { staticData });
      expect(items.filter(({ binary }) => binary !== undefined)).toEqual([]);
      expect(simulator.statement().totalMicroUsd).toBe(totalMicroUsd);
      expect(names()).toEqual(before);
    });

    it("says so when it makes a table for the books", async () => {
      const { task } = await run({ ...POSTER, books: "dataTable", budget: { monthUsd: 1 } }, [{ thing: "one" }]);
      expect(task?.hints?.map(({ message }) => message).join(" ")).toContain("Made the data table artdesk_ledger");
      const again = await run({ ...POSTER, books: "dataTable", budget: { monthUsd: 1 } }, [{ thing: "two" }]);
      expect(again.task?.hints?.map(({ message }) => message).join(" ")).not.toContain("Made the data table");
    });

    it("lists possibly billed calls and ends them, either way", async () => {
      const parameters = { ...POSTER, books: "dataTable", budget: { monthUsd: 1, onExceeded: "stop" } };
      const reconcile = async (asked: IDataObject): Promise<IDataObject[]> => {
        const { items } = await run({ resource: "budget", operation: "reconcile", ...asked }, [{}], {
          onError: "continueRegularOutput",
        });
        return items.map(({ json }) => json);
      };
      const spent = async (): Promise<IDataObject | undefined> =>
        (await run({ resource: "budget", operation: "get", scopes: ["month"] }, [{}])).items[0]?.json;
      for (const [asked, costUsd] of [
        [{ billed: "amount", costUsd: 0.041 }, 0.041],
        [{ billed: "no" }, 0],
      ] as const) {
        simulator.faults([{ kind: "server_error", provider: "openai", times: 1 }]);
        await run(parameters, [{ thing: "one" }], { onError: "continueRegularOutput" });
        const open = await reconcile({});
        expect(open).toEqual([expect.objectContaining({ model: "gpt-image-2", costUsd: null })]);
        expect(Number(open[0]?.["possiblyBilledUsd"])).toBeGreaterThan(0);
        const ended = await reconcile({ calls: "ids", callIds: open[0]?.["id"], ...asked });
        expect(ended).toEqual([{ id: open[0]?.["id"], model: "gpt-image-2", possiblyBilledUsd: 0, costUsd }]);
        expect(await reconcile({})).toEqual([]);
        expect(await spent()).toMatchObject({ spentUsd: 0.041, possiblyBilledUsd: 0 });
      }
      const [wrong] = await reconcile({ calls: "ids", callIds: "nope", billed: "yes" });
      expect(wrong?.["error"]).toMatchObject({ message: expect.stringContaining("no possibly billed call nope") });
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
      const { items } = await run({ ...POSTER, budget: { runUsd: 1 } }, [{ thing: "one" }]);
      expect(items[0]?.json["budgetLeftUsd"]).toBeCloseTo(1 - simulator.statement().totalMicroUsd / 1e6, 9);
    });

    it("keeps one budget over many executions in the data table", async () => {
      const monthly = { ...POSTER, books: "dataTable", budget: { monthUsd: 0.03, onExceeded: "stop" } };
      const runs = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          run(monthly, [{ thing: `poster ${index}` }], { onError: "continueRegularOutput" }),
        ),
      );
      const codes = runs.map(({ items }) => failureOf(items[0])?.["code"] ?? "made");
      const { totalMicroUsd, images } = simulator.statement();
      expect(totalMicroUsd).toBeLessThanOrEqual(30_000);
      expect(codes.filter((code) => code === "made")).toHaveLength(images);
      expect(codes.filter((code) => code === "budget_exceeded")).toHaveLength(6 - images);
      expect(images).toBeGreaterThan(0);
      expect(images).toBeLessThan(6);

      const { items: budgets } = await run(
        { resource: "budget", operation: "get", limits: { monthUsd: 0.03 }, scopes: ["month"] },
        [{}],
      );
      expect(budgets.map(({ json }) => json)).toEqual([
        expect.objectContaining({
          limitUsd: 0.03,
          spentUsd: totalMicroUsd / 1e6,
          reservedUsd: 0,
          possiblyBilledUsd: 0,
          images,
        }),
      ]);
    });

    it("counts per client and campaign", async () => {
      const tags = { client: "={{ $json.client }}", campaign: "spring" };
      const parameters = {
        ...POSTER,
        books: "dataTable",
        tags,
        budget: { clientMonthUsd: "={{ $json.limit }}", onExceeded: "stop" },
      };
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
      expect(failureOf(items[1])?.["message"]).toContain("Client beta");
      const { items: budgets } = await run(
        { resource: "budget", operation: "get", limits: { clientMonthUsd: 1 }, scopes: ["client", "campaign"] },
        [{}],
      );
      const rows = budgets.map(({ json }) => [json["label"], json["limitUsd"], json["images"]]);
      expect(rows).toContainEqual([expect.stringContaining("client acme"), 1, 2]);
      expect(rows).toContainEqual([expect.stringContaining("campaign spring"), null, 2]);
      expect(budgets.map(({ json }) => json["scope"] as string).filter((scope) => !scope.startsWith("tag:"))).toEqual(
        [],
      );
    });

    it("buys nothing when the books cannot be reached", async () => {
      await n8n.close();
      const { run: execution } = await run({ ...POSTER, books: "dataTable" });
      expect(execution.data.resultData.error?.message).toContain("data table");
      expect(simulator.calls()).toEqual([]);
      n8n = await startFakeDataTables("key-1");
    });
  });
});
