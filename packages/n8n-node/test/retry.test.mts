import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INode } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import { failureOf, outcomes, POSTER, THREE_ITEMS, timesBought } from "./harness/three-posters.mts";

const RETRY: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(() => simulator.reset());
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
  ): Promise<NodeRun> =>
    runArtdesk({ release, built, credentials: simulatorCredentials(simulator) }, parameters, input, node);

  describe("with Retry On Fail", () => {
    it("buys each image once when the last item is refused in all three tries", async () => {
      simulator.faults([{ kind: "moderation", match: "three", times: "always" }]);
      const { run: execution } = await run(POSTER, THREE_ITEMS, RETRY);
      expect(execution.data.resultData.error?.message).toContain("OpenAI");
      expect(timesBought(simulator)).toEqual({ one: 1, two: 1 });
      expect(simulator.calls().filter(({ status }) => status === 400)).toHaveLength(3);
    });

    it("delivers all of them, each bought once, when the third try succeeds", async () => {
      simulator.faults([{ kind: "moderation", match: "three", times: 2 }]);
      const { items, task } = await run(POSTER, THREE_ITEMS, RETRY);
      expect(items.map(({ json }) => json["fileName"])).toEqual(["one.png", "two.png", "three.png"]);
      expect(timesBought(simulator)).toEqual({ one: 1, two: 1, three: 1 });
      expect(task?.hints?.at(-1)?.message).toContain("Kept 2 from an earlier try");
    });

    it("buys nothing at all when the last item does not fit the budget", async () => {
      const { run: execution } = await run(
        { ...POSTER, budget: { runUsd: 0.015, onExceeded: "stop" } },
        THREE_ITEMS,
        RETRY,
      );
      expect(execution.data.resultData.error?.message).toContain("This run");
      expect(simulator.calls()).toEqual([]);
    });

    it("does not pay again for an answer that got lost", async () => {
      simulator.faults([{ kind: "cut_before_headers", match: "two", times: "always" }]);
      const { run: execution } = await run(POSTER, THREE_ITEMS, RETRY);
      expect(execution.data.resultData.error?.message).toContain("broke off");
      const { entries } = simulator.statement();
      expect(entries.map(({ images, delivered }) => [images, delivered])).toEqual([
        [1, true],
        [1, false],
      ]);
    });

    it("buys each image once when the first item fails and the node goes on, which n8n also tries again", async () => {
      simulator.faults([{ kind: "moderation", match: "one", times: "always" }]);
      const { items } = await run(POSTER, THREE_ITEMS, { ...RETRY, onError: "continueRegularOutput" });
      expect(outcomes(items)).toEqual(["content_refused", "two.png", "three.png"]);
      expect(timesBought(simulator)).toEqual({ two: 1, three: 1 });
      expect(simulator.calls().filter(({ status }) => status === 400)).toHaveLength(3);
    });

    it("buys again in another execution: only tries of the same one are remembered", async () => {
      await run(POSTER, THREE_ITEMS);
      await run(POSTER, THREE_ITEMS);
      expect(timesBought(simulator)).toEqual({ one: 2, two: 2, three: 2 });
    });
  });

  describe("when an item fails", () => {
    it("names the item, and links to what was already paid for", async () => {
      simulator.faults([{ kind: "moderation", match: "two", times: "always" }]);
      const { run: execution } = await run(POSTER);
      const error = execution.data.resultData.error;
      expect(error).toMatchObject({ context: { itemIndex: 1 } });
      expect(error?.description).toContain("1 image was already made and paid for");
      expect(timesBought(simulator)).toEqual({ one: 1 });
    });

    it("goes on with the others, each in its place", async () => {
      simulator.faults([{ kind: "moderation", match: "two", times: "always" }]);
      const { items } = await run(POSTER, THREE_ITEMS, { onError: "continueRegularOutput" });
      expect(outcomes(items)).toEqual(["one.png", "content_refused", "three.png"]);
      expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
      expect(failureOf(items[1])).toMatchObject({
        costUsd: 0,
        possiblyBilledUsd: 0,
        message: expect.stringContaining("OpenAI"),
      });
    });

    it("sends failed items to the error output, with what they came in with", async () => {
      simulator.faults([{ kind: "moderation", match: "two", times: "always" }]);
      const { items, errorItems } = await run(POSTER, THREE_ITEMS, { onError: "continueErrorOutput" });
      expect(items.map(({ json }) => json["fileName"])).toEqual(["one.png", "three.png"]);
      expect(errorItems.map((item) => [item.json["thing"], failureOf(item)?.["code"]])).toEqual([
        ["two", "content_refused"],
      ]);
    });

    it("counts what a refused image cost", async () => {
      simulator.faults([{ kind: "moderation", stage: "output", match: "two", times: "always" }]);
      const { items, run: execution } = await run(POSTER, THREE_ITEMS, { onError: "continueRegularOutput" });
      const refused = failureOf(items[1]);
      const booked = [items[0]?.json, refused, items[2]?.json].reduce(
        (total, json) => total + Number(json?.["costUsd"]),
        0,
      );
      expect(booked + Number(refused?.["possiblyBilledUsd"])).toBeGreaterThanOrEqual(
        simulator.statement().totalMicroUsd / 1e6,
      );
      expect(Number(execution.data.resultData.metadata?.["artdeskImages"])).toBe(2);
    });

    it("buys nothing when one item cannot be read", async () => {
      const { run: execution } = await run({
        ...POSTER,
        size: "customPixels",
        pixels: "={{ $json.thing === 'three' ? 'huge' : '1024x1024' }}",
      });
      expect(execution.data.resultData.error).toMatchObject({ context: { itemIndex: 2 } });
      expect(execution.data.resultData.error?.message).toContain("'Pixels'");
      expect(simulator.calls()).toEqual([]);
    });

    it("tries what was surely not billed again by itself", async () => {
      simulator.faults([{ kind: "rate_limit", retryAfterMs: 5, retryAfterHeader: "retry-after-ms", match: "two" }]);
      const { items } = await run(POSTER);
      expect(items).toHaveLength(3);
      expect(timesBought(simulator)).toEqual({ one: 1, two: 1, three: 1 });
    });
  });
});
