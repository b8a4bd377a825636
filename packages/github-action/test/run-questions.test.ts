import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { OWNER, REPO } from "./harness/emulator.ts";
import { promptFile, startScenario, type Scenario } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Images that a judge looks at, with questions that a model draws from the prompt. */
let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario.close());

const INPUTS = { mode: "generate", "budget-month": "10" };
const VERIFIED = "verify: report\n";

async function questionsOn(branch: string): Promise<string[]> {
  const { tree } = await scenario.github.api<{ tree: { path: string }[] }>(
    "GET",
    `/repos/${OWNER}/${REPO}/git/trees/${await scenario.repository.head(branch)}?recursive=1`,
  );
  return tree.flatMap(({ path }) => (/(^|\/)\.artdesk\/questions\/\w+\.json$/.test(path) ? [path] : []));
}

const timesDrawn = (): number =>
  scenario.simulator.calls().filter(({ path, body }) => path.endsWith("/responses") && !holdsImage(body)).length;

function holdsImage(body: unknown): boolean {
  return JSON.stringify(body).includes("input_image");
}

it("commits the questions that were drawn, so that the next run asks the same ones", async () => {
  await scenario.repository.branch("asked");
  const prompt = "A cat on a wall, a yellow moon";
  // Two assets of one prompt share their questions; a style from the configuration is part of the prompt.
  await scenario.repository.commit("asked", {
    "site/artdesk.yml": "version: 1\nstyle: Flat colours, no outlines.\n",
    "site/docs/cat.image.md": promptFile(prompt, VERIFIED),
    "site/docs/cat-again.image.md": promptFile(prompt, VERIFIED),
    "site/docs/plain.image.md": promptFile("A plain wall"),
  });
  const inputs = { ...INPUTS, deliver: "commit", "working-directory": "site" };
  expect((await scenario.run({ branch: "asked", inputs })).exitCode).toBe(0);
  const [path, ...others] = await questionsOn("asked");
  expect([path, others]).toEqual([expect.stringMatching(/^site\/\.artdesk\/questions\/[0-9a-f]{64}\.json$/), []]);
  const kept = await scenario.repository.file("asked", path ?? "");
  expect(kept?.toString()).toContain("yellow moon");
  const drawn = timesDrawn();
  expect(drawn).toBeGreaterThan(0);

  await scenario.repository.commit("asked", {
    "site/docs/cat.image.md": promptFile(prompt, `${VERIFIED}size: 1536x1024\n`),
  });
  expect((await scenario.run({ branch: "asked", inputs })).exitCode).toBe(0);
  expect(timesDrawn()).toBe(drawn);
  expect(await scenario.repository.file("asked", path ?? "")).toEqual(kept);
});

it("keeps them in a pull request that is made anew by the next run", async () => {
  await scenario.repository.branch("reviewed");
  await scenario.repository.commit("reviewed", { "docs/dog.image.md": promptFile("A dog, a red ball", VERIFIED) });
  const inputs = { ...INPUTS, deliver: "pull-request" };
  expect((await scenario.run({ branch: "reviewed", inputs })).exitCode).toBe(0);
  const branch = "artdesk/assets/reviewed";
  const [path] = await questionsOn(branch);
  expect(path).toBeDefined();
  const drawn = timesDrawn();
  await scenario.repository.commit("reviewed", { "docs/wall.image.md": promptFile("A wall") });
  expect((await scenario.run({ branch: "reviewed", inputs })).exitCode).toBe(0);
  expect(await scenario.repository.file(branch, "docs/wall.png")).toBeDefined();
  expect(await questionsOn(branch)).toEqual([path]);
  expect(timesDrawn()).toBe(drawn);
});

it("puts them into the folder for upload, and a merging job commits them", async () => {
  await scenario.repository.branch("uploaded");
  await scenario.repository.commit("uploaded", { "docs/owl.image.md": promptFile("An owl, a branch", VERIFIED) });
  const inputs = { ...INPUTS, deliver: "artifact" };
  const made = await scenario.run({ branch: "uploaded", inputs, keepTemp: true });
  expect(made.exitCode).toBe(0);
  const merged = await scenario.run({
    branch: "uploaded",
    inputs: { mode: "generate", deliver: "commit", "openai-api-key": "" },
    prepare: (workspace) => {
      execFileSync("cp", ["-r", `${made.outputs["artifact"] ?? ""}/.`, workspace]);
    },
  });
  expect(merged.exitCode).toBe(0);
  expect(await questionsOn("uploaded")).toHaveLength(1);
});

it("lets others' questions stand when they came first, and delivers the image all the same", async () => {
  await scenario.repository.branch("crossed");
  await scenario.repository.commit("crossed", { "docs/fox.image.md": promptFile("A fox, a hill", VERIFIED) });
  const old = await scenario.repository.head("crossed");
  const inputs = { ...INPUTS, deliver: "commit" };
  // Another branch of the same prompt shows where its questions belong.
  await scenario.repository.branch("elsewhere");
  await scenario.repository.commit("elsewhere", { "docs/fox.image.md": promptFile("A fox, a hill", VERIFIED) });
  expect((await scenario.run({ branch: "elsewhere", inputs })).exitCode).toBe(0);
  const [path = ""] = await questionsOn("elsewhere");
  await scenario.repository.commit("crossed", { [path]: "theirs" });
  const result = await scenario.run({ branch: "crossed", checkoutOf: old, inputs });
  expect(result.exitCode).toBe(0);
  expect(await scenario.repository.file("crossed", "docs/fox.png")).toBeDefined();
  expect((await scenario.repository.file("crossed", path))?.toString()).toBe("theirs");
});
