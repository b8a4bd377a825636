import { symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { KEY, promptFile, startScenario, type Scenario, type Step } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Runs that may do less than they were asked to, or must not do it at all. */
let scenario: Scenario;
let branches = 0;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario.close());
beforeEach(() => scenario.simulator.reset());

const GENERATE = { mode: "generate", deliver: "commit", "budget-month": "10" };

async function branchWith(files: Readonly<Record<string, string>>): Promise<Step> {
  const branch = `limits-${(branches += 1)}`;
  const pullRequest = await scenario.openPullRequest(branch, files);
  return { branch, pullRequest, inputs: GENERATE };
}

const bought = (): number => scenario.simulator.statement().entries.length;

describe("plans instead, and says why in one sentence", () => {
  it("for a pull request from a fork", async () => {
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle") });
    const inputs = { ...GENERATE, "openai-api-key": "" };
    const result = await scenario.run({ ...step, inputs, fork: true, permissions: { contents: "read" } });
    expect([result.exitCode, result.annotations]).toEqual([0, []]);
    expect(result.log).toContain(
      "This run only plans: pull requests from forks get no keys. Prices assume a key for every provider.",
    );
    expect(result.summary).toContain("would make 1 image for about");
    expect(result.log).toContain("No comment: the token may not write one");
    expect(scenario.simulator.calls()).toEqual([]);
  });

  it("for Dependabot, whose runs get neither secrets nor rights", async () => {
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle") });
    const inputs = { ...GENERATE, "openai-api-key": "" };
    const env = { GITHUB_ACTOR: "dependabot[bot]" };
    const result = await scenario.run({ ...step, inputs, env, permissions: { contents: "read" } });
    expect([result.exitCode, result.annotations]).toEqual([0, []]);
    expect(result.log).toContain("This run only plans: no provider key was given.");
  });
});

describe("refuses", () => {
  it("to generate on pull_request_target", async () => {
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle") });
    const result = await scenario.run({ ...step, eventName: "pull_request_target" });
    expect(result.exitCode).toBe(1);
    expect(result.annotations[0]?.message).toContain("`generate` does not run on pull_request_target");
    expect(scenario.simulator.calls()).toEqual([]);
  });

  it("there, even when allowed, a configuration that sends keys elsewhere", async () => {
    const config = "version: 1\nproviders:\n  openai:\n    base_url: https://evil.example\n";
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle"), "artdesk.yml": config });
    const inputs = { ...GENERATE, "allow-pull-request-target": "true" };
    const result = await scenario.run({ ...step, inputs, eventName: "pull_request_target" });
    expect(result.exitCode).toBe(1);
    expect(result.annotations[0]?.message).toContain("could send your keys anywhere");
    expect(scenario.simulator.calls()).toEqual([]);
  });

  it.each([
    ["providers:\n  openai:\n    base_url: https://evil.example\n", "providers.openai"],
    ["volume:\n  free_allowance: {gpt-image-2: 1000000}\n", "volume.free_allowance"],
    ["policy:\n  free_allowance: {gpt-image-2: 1000000}\n", "policy.free_allowance"],
    ["ledger: redis://127.0.0.1:1/0\n", "ledger"],
  ])("to spend on a pull request that brings the setting %j", async (settings, name) => {
    const config = `version: 1\n${settings}`;
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle"), "artdesk.yml": config });
    const result = await scenario.run(step);
    expect(result.exitCode).toBe(1);
    expect(result.annotations[0]?.message).toContain(`The configuration sets ${name}:`);
    expect(scenario.simulator.calls()).toEqual([]);
    expect(await scenario.repository.file(step.branch, "a.png")).toBeUndefined();
  });

  it.each([
    "prices: {gpt-image-2: 0, gpt-image-2.5-flare: 0}\n",
    "prices: {gpt-image-2: 0.000001}\n",
    "catalogue: [{id: mine, provider: openai, like: gpt-image-2, price: 0}]\nprices: {GPT Image 2: 0}\n",
  ])("to count a pull request's own prices before they are merged: %j", async (settings) => {
    const step = await branchWith({
      "p.image.md": promptFile(
        "Picture {{n}}",
        'model: gpt-image-2\nquality: high\noutput: "p{{n}}.png"\nmatrix: { n: [0, 1, 2, 3] }\n',
      ),
      "artdesk.yml": `version: 1\n${settings}`,
    });
    const inputs = { ...GENERATE, "budget-month": "0.02" };
    for (const eventName of ["pull_request", "pull_request_target"]) {
      const allowed = { ...inputs, "allow-pull-request-target": "true" };
      const result = await scenario.run({ ...step, eventName, inputs: allowed });
      expect(result.exitCode).toBe(1);
      expect(result.summary).toContain("Not used before it is reviewed and merged");
    }
    expect(scenario.simulator.statement().totalMicroUsd).toBeLessThanOrEqual(20_000);
    const plan = await scenario.run({ ...step, inputs: { mode: "plan" } });
    expect(plan.summary).not.toContain("for nothing");
  });

  it("to follow a symbolic link in the place of the working directory or the configuration", async () => {
    const step = await branchWith({ "docs/a.image.md": promptFile("A red bicycle") });
    const outside = (workspace: string): void => symlinkSync(tmpdir(), join(workspace, "elsewhere"));
    const inputs = { ...GENERATE, "working-directory": "elsewhere" };
    const folder = await scenario.run({ ...step, prepare: outside, inputs });
    expect([folder.exitCode, folder.annotations[0]?.message]).toEqual([1, expect.stringContaining("a symbolic link")]);
    const linked = (workspace: string): void => symlinkSync("/proc/self/environ", join(workspace, "other.yml"));
    const config = await scenario.run({ ...step, prepare: linked, inputs: { ...GENERATE, config: "other.yml" } });
    expect([config.exitCode, config.annotations[0]?.message]).toEqual([1, expect.stringContaining("a symbolic link")]);
    expect(config.rawLog).not.toContain("HOME=");
  });

  it("a wrong input, before anything else", async () => {
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle") });
    const result = await scenario.run({ ...step, inputs: { mode: "generat" } });
    expect(result.exitCode).toBe(1);
    expect(result.annotations[0]?.message).toContain('Did you mean "generate"?');
  });

  it("a working directory outside of the checkout", async () => {
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle") });
    const result = await scenario.run({ ...step, inputs: { ...GENERATE, "working-directory": "../.." } });
    expect(result.exitCode).toBe(1);
    expect(result.annotations[0]?.message).toContain("outside of the checkout");
  });
});

it("plans on a pull request without opening the ledger that it brings", async () => {
  const config = "version: 1\nledger: redis://127.0.0.1:1/0\n";
  const step = await branchWith({ "a.image.md": promptFile("A red bicycle"), "artdesk.yml": config });
  const result = await scenario.run({ ...step, inputs: { mode: "plan", "budget-month": "10" } });
  expect(result.exitCode).toBe(0);
  expect(result.log).toContain("The ledger of the configuration was not opened, because it is not merged yet.");
});

it("makes images on a pull request by delicate settings that its base has already", async () => {
  const config = "version: 1\nvolume:\n  free_allowance: {gpt-image-2: 0}\n";
  const step = await branchWith({ "a.image.md": promptFile("A red bicycle"), "artdesk.yml": config });
  const base = await scenario.repository.head(step.branch);
  const pullRequest = { number: step.pullRequest?.number ?? 0, baseSha: base };
  const result = await scenario.run({ ...step, pullRequest });
  expect([result.exitCode, result.outputs["generated"]]).toEqual([0, "1"]);
});

it("makes the others when one prompt file is wrong, and fails with file and line", async () => {
  const step = await branchWith({
    "good.image.md": promptFile("A red bicycle"),
    "sub/bad.image.md": promptFile("A paper boat", "porpose: docs\n"),
  });
  const result = await scenario.run(step);
  expect(result.exitCode).toBe(1);
  expect(result.annotations).toMatchObject([{ level: "error", properties: { file: "sub/bad.image.md", line: "3" } }]);
  expect(result.annotations[0]?.message).toContain("Did you mean `purpose`?");
  expect(await scenario.repository.file(step.branch, "good.png")).toBeDefined();
  expect(bought()).toBe(1);
});

it("delivers what was made when the provider refuses another", async () => {
  const step = await branchWith({
    "a.image.md": promptFile("A red bicycle"),
    "b.image.md": promptFile("A paper boat"),
  });
  scenario.simulator.faults([{ kind: "moderation", provider: "openai", times: 1 }]);
  const result = await scenario.run(step);
  expect(result.exitCode).toBe(1);
  expect(result.outputs).toMatchObject({ generated: "1", failed: "1", changed: "true" });
  const delivered = await Promise.all(["a.png", "b.png"].map((path) => scenario.repository.file(step.branch, path)));
  expect(delivered.filter((file) => file !== undefined)).toHaveLength(1);
});

it("stops at the budget, says so, and spends no more than it", async () => {
  const files = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`${name}.image.md`, promptFile(`A ${name}`)]));
  const step = await branchWith(files);
  const result = await scenario.run({ ...step, inputs: { ...GENERATE, "budget-run": "0.015" } });
  expect(result.exitCode).toBe(1);
  const { totalMicroUsd } = scenario.simulator.statement();
  expect(totalMicroUsd).toBeGreaterThan(0);
  expect(totalMicroUsd).toBeLessThanOrEqual(15_000);
  const comment = (await scenario.comments(step.pullRequest ?? { number: 0, baseSha: "" }))[0]?.body ?? "";
  expect(comment).toContain("Stopped by the budget:");
});

it("shows no secret anywhere, even where a prompt or a reply repeats it", async () => {
  const step = await branchWith({ "a.image.md": promptFile(`A bicycle with the text ${KEY}`) });
  const result = await scenario.run(step);
  expect(result.masks).toContain(KEY);
  const shown = [
    result.log,
    result.summary,
    JSON.stringify(result.outputs),
    JSON.stringify(await scenario.repository.commits(step.branch)),
    JSON.stringify(await scenario.comments(step.pullRequest ?? { number: 0, baseSha: "" })),
    await scenario.ledger(),
  ];
  for (const text of shown) expect(text).not.toContain(KEY);
});

it("keeps paths, names and texts of a hostile prompt file inert", async () => {
  const step = await branchWith({
    "docs/@octocat #1 _x_ & more.image.md": promptFile("One"),
    "esc.image.md": promptFile("Two", "output: ../../outside.png\n"),
    "git.image.md": promptFile("Three", "output: .git/hooks/post-checkout.png\n"),
  });
  const result = await scenario.run(step);
  expect(result.exitCode).toBe(1);
  expect(result.annotations.map(({ properties }) => properties["file"])).toEqual(
    expect.arrayContaining(["esc.image.md", "git.image.md"]),
  );
  const comment = (await scenario.comments(step.pullRequest ?? { number: 0, baseSha: "" }))[0]?.body ?? "";
  expect(comment).not.toMatch(/@octocat|#1|_x_/);
  expect(comment).toContain("@&#8203;octocat");
  expect(bought()).toBe(1);
});
