import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INodeExecutionData } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { queueCredentials, runArtdesk } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import { transparentPng } from "./harness/transparent-png.mts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const KONTEXT_FAST = "prunaai/flux-kontext-fast";
const withModel = (value: string): IDataObject => ({ __rl: true, mode: "id", value });
const photo: INodeExecutionData = {
  json: {},
  binary: {
    data: { data: transparentPng(64, 48).toString("base64"), mimeType: "image/png", fileName: "mug.png" },
  },
};

/** What the books of this run say was spent, in micro-USD; nothing may be left open in them. */
function spentMicroUsd(item: INodeExecutionData | undefined): number {
  const budgets = item?.json["budgets"] as { scope: string; spentUsd: number; reservedUsd: number }[];
  const run = budgets.find(({ scope }) => scope.startsWith("run:"));
  expect(run).toMatchObject({ reservedUsd: 0, possiblyBilledUsd: 0 });
  return Math.round((run?.spentUsd ?? 0) * 1e6);
}

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])(
  "providers with a queue on n8n %s",
  (version) => {
    const release = loadN8nRelease(version);
    let built: BuiltNode;
    beforeAll(async () => {
      built = await buildNode(release);
    });

    const run = (
      parameters: IDataObject,
      input: readonly INodeExecutionData[] = [{ json: {}, binary: {} }],
    ): Promise<NodeRun> =>
      runArtdesk(
        { release, built, credentials: queueCredentials(simulator) },
        { simplify: false, ...parameters },
        input,
      );

    it("makes an image at fal.ai: waits for the job, fetches its file, and books what was billed", async () => {
      const { items, run: execution } = await run({
        prompt: "A red kite",
        model: withModel("Dreamina 3.1"),
        budget: { runUsd: 0.1 },
      });
      expect(execution.data.resultData.error).toBeUndefined();
      expect(items[0]?.json).toMatchObject({ size: "1024x1024", costUsd: 0.03, budgetLeftUsd: 0.07 });
      expect(
        Buffer.from(items[0]?.binary?.["data"]?.data ?? "", "base64")
          .subarray(1, 4)
          .toString(),
      ).toBe("PNG");
      const { entries, totalMicroUsd } = simulator.statement();
      expect(entries).toMatchObject([{ provider: "fal", operation: "generate", delivered: true }]);
      expect([totalMicroUsd, spentMicroUsd(items[0])]).toEqual([30_000, 30_000]);
      // The key goes with the calls, and the file comes from the address that the result named.
      expect(
        simulator.calls().map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{4,}[0-9a-f-]*/, "ID")}`),
      ).toEqual(
        expect.arrayContaining([
          "POST /fal/fal-ai/bytedance/dreamina/v3.1/text-to-image",
          "GET /fal/fal-ai/bytedance/requests/ID/status",
          "GET /fal/files/ID/0.png",
        ]),
      );
    });

    it("edits at Replicate, at the user's own price", async () => {
      const { items, run: execution } = await run(
        {
          operation: "edit",
          prompt: "Make the mug blue",
          model: withModel(KONTEXT_FAST),
          options: { ownPrices: { price: [{ model: "Flux Kontext Fast", usd: 0.005 }] } },
        },
        [photo],
      );
      expect(execution.data.resultData.error).toBeUndefined();
      expect(items[0]?.json).toMatchObject({ model: KONTEXT_FAST, costUsd: 0.005 });
      const { entries, totalMicroUsd } = simulator.statement();
      expect(entries).toMatchObject([{ provider: "replicate", operation: "edit", delivered: true }]);
      expect([totalMicroUsd, spentMicroUsd(items[0])]).toEqual([5_000, 5_000]);
    });

    it("asks for a price in words of the panel where the provider publishes none", async () => {
      const { run: execution } = await run(
        { operation: "edit", prompt: "Make it blue", model: withModel(KONTEXT_FAST) },
        [photo],
      );
      const { message, description } = execution.data.resultData.error ?? {};
      expect(`${message} ${description}`).toContain("Give yours under 'Own Prices' in 'Options'");
      expect(`${message} ${description}`).not.toContain("artdesk.yml");
      expect(simulator.calls()).toEqual([]);
    });

    it.each<[string, IDataObject, RegExp]>([
      [
        "a model that there is not",
        { model: "flux-kontext-fats", usd: 0.01 },
        /^'Own Prices': there is no paid model called "flux-kontext-fats"/,
      ],
      [
        "no amount",
        { model: KONTEXT_FAST, usd: "={{ 'cheap' }}" },
        /^'Own Prices': "cheap" is not a price for prunaai/,
      ],
      ["nothing", { model: KONTEXT_FAST, usd: 0 }, /^'Own Prices': 0 is not a price/],
    ])("refuses %s as a price, before anything is sent", async (_what, price, message) => {
      const { run: execution } = await run({ prompt: "A kite", options: { ownPrices: { price: [price] } } });
      expect(execution.data.resultData.error?.message).toMatch(message);
      expect(simulator.calls()).toEqual([]);
    });
  },
);
