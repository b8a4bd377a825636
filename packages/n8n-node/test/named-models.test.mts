import { catalogueRows, findModel } from "@artdesk/core";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INodeExecutionData } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NAMED_MODELS } from "../../../scripts/named-models.ts";
import { queueCredentials, runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
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

const photo: INodeExecutionData = {
  json: {},
  binary: {
    data: { data: transparentPng(256, 256).toString("base64"), mimeType: "image/png", fileName: "photo.png" },
  },
};

/** The job of a named model, written for prompt files, as the node's fields say it. */
function fieldsOf(frontMatter: string): IDataObject {
  const {
    operation = "generate",
    size,
    aspect,
    quality,
  } = Object.fromEntries(frontMatter.split("\n").map((line) => line.split(": ") as [string, string]));
  const isUpscale = operation === "upscale";
  return {
    operation,
    ...(size === undefined || isUpscale ? {} : { size: "customPixels", pixels: size }),
    ...(aspect === undefined || isUpscale ? {} : { size: "customShape", aspect }),
    options: quality === undefined ? {} : { quality },
  };
}

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("models by name on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const run = (name: string, frontMatter: string, ownPrice: IDataObject | undefined): Promise<NodeRun> => {
    const { options, ...fields } = fieldsOf(frontMatter);
    const ownPrices = ownPrice === undefined ? {} : { ownPrices: { price: [ownPrice] } };
    const artdeskOpenRouterApi = { apiKey: "sim-openrouter", baseUrl: `${simulator.url}/openrouter/api/v1` };
    const credentials = { ...simulatorCredentials(simulator), ...queueCredentials(simulator), artdeskOpenRouterApi };
    return runArtdesk(
      { release, built, credentials },
      {
        prompt: "A red fox in snow.",
        model: { __rl: true, mode: "id", value: name },
        budget: { runUsd: 2 },
        simplify: false,
        ...fields,
        options: { ...(options as IDataObject), ...ownPrices },
      },
      [photo],
    );
  };

  it.each(NAMED_MODELS)(
    "$name makes its image by that name, books and statement agree",
    async ({ name, frontMatter }) => {
      const row = findModel(catalogueRows, name)?.row;
      if (row === undefined) throw new Error(`the catalogue has no ${name}`);
      const isPriced = row.price.kind !== "unknown";
      if (!isPriced) {
        const { run: execution } = await run(name, frontMatter, undefined);
        expect(execution.data.resultData.error?.message).toContain("'Own Prices'");
        expect(simulator.calls()).toEqual([]);
      }
      const { items, run: execution } = await run(name, frontMatter, isPriced ? undefined : { model: name, usd: 0.05 });
      expect(execution.data.resultData.error).toBeUndefined();
      expect(items.map(({ json, binary }) => [json["model"], binary?.["data"]?.mimeType])).toEqual([
        [row.id, items[0]?.json["mimeType"]],
      ]);
      const { entries, totalMicroUsd } = simulator.statement();
      expect(entries).toMatchObject([{ provider: row.provider, images: 1, delivered: true }]);
      // With a price of one's own the books hold that one, whatever the simulated provider charges.
      const spentUsd = (isPriced ? totalMicroUsd : 50_000) / 1e6;
      expect(items[0]?.json["costUsd"]).toBe(spentUsd);
      const budgets = items[0]?.json["budgets"] as { scope: string }[];
      expect(budgets.filter(({ scope }) => scope.startsWith("run:"))).toMatchObject([
        { spentUsd, reservedUsd: 0, possiblyBilledUsd: 0, images: 1 },
      ]);
    },
  );
});
