import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject, INode, INodeExecutionData } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { startFakeDataTables } from "./harness/fake-data-tables.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import { failureOf, outcomes } from "./harness/three-posters.mts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const PROMPT = "A lighthouse keeper reading to a cat";
const DRAFT: IDataObject = { operation: "draft", prompt: PROMPT, size: "blogHero", tags: { client: "acme" } };
const REFINE: IDataObject = { operation: "refine", correction: "More shadow" };
const FINAL: IDataObject = { operation: "final" };
const RETRY: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

function microUsd(items: readonly (INodeExecutionData | undefined)[], field = "costUsd"): number {
  return Math.round(items.reduce((total, item) => total + Number(item?.json[field]), 0) * 1e6);
}

const jsonOf = (items: readonly INodeExecutionData[], field: string): unknown[] => items.map(({ json }) => json[field]);

/** Of `1536x864`. */
const widthPx = (item: INodeExecutionData | undefined): number =>
  Number.parseInt(JSON.stringify(item?.json["size"]).slice(1), 10);

const operations = (): unknown[] => simulator.statement().entries.map(({ operation }) => operation);

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("drafts to final on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const run = (
    parameters: IDataObject,
    input: readonly (IDataObject | INodeExecutionData)[] = [{}],
    node: Partial<INode> = {},
  ): Promise<NodeRun> =>
    runArtdesk({ release, built, credentials: simulatorCredentials(simulator) }, parameters, input, node);

  it("Draft makes six cheap images of a prompt alone, each with its number and the brief", async () => {
    const { items, task, run: execution } = await run({ operation: "draft", prompt: PROMPT });
    expect(execution.data.resultData.error).toBeUndefined();
    expect(jsonOf(items, "draft")).toEqual([1, 2, 3, 4, 5, 6]);
    expect(jsonOf(items, "fileName")).toEqual(
      [1, 2, 3, 4, 5, 6].map((number) => `a-lighthouse-keeper-reading-to-a-cat-draft-${number}.png`),
    );
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual(items.map(() => ({ item: 0 })));
    expect(items.every(({ binary }) => binary?.["data"]?.mimeType === "image/png")).toBe(true);
    expect(items[0]?.json).toMatchObject({
      step: "draft",
      parent: null,
      corrections: [],
      budgetLeftUsd: null,
      request: { prompt: PROMPT, purpose: "internal", aspect: "1:1", tags: {} },
    });
    const { totalMicroUsd, images } = simulator.statement();
    expect([images, microUsd(items)]).toEqual([6, totalMicroUsd]);
    expect(items.map((item) => microUsd([item], "chainCostUsd"))).toEqual(items.map(() => totalMicroUsd));
    expect(task?.hints?.[0]?.message).toContain("Made 6 images for $0.");
  });

  it("Refine corrects the picked draft and keeps corrections in order; Final makes it with a premium model", async () => {
    const drafts = await run({ ...DRAFT, drafts: 3, budget: { runUsd: 1 } });
    expect(drafts.items).toHaveLength(3);
    expect(Number(drafts.items[2]?.json["budgetLeftUsd"])).toBeCloseTo(
      1 - simulator.statement().totalMicroUsd / 1e6,
      6,
    );
    const first = await run({ ...REFINE, pick: "={{ 2 }}" }, drafts.items);
    const second = await run({ ...REFINE, correction: " A cat with stripes " }, first.items);
    const final = await run({ ...FINAL, pick: "2" }, second.items);
    const chain = [...drafts.items.slice(1, 2), ...first.items, ...second.items, ...final.items];
    expect(jsonOf(chain, "step")).toEqual(["draft", "refine", "refine", "final"]);
    expect(jsonOf(chain, "draft")).toEqual([2, 2, 2, 2]);
    expect(jsonOf(chain, "corrections")).toEqual([
      [],
      ["More shadow"],
      ["More shadow", "A cat with stripes"],
      ["More shadow", "A cat with stripes"],
    ]);
    expect(jsonOf(chain, "parent")).toEqual([null, ...jsonOf(chain.slice(0, 3), "sha256")]);
    expect(jsonOf(chain, "fileName")).toEqual([
      "a-lighthouse-keeper-reading-to-a-cat-draft-2.png",
      "a-lighthouse-keeper-reading-to-a-cat-draft-2-v2.png",
      "a-lighthouse-keeper-reading-to-a-cat-draft-2-v3.png",
      expect.stringMatching(/^a-lighthouse-keeper-reading-to-a-cat-final\.(png|jpg)$/),
    ]);
    expect(chain.map(({ json }) => json["request"])).toEqual(chain.map(() => chain[0]?.json["request"]));
    // Everything that the bank saw belongs to this one chain.
    const { entries, totalMicroUsd } = simulator.statement();
    expect(operations()).toEqual([...operations().slice(0, -3), "edit", "edit", "edit"]);
    expect(microUsd(final.items, "chainCostUsd")).toBe(totalMicroUsd);
    expect(microUsd(final.items)).toBe(entries.at(-1)?.microUsd);
    expect(microUsd(final.items)).toBeGreaterThan(Math.max(...chain.slice(0, 3).map((item) => microUsd([item]))));
    expect(final.items[0]?.json["reasons"]).toContain("Final: needs a premium model.");
    expect(second.items[0]?.json["reasons"]).toContain("Draft: the cheapest model is good enough.");
    // Drafts are drawn small, the final as large as the size says.
    expect(widthPx(final.items[0])).toBeGreaterThan(widthPx(chain[0]));
  });

  it("sends the correction first, then what was corrected before, then the prompt", async () => {
    const model = { __rl: true, mode: "id", value: "gpt-image-2" };
    const drafts = await run({ ...DRAFT, model, drafts: 1 });
    const first = await run({ ...REFINE, model }, drafts.items);
    await run({ ...REFINE, model, correction: "Fewer clouds!" }, first.items);
    const last = JSON.stringify(simulator.calls().at(-1)?.body);
    const places = ["Change the first image: Fewer clouds!", "1. More shadow.", `What the image shows: ${PROMPT}`].map(
      (part) => last.indexOf(part),
    );
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(places).toEqual(places.toSorted((left, right) => left - right));
  });

  it("keeps drafts of several prompts apart: one is picked of each, and each answers to its own input", async () => {
    const drafts = await run({ ...DRAFT, prompt: "={{ $json.idea }}", drafts: 2 }, [
      { idea: "A fox" },
      { idea: "A crow" },
    ]);
    expect(drafts.items.map(({ json, pairedItem }) => [json["draft"], pairedItem])).toEqual([
      [1, { item: 0 }],
      [2, { item: 0 }],
      [1, { item: 1 }],
      [2, { item: 1 }],
    ]);
    const { items } = await run({ ...FINAL, pick: "={{ $json.request.prompt === 'A fox' ? 2 : 1 }}" }, drafts.items);
    expect(items.map(({ json, pairedItem }) => [json["parent"], pairedItem])).toEqual([
      [drafts.items[1]?.json["sha256"], { item: 1 }],
      [drafts.items[2]?.json["sha256"], { item: 2 }],
    ]);
  });

  it("lets drafts keep their numbers when one before them did not come", async () => {
    simulator.faults([{ kind: "moderation", match: PROMPT, times: 1 }]);
    const model = { __rl: true, mode: "id", value: "gemini-nano-banana-2.1" };
    const { items } = await run({ ...DRAFT, model, drafts: 3, options: { fileName: "idea" } });
    expect(jsonOf(items, "draft")).toEqual([2, 3]);
    expect(jsonOf(items, "fileName")).toEqual(["idea-2.png", "idea-3.png"]);
    expect(items[0]?.json["warnings"]).toEqual([expect.stringMatching(/^Only 2 came/)]);
    const { run: execution } = await run({ ...FINAL, pick: 1 }, items);
    expect(execution.data.resultData.error?.description).toBe("Possible here: 2, 3.");
  });

  it("takes an image from elsewhere, with its own brief", async () => {
    const [{ binary } = {}] = (await run({ prompt: "A mug" })).items;
    const own: INodeExecutionData = { json: { id: 7 }, binary: { photo: binary?.["data"] as never } };
    const before = simulator.statement().totalMicroUsd;
    const { items } = await run(
      { ...FINAL, briefFrom: "below", prompt: "A blue mug", size: "square", imageField: "photo" },
      [own],
    );
    expect(items[0]?.json).toMatchObject({ draft: null, corrections: [], request: { prompt: "A blue mug" } });
    expect(microUsd(items, "chainCostUsd")).toBe(simulator.statement().totalMicroUsd - before);
  });

  it("does not make up a price when the item has lost what its image has cost", async () => {
    const [draft] = (await run({ ...DRAFT, drafts: 1 })).items;
    const { chainCostUsd: _lost, ...json } = draft?.json ?? {};
    const { items } = await run(FINAL, [{ ...draft, json }]);
    expect(items[0]?.json["chainCostUsd"]).toBeNull();
  });

  it("counts a final for the client of its drafts, under the limit of that client", async () => {
    const tables = await startFakeDataTables("key-1");
    const ledger = { apiKey: "key-1", baseUrl: `${tables.baseUrl}/api/v1`, table: "artdesk_ledger" };
    const inTable = (parameters: IDataObject, input?: readonly INodeExecutionData[]): Promise<NodeRun> =>
      runArtdesk(
        { release, built, credentials: { ...simulatorCredentials(simulator), artdeskLedgerApi: ledger } },
        { ...parameters, books: "dataTable" },
        input,
      );
    const drafts = await inTable({ ...DRAFT, drafts: 1 });
    const stopped = await inTable({ ...FINAL, budget: { clientMonthUsd: 0.03 } }, drafts.items);
    expect(stopped.run.data.resultData.error?.message).toMatch(/client acme/i);
    const { items } = await inTable({ ...FINAL, budget: { clientMonthUsd: 1 } }, drafts.items);
    expect(Number(items[0]?.json["budgetLeftUsd"])).toBeCloseTo(1 - simulator.statement().totalMicroUsd / 1e6, 6);
    await tables.close();
  });

  it("stops a final that does not fit the budget rather than make it worse, and names the item", async () => {
    const drafts = await run({ ...DRAFT, drafts: 1 });
    const { run: execution } = await run({ ...FINAL, budget: { runUsd: 0.02 } }, drafts.items);
    expect(execution.data.resultData.error?.message).toMatch(/\[item 0\]$/);
    expect(execution.data.resultData.error?.description).toMatch(/Per Run/);
    expect(simulator.statement().images).toBe(1);
  });

  it("buys every image once with Retry On Fail", async () => {
    const two = await run({ ...DRAFT, prompt: "={{ $json.idea }}", drafts: 1 }, [
      { idea: "A fox" },
      { idea: "A crow" },
    ]);
    simulator.reset();
    simulator.faults([{ kind: "auth", match: "A crow", times: 2 }]);
    const { items, task } = await run({ ...REFINE, options: { concurrency: 1 } }, two.items, RETRY);
    expect(jsonOf(items, "draft")).toEqual([1, 1]);
    expect(simulator.statement().images).toBe(2);
    expect(task?.hints?.at(-1)?.message).toContain("Kept 1 from an earlier try");
  });

  it("goes on with the others when one is refused", async () => {
    const two = await run({ ...DRAFT, prompt: "={{ $json.idea }}", drafts: 1 }, [
      { idea: "A fox" },
      { idea: "A crow" },
    ]);
    simulator.faults([{ kind: "moderation", match: "A fox", times: "always" }]);
    const { items } = await run(FINAL, two.items, { onError: "continueRegularOutput" });
    expect(outcomes(items)).toEqual(["content_refused", expect.stringMatching(/^a-crow-final\./)]);
  });

  it("draws for free with Sketch, but never takes a storyboard card for an image", async () => {
    const model = { __rl: true, mode: "id", value: "sketch" };
    const drafts = await run({ ...DRAFT, model, drafts: 2 });
    const { items } = await run({ ...FINAL, model, pick: 2 }, drafts.items);
    expect(jsonOf(items, "model")).toEqual(["sketch"]);
    const { run: execution } = await run({ ...FINAL, pick: 2 }, drafts.items);
    expect(execution.data.resultData.error?.message).toBe("The image is a storyboard card, not a draft [item 1]");
    expect(simulator.statement().images).toBe(0);
  });

  describe("bad input", () => {
    let drafts: INodeExecutionData[];
    beforeAll(async () => {
      drafts = (await run({ ...DRAFT, drafts: 2 })).items;
    });

    const cases: [string, IDataObject, RegExp, RegExp][] = [
      ["no draft at all", { ...DRAFT, drafts: "={{ 0 }}" }, /^'Number of Drafts': 0 is not a whole/, /send more items/],
      ["too many drafts", { ...DRAFT, drafts: "={{ 11 }}" }, /^'Number of Drafts': 11 is not a whole/, /1 to 10/],
      ["drafts of nothing", { ...DRAFT, prompt: " " }, /^'Prompt' must not be empty/, /Say what/],
      [
        "a pick out of range",
        { ...FINAL, pick: 3 },
        /^'Pick': there is no draft 3 among the input/,
        /Possible here: 1, 2/,
      ],
      [
        "a pick that is no number",
        { ...REFINE, pick: "the blue one" },
        /^'Pick': "the blue one" is not/,
        /leave it empty/,
      ],
      ["a pick of 0", { ...REFINE, pick: 0 }, /^'Pick': "0" is not the number of a draft/, /leave it empty/],
      ["an empty correction", { ...REFINE, correction: "  " }, /^'Correction' must not be empty/, /more shadow under/],
      [
        "a correction of a novel's length",
        { ...REFINE, correction: "={{ 'x'.repeat(4001) }}" },
        /^'Correction' has 4001 characters/,
        /Say in words/,
      ],
      ["a wrong field", { ...FINAL, imageField: "photo" }, /binary.+'photo'/, /field name is correct/],
      [
        "an empty prompt of its own",
        { ...FINAL, briefFrom: "below", prompt: "={{ '' }}" },
        /^'Prompt' must not/,
        /Say what/,
      ],
      [
        "a model that cannot edit",
        { ...FINAL, model: { __rl: true, mode: "id", value: "Dreamina 3.1" } },
        /Cannot edit/,
        /Automatic|model/,
      ],
    ];

    it.each(cases)(
      "%s: says so, names the item and the next step, and pays nothing",
      async (_what, bad, message, next) => {
        const { run: execution, items } = await run(bad, drafts);
        const error = execution.data.resultData.error;
        expect(error?.message).toMatch(message);
        expect(error?.message).toMatch(/\[item \d+\]$/);
        expect(error?.description).toMatch(next);
        expect(`${error?.message} ${error?.description}`).not.toMatch(
          /\b(errors?|problems?|fail(ure|ures|ed|s)?|mistakes?)\b/i,
        );
        expect(items).toEqual([]);
        expect(simulator.calls()).toEqual([]);
      },
    );

    it("an item without a brief, or with one that is none", async () => {
      const [draft] = drafts;
      const bare = await run(FINAL, [{ ...draft, json: {} }]);
      expect(bare.run.data.resultData.error).toMatchObject({
        message: "The item brings no brief in 'request' [item 0]",
        description: expect.stringContaining("'Define Below'"),
      });
      const broken = await run(FINAL, [{ ...draft, json: { request: { prompt: 7, aspect: "wide", tags: "acme" } } }]);
      expect(broken.run.data.resultData.error?.message).toBe("'Prompt': 7 is not text [item 0]");
      expect(broken.run.data.resultData.error?.description).toContain("'Shape'");
      expect(simulator.calls()).toEqual([]);
    });

    it("is one brief's matter when the node goes on", async () => {
      const other = { ...(drafts[0] as INodeExecutionData) };
      other.json = {
        ...other.json,
        draft: 5,
        request: { ...(other.json["request"] as IDataObject), prompt: "A crow" },
      };
      const { items } = await run({ ...FINAL, pick: 5 }, [...drafts, other], { onError: "continueRegularOutput" });
      expect(items.map((item) => [failureOf(item)?.["code"], item.pairedItem])).toEqual([
        ["invalid_request", { item: 0 }],
        [undefined, { item: 2 }],
      ]);
    });
  });
});
