import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INode } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { queueCredentials, runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import type { RunOptions } from "./harness/run-workflow.mts";
import { failureOf } from "./harness/three-posters.mts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 3, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(() => {
  simulator.reset();
  simulator.adherence(undefined);
});
afterAll(() => simulator.close());

const GPT = "gpt-image-2@low";
const GEMINI = "gemini-nano-banana-2.1";
const ELEMENTS = ["a woman in a red coat", "a yellow umbrella", "a black dog"];
const BRIEF = {
  operation: "compare",
  prompt: "A woman in a red coat with a yellow umbrella and a black dog",
  models: [GPT, GEMINI],
  options: { elements: ELEMENTS },
};

interface Rate {
  successes: number;
  trials: number;
  rate: number;
  low: number;
  high: number;
}

interface ModelJson {
  name: string;
  images: number;
  placed: Rate;
  elements: (Rate & { element: string })[];
  costUsd: number;
  judgeUsd: number;
}

function modelsOf({ items }: NodeRun): [ModelJson, ModelJson] {
  return items[0]?.json["models"] as [ModelJson, ModelJson];
}

function reportOf({ items }: NodeRun, field = "data"): string {
  return Buffer.from(items[0]?.binary?.[field]?.data ?? "", "base64").toString();
}

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("Image: Compare on n8n %s", (version) => {
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
    runArtdesk({ release, built, credentials: simulatorCredentials(simulator) }, parameters, input, node, options);

  it("names the model that places more, with rates, intervals and prices, and writes a report", async () => {
    simulator.adherence({ rules: [{ model: "gpt-image-2", rate: 1 }, { rate: 0 }] });
    const done = await run(BRIEF);
    expect(done.run.data.resultData.error).toBeUndefined();
    const [item] = done.items;
    expect(item?.json).toMatchObject({ winner: GPT, attempts: 5, fileName: "comparison.html" });
    const [first, second] = modelsOf(done);
    expect([first.images, second.images]).toEqual([5, 5]);
    expect(first.placed).toMatchObject({ successes: 15, trials: 15, rate: 1, high: 1 });
    expect(second.placed).toMatchObject({ successes: 0, trials: 15, rate: 0, low: 0 });
    expect(first.placed.low).toBeGreaterThan(second.placed.high);
    expect(first.elements.map(({ element, successes }) => [element, successes])).toEqual(
      ELEMENTS.map((element) => [element, 5]),
    );
    const { totalMicroUsd } = simulator.statement();
    expect(Math.round(Number(item?.json["costUsd"]) * 1e6)).toBe(totalMicroUsd);
    expect(done.run.data.resultData.metadata).toMatchObject({ artdeskCostUsd: String(totalMicroUsd / 1e6) });
    expect(item?.binary?.["data"]).toMatchObject({ mimeType: "text/html", fileName: "comparison.html" });
    expect(Object.keys(item?.binary ?? {})).toEqual(["data"]);
    const page = reportOf(done);
    expect(page.match(/<img src="data:image\/(png|jpeg);base64,/g)).toHaveLength(10);
    expect(page).toContain('<span class="badge">winner</span>');
  });

  it("names no winner where the figures do not say it", async () => {
    simulator.adherence({ rules: [{ rate: 1 }] });
    const done = await run({ ...BRIEF, attempts: 1 });
    expect(done.items[0]?.json["winner"]).toBeNull();
    expect(done.items[0]?.json["reason"]).toContain("No winner");
  });

  it("gives the images as files of their own, and every verdict, when asked", async () => {
    const done = await run({
      ...BRIEF,
      models: `={{ '${GPT}, ${GEMINI}' }}`,
      attempts: 2,
      includeImages: true,
      simplify: false,
      options: { ...BRIEF.options, binaryPropertyName: "report", fileName: "Coats" },
    });
    const binary = done.items[0]?.binary ?? {};
    expect(Object.entries(binary).map(([field, { fileName, mimeType }]) => [field, fileName, mimeType])).toEqual([
      ["report", "Coats.html", "text/html"],
      ["report_1_1", "gpt-image-2-low-1.png", "image/png"],
      ["report_1_2", "gpt-image-2-low-2.png", "image/png"],
      ["report_2_1", "gemini-nano-banana-2.1-1.png", "image/png"],
      ["report_2_2", "gemini-nano-banana-2.1-2.png", "image/png"],
    ]);
    expect(reportOf(done, "report")).toContain("<h1>Coats</h1>");
    const [first] = modelsOf(done) as unknown as [{ judged: unknown[]; attempts: unknown[] }];
    expect(first.judged).toHaveLength(2);
    expect(first.attempts.length).toBeGreaterThan(2);
  });

  it("draws the questions of a prompt once, so that all models are asked the same", async () => {
    await run({ ...BRIEF, attempts: 1, options: {} }, [{}, {}]);
    const judged = simulator.statement().entries.filter(({ operation }) => operation === "judge");
    // Two items with two models are four images to look at; drawing the questions is one call more.
    expect(judged).toHaveLength(5);
  });

  it("goes on with the other model when one refuses, and says so", async () => {
    simulator.faults([{ kind: "moderation", match: "A woman", model: GEMINI, times: "always" }]);
    const done = await run({ ...BRIEF, attempts: 1 });
    const [first, second] = modelsOf(done) as unknown as [ModelJson, ModelJson & { stopped: string }];
    expect([first.images, second.images]).toEqual([1, 0]);
    expect(second.stopped).not.toBe("");
    expect(Math.round(Number(done.items[0]?.json["costUsd"]) * 1e6)).toBe(simulator.statement().totalMicroUsd);
  });

  it("keeps what an earlier try of the node has compared", async () => {
    simulator.faults([{ kind: "auth", match: "second", times: 2 }]);
    const done = await run(
      { ...BRIEF, prompt: "={{ $json.prompt }}", attempts: 1 },
      [{ prompt: "The first umbrella" }, { prompt: "The second umbrella" }],
      { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
    );
    expect(done.run.data.resultData.error).toBeUndefined();
    expect(done.items.map(({ json, pairedItem }) => [json["prompt"], pairedItem])).toEqual([
      [expect.stringContaining("The first umbrella"), { item: 0 }],
      [expect.stringContaining("The second umbrella"), { item: 1 }],
    ]);
    // Each item was made once by each model, although the node ran twice.
    const { images, totalMicroUsd } = simulator.statement();
    expect(images).toBe(4);
    const paid = done.items.reduce((sum, { json }) => sum + Number(json["costUsd"]), 0);
    expect(Math.round(paid * 1e6)).toBe(totalMicroUsd);
  });

  describe("two items under one budget", () => {
    const items = [{ prompt: "The first umbrella" }, { prompt: "The second umbrella" }];
    const both = { ...BRIEF, prompt: "={{ $json.prompt }}", attempts: 2 };

    /** The most that the images of one item may cost, in USD: the least budget under which it may be made. */
    async function worstCaseUsd(): Promise<number> {
      const each = await Promise.all(
        BRIEF.models.map(async (name) => {
          const [value = "", quality = ""] = name.split("@");
          const model = { __rl: true, mode: "id", value };
          const options = { count: 2, ...(quality === "" ? {} : { quality }) };
          const asked = { resource: "cost", operation: "estimate", prompt: "The first umbrella", model, options };
          return Number((await run(asked)).items[0]?.json["worstCaseUsd"]);
        }),
      );
      return each.reduce((sum, usd) => sum + usd, 0);
    }

    it("buys nothing for either when only one of them fits", async () => {
      const runUsd = (await worstCaseUsd()) * 1.5;
      const { run: execution } = await run({ ...both, budget: { runUsd, onExceeded: "stop" } }, items);
      expect(execution.data.resultData.error?.message).toMatch(/^Not enough budget for this run.+ is left \[item 1\]$/);
      expect(execution.data.resultData.error?.description).toMatch(/^Raise the limit/);
      expect(simulator.calls()).toEqual([]);
    });

    it("makes the one that fits when the node goes on, whole, and never goes over", async () => {
      const runUsd = (await worstCaseUsd()) * 1.5;
      const done = await run({ ...both, budget: { runUsd, onExceeded: "stop" } }, items, {
        onError: "continueRegularOutput",
      });
      expect(modelsOf(done).map(({ images }) => images)).toEqual([2, 2]);
      expect(failureOf(done.items[1])).toMatchObject({ code: "budget_exceeded", costUsd: 0 });
      const { totalMicroUsd, images } = simulator.statement();
      expect(images).toBe(4);
      expect(totalMicroUsd).toBeLessThanOrEqual(runUsd * 1e6);
      expect(Math.round(Number(done.items[0]?.json["costUsd"]) * 1e6)).toBe(totalMicroUsd);
    });

    it("makes both when both fit, and counts all of it", async () => {
      const runUsd = (await worstCaseUsd()) * 2.5;
      const done = await run({ ...both, budget: { runUsd, onExceeded: "stop" } }, items);
      const { totalMicroUsd, images } = simulator.statement();
      expect([done.items.length, images]).toEqual([2, 8]);
      expect(Math.round(Number(done.items[1]?.json["budgetLeftUsd"]) * 1e6)).toBe(
        Math.round(runUsd * 1e6) - totalMicroUsd,
      );
    });

    it("gives the money of the second back when the first cannot be made", async () => {
      simulator.faults([{ kind: "moderation", match: "first", times: "always" }]);
      const runUsd = (await worstCaseUsd()) * 2.5;
      const failing = { ...both, budget: { runUsd, onExceeded: "stop" } };
      const { run: execution } = await run(failing, items);
      expect(execution.data.resultData.error?.message).toMatch(/\[item 0\]$/);
      expect(simulator.statement().images).toBe(0);
      const before = simulator.statement().totalMicroUsd;
      const goingOn = await run(failing, items, { onError: "continueRegularOutput" });
      expect(goingOn.items.map((item) => failureOf(item)?.["code"])).toEqual(["content_refused", undefined]);
      expect(Math.round(Number(goingOn.items[1]?.json["budgetLeftUsd"]) * 1e6)).toBe(
        Math.round(runUsd * 1e6) - (simulator.statement().totalMicroUsd - before),
      );
    });
  });

  it.each<[string, IDataObject, RegExp]>([
    ["one model", { models: [GPT] }, /two models or more/],
    ["a model that nobody has", { models: [GPT, "gpt-imagine"] }, /gpt-imagine/],
    ["too many attempts", { attempts: 11 }, /'Attempts': 11 is not a whole number from 1 to 10/],
    ["an upscaler", { models: [GPT, "SeedVR"] }, /Cannot generate/],
    ["a budget of nothing", { budget: { runUsd: 0 } }, /is left/],
  ])("refuses %s before anything is sent, for all items", async (_what, parameters, message) => {
    // The first item is in order: only the second is not, and still nothing is bought.
    const mixed = Object.entries(parameters).map(([name, value]): [string, unknown] => [
      name,
      name === "models" || name === "attempts" ? `={{ $json.${name} }}` : value,
    ]);
    const good = { models: BRIEF.models, attempts: 1 };
    const done = await run({ ...BRIEF, ...Object.fromEntries(mixed) }, [good, { ...good, ...parameters }]);
    expect(done.run.data.resultData.error?.message).toMatch(message);
    expect(simulator.calls()).toEqual([]);
  });

  it("wants a credential that can judge before it pays for images", async () => {
    const options = { ownPrices: { price: [{ model: "Recraft 20B", usd: 0.022 }] } };
    const done = await run(
      { ...BRIEF, models: ["Dreamina 3.1", "Recraft 20B"], options },
      [{}],
      {
        credentials: Object.fromEntries(
          Object.keys(queueCredentials(simulator)).map((name) => [name, { id: name, name }]),
        ),
      },
      { credentials: queueCredentials(simulator) },
    );
    const { message, description } = done.run.data.resultData.error ?? {};
    expect(message).toMatch(/^Nobody can judge the images/);
    expect(description).toMatch(/^Set the credential of OpenAI or Google Gemini/);
    expect(simulator.calls()).toEqual([]);
  });
});
