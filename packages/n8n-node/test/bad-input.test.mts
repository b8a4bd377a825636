import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IBinaryData, IDataObject, INodeExecutionData } from "n8n-workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { RunOptions } from "./harness/run-workflow.mts";
import { failureOf, POSTER } from "./harness/three-posters.mts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const GPT_IMAGE: IDataObject = { model: { __rl: true, mode: "id", value: "gpt-image-2" } };
const PLAIN: IDataObject = { prompt: "A fox", ...GPT_IMAGE };

/** An item with a file that says it is a PNG. */
function fileItem(bytes: string | Buffer, fileName: string): INodeExecutionData {
  const file: IBinaryData = { data: Buffer.from(bytes).toString("base64"), mimeType: "image/png", fileName };
  return { json: {}, binary: { photo: file } };
}

interface BadInput {
  what: string;
  parameters: IDataObject;
  input?: readonly (IDataObject | INodeExecutionData)[];
  /** Where the OpenAI credential leads; default: the simulator. */
  baseUrl?: (simulator: Simulator) => string;
  message: RegExp;
  next: RegExp;
}

const GIF = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

const BAD_INPUT: readonly BadInput[] = [
  {
    what: "an empty prompt",
    parameters: { ...PLAIN, prompt: "={{ $json.text }}" },
    input: [{ text: "A fox" }, { text: "  " }],
    message: /^'Prompt' must not be empty \[item 1\]$/,
    next: /Say what the image shows.+Filter node/,
  },
  {
    what: "a field without a file",
    parameters: { ...PLAIN, operation: "edit", imageField: "logo" },
    input: [fileItem("", "a.png")],
    message: /no binary field 'logo' \[item 0\]$|no binary.+'logo'.+\[item 0\]$/,
    next: /field name is correct/,
  },
  {
    what: "a reference that is no image",
    parameters: { ...PLAIN, referenceFields: "photo" },
    input: [fileItem("%PDF-1.7 a brief", "brief.pdf")],
    message: /^The file in field 'photo' is no image to work with \[item 0\]$/,
    next: /^'brief\.pdf' is not a PNG.+Give a PNG, JPEG or WebP file; n8n's Edit Image node/,
  },
  {
    what: "a web page that was downloaded in place of an image",
    parameters: { ...PLAIN, operation: "edit", imageField: "photo" },
    input: [fileItem("<!DOCTYPE html><title>Sign in</title>", "photo.png")],
    message: /no image to work with \[item 0\]$/,
    next: /'photo\.png' is an HTML page/,
  },
  {
    what: "an empty file",
    parameters: { ...PLAIN, referenceFields: "photo" },
    input: [fileItem("", "photo.png")],
    message: /no image to work with \[item 0\]$/,
    next: /'photo\.png' is empty/,
  },
  {
    what: "a GIF",
    parameters: { ...PLAIN, referenceFields: "photo" },
    input: [fileItem(GIF, "loop.gif")],
    message: /no image to work with \[item 0\]$/,
    next: /'loop\.gif' is a GIF file/,
  },
  {
    what: "a base URL that leads elsewhere",
    parameters: PLAIN,
    baseUrl: ({ url }) => `${url}/nowhere`,
    message: /^OpenAI answered 404.+\[item 0\]$/,
    next: /base URL/,
  },
  {
    what: "a base URL where nobody listens",
    parameters: PLAIN,
    baseUrl: () => "http://127.0.0.1:9/v1",
    message: /^OpenAI could not be reached \[item 0\]$/,
    next: /Check the base URL in the credential/,
  },
  {
    what: "a base URL that is none",
    parameters: PLAIN,
    baseUrl: () => "openai",
    message: /^OpenAI could not be reached \[item 0\]$/,
    next: /Check the base URL in the credential/,
  },
  {
    what: "a budget of 0",
    parameters: { ...PLAIN, budget: { runUsd: 0 } },
    message: /^This run: \$0\.00 is left.+\[item 0\]$/,
    next: /^Raise 'Per Run' by at least \$0\.\d+/,
  },
  {
    what: "a budget that is no amount",
    parameters: { ...PLAIN, budget: { runUsd: "={{ 'ten' }}" } },
    message: /^'Per Run' is "ten", which is not an amount of money \[item 0\]$/,
    next: /Give a number of US dollars/,
  },
  {
    what: "a budget below 0",
    parameters: { ...PLAIN, budget: { imageUsd: "={{ -1 }}" } },
    message: /^'Per Image' is -1, which is not an amount/,
    next: /0 or more/,
  },
  {
    what: "a purpose that is not on the list",
    parameters: { ...PLAIN, purpose: "={{ 'art' }}" },
    message: /^'Purpose': "art" is not one of .+\[item 0\]$/,
    next: /Choose one from the list/,
  },
  {
    what: "a size that is not on the list",
    parameters: { ...PLAIN, size: "={{ 'banner' }}" },
    message: /^'Size' has no choice "banner" \[item 0\]$/,
    next: /Use one of: blogHero/,
  },
  {
    what: "a model that nobody has",
    parameters: { prompt: "A fox", model: { __rl: true, mode: "id", value: "gpt-image-22" } },
    message: /^'Model': there is no model called "gpt-image-22" \[item 0\]$/,
    next: /gpt-image-2/,
  },
  {
    what: "more images than may be asked for",
    parameters: { ...PLAIN, options: { count: "={{ 99 }}" } },
    message: /^'Number of Images': 99 is not a whole number from 1 to 10 \[item 0\]$/,
    next: /send more items/,
  },
  {
    what: "transparency in a format without it",
    parameters: { ...PLAIN, options: { transparent: true, format: "jpeg" } },
    message: /^'Transparent Background' needs format png or webp/,
    next: /'File Format'/,
  },
];

/** Words that n8n wants in no text that people read. */
const UNWANTED = /\b(errors?|problems?|fail(ure|ures|ed|s)?|mistakes?)\b/i;

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("bad input on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const credentialsFor = (baseUrl: BadInput["baseUrl"]): RunOptions["credentials"] => {
    const credentials = simulatorCredentials(simulator);
    if (baseUrl === undefined) return credentials;
    return { ...credentials, artdeskOpenAiApi: { apiKey: "sim-openai", baseUrl: baseUrl(simulator) } };
  };
  const run = (
    { parameters, input = [{}], baseUrl }: Pick<BadInput, "parameters" | "input" | "baseUrl">,
    onError: "stopWorkflow" | "continueRegularOutput" = "stopWorkflow",
  ): ReturnType<typeof runArtdesk> =>
    runArtdesk({ release, built, credentials: credentialsFor(baseUrl) }, parameters, input, { onError });

  it.each(BAD_INPUT)("$what: says so, names the item and the next step, and pays nothing", async (bad) => {
    const { run: execution, items } = await run(bad);
    const error = execution.data.resultData.error;
    expect(error?.message).toMatch(bad.message);
    expect(error?.description).toMatch(bad.next);
    expect(error?.message).toMatch(/\[item \d+\]$/);
    expect(`${error?.message} ${error?.description}`).not.toMatch(UNWANTED);
    expect(error).toMatchObject({ name: "NodeOperationError" });
    expect([items, simulator.statement().images]).toEqual([[], 0]);
  });

  it.each(BAD_INPUT)("$what: is one item's matter when the node goes on", async (bad) => {
    const { items } = await run(bad, "continueRegularOutput");
    const failures = items.map(failureOf).filter((failure) => failure !== undefined);
    expect(failures).toMatchObject([{ costUsd: 0, possiblyBilledUsd: 0, hint: expect.stringMatching(bad.next) }]);
    expect(items).toHaveLength(bad.input?.length ?? 1);
  });

  it("a revoked key: names the provider and the credential, or takes the other provider", async () => {
    simulator.faults([{ kind: "auth", times: "always", match: "A fox" }]);
    const { run: execution } = await run({ parameters: PLAIN });
    const error = execution.data.resultData.error;
    expect(error?.message).toMatch(/^OpenAI .+\[item 0\]$/);
    expect(error?.description).toMatch(/key|credential/i);
    expect(`${error?.message} ${error?.description}`).not.toMatch(UNWANTED);
    expect(simulator.statement().images).toBe(0);

    simulator.reset();
    simulator.faults([{ kind: "auth", times: 1 }]);
    const { items } = await run({ parameters: { prompt: "A fox" } });
    expect(items).toHaveLength(1);
    expect(simulator.statement().images).toBe(1);
  });

  it("500 items with one that cannot be made: stops before anything is bought", async () => {
    const input = Array.from({ length: 500 }, (_, index) => ({ thing: index === 321 ? "" : `card ${index}` }));
    const { run: execution } = await run({ parameters: POSTER, input });
    expect(execution.data.resultData.error?.message).toBe("'Prompt' must not be empty [item 321]");
    expect(simulator.calls()).toEqual([]);
  });

  it("500 items with money for four: makes four, in order, and tells each of the others why", async () => {
    const input = Array.from({ length: 500 }, (_, index) => ({ thing: `card ${index}` }));
    const parameters = { ...POSTER, budget: { runUsd: 0.0245, onExceeded: "stop" } };
    const { items } = await run({ parameters, input }, "continueRegularOutput");
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual(input.map((_, item) => ({ item })));
    const made = items.filter((item) => failureOf(item) === undefined);
    expect(made.map(({ json }) => json["fileName"])).toEqual(["card-0.png", "card-1.png", "card-2.png", "card-3.png"]);
    const reasons = items.map(failureOf).filter((failure) => failure !== undefined);
    expect(reasons).toHaveLength(496);
    expect(reasons.every(({ code, costUsd }) => code === "budget_exceeded" && costUsd === 0)).toBe(true);
    expect(simulator.statement().images).toBe(4);
    expect(simulator.statement().totalMicroUsd).toBeLessThanOrEqual(24_500);
  }, 120_000);

  it("takes a photo whatever type n8n gave it", async () => {
    const made = await run({ parameters: PLAIN });
    const file = { ...(made.items[0]?.binary?.["data"] as IBinaryData), mimeType: "application/octet-stream" };
    const { items } = await run({
      parameters: { ...PLAIN, operation: "edit", imageField: "photo" },
      input: [{ json: {}, binary: { photo: file } }],
    });
    expect(items[0]?.json["fileName"]).toBe("a-fox.png");
  });
});
