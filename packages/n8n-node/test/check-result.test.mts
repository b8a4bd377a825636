import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(() => {
  simulator.reset();
  simulator.adherence(undefined);
});
afterAll(() => simulator.close());

const ELEMENTS = ["a red fox", "a full moon"];

interface Check {
  verdict: string;
  missing: string[];
  steps: string[];
}

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("Check Result on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const run = (options: IDataObject, input: readonly IDataObject[] = [{}]): Promise<NodeRun> =>
    runArtdesk(
      { release, built, credentials: simulatorCredentials(simulator) },
      { prompt: "A red fox under a full moon", purpose: "draft", budget: { runUsd: 2 }, options },
      input,
    );
  const checksOf = ({ items }: NodeRun): Check[] => items.map(({ json }) => json["check"] as unknown as Check);
  const costMicroUsd = ({ items }: NodeRun): number =>
    Math.round(items.reduce((sum, { json }) => sum + Number(json["costUsd"]), 0) * 1e6);

  it("asks no judge by default", async () => {
    const done = await run({ elements: ELEMENTS });
    expect(done.items[0]?.json).not.toHaveProperty("check");
    expect(simulator.statement().entries.map(({ operation }) => operation)).toEqual(["generate"]);
  });

  it("reports what is missing, delivers the image, and counts the judge's price", async () => {
    simulator.adherence({ rules: [{ question: "moon", rate: 0 }, { rate: 1 }] });
    const done = await run({ verify: "report", elements: ELEMENTS });
    expect(done.run.data.resultData.error).toBeUndefined();
    expect(checksOf(done)).toMatchObject([{ verdict: "dropped", missing: ["a full moon"] }]);
    expect(done.items[0]?.binary?.["data"]?.mimeType).toMatch(/^image\//);
    const { entries, images, totalMicroUsd } = simulator.statement();
    expect(entries.map(({ operation }) => operation)).toEqual(["generate", "judge"]);
    expect([images, costMicroUsd(done)]).toEqual([1, totalMicroUsd]);
  });

  it("makes again with a better model what the cheap one left out, item by item", async () => {
    simulator.adherence({ rules: [{ question: "moon", quality: "low", rate: 0 }, { rate: 1 }] });
    const done = await run({ verify: "escalate", elements: ELEMENTS }, [{}, {}]);
    expect(done.run.data.resultData.error).toBeUndefined();
    const { images, totalMicroUsd } = simulator.statement();
    for (const check of checksOf(done)) {
      expect(check.verdict).toBe("placed");
      expect(check.missing).toEqual([]);
      expect(check.steps).toEqual([expect.stringMatching(/ low$/), expect.not.stringMatching(/ low$/)]);
    }
    expect(done.items).toHaveLength(2);
    expect(images).toBe(checksOf(done).reduce((sum, { steps }) => sum + steps.length, 0));
    expect(costMicroUsd(done)).toBe(totalMicroUsd);
  });
});
