import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { promptFile, startScenario, type PullRequest, type Scenario } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** One pull request from plan to delivered images, step by step: each test goes on where the one before ended. */
let scenario: Scenario;
let pullRequest: PullRequest;

const BRANCH = "feature/images";
const GENERATE = { mode: "generate", deliver: "commit", "budget-month": "10" };

beforeAll(async () => {
  scenario = await startScenario();
  pullRequest = await scenario.openPullRequest(BRANCH, {
    "docs/hero.image.md": promptFile("A red bicycle against a white wall"),
    "docs/logo.image.md": promptFile("A paper boat"),
  });
});
afterAll(() => scenario.close());

it("plans on the pull request: what it would make, for how much, and nothing is called or committed", async () => {
  const head = await scenario.repository.head(BRANCH);
  const result = await scenario.run({ branch: BRANCH, pullRequest, inputs: { mode: "plan", "budget-month": "10" } });
  expect(result.exitCode).toBe(0);
  const [comment, ...others] = await scenario.comments(pullRequest);
  expect(others).toEqual([]);
  expect(comment?.body).toMatch(/^<!-- artdesk:default -->\n/);
  expect(comment?.body).toMatch(
    /\*\*This pull request would make 2 images for about \$0\.\d+.*\$10\.00 of \$10\.00 left/,
  );
  expect(comment?.body).toContain("<code>docs/hero.png</code>");
  expect(result.summary).toContain("would make 2 images");
  expect(result.outputs).toMatchObject({
    changed: "false",
    generated: "0",
    failed: "0",
    "cost-usd": "0.00",
    shards: '["1/1"]',
  });
  expect(scenario.simulator.calls()).toEqual([]);
  expect(await scenario.repository.head(BRANCH)).toBe(head);
  expect(await scenario.ledger()).toBeUndefined();
});

it("makes, commits, books and reports on a push", async () => {
  const before = await scenario.repository.head(BRANCH);
  const result = await scenario.run({ branch: BRANCH, inputs: GENERATE });
  expect([result.exitCode, result.annotations]).toEqual([0, []]);
  const head = await scenario.repository.head(BRANCH);
  expect(await scenario.repository.parents(head)).toEqual([before]);
  for (const path of ["docs/hero.png", "docs/logo.png"]) {
    expect((await scenario.repository.file(BRANCH, path))?.subarray(1, 4).toString()).toBe("PNG");
  }
  const statement = scenario.simulator.statement();
  expect(statement.entries).toHaveLength(2);
  const spentUsd = statement.totalMicroUsd / 1_000_000;
  expect(result.outputs).toMatchObject({ changed: "true", generated: "2", failed: "0", "commit-sha": head });
  expect(Number(result.outputs["cost-usd"])).toBe(spentUsd);
  expect(Number(result.outputs["budget-left-usd"])).toBeCloseTo(10 - spentUsd, 6);
  expect(await scenario.ledger()).toContain("hero");
  const [comment, ...others] = await scenario.comments(pullRequest);
  expect(others).toEqual([]);
  expect(comment?.body).toContain("**Made 2 images for");
  expect(comment?.body).toContain(`https://raw.githubusercontent.com/octocat/demo/${head}/docs/hero.png`);
});

it("does nothing on the push that its own commit is: no call, no commit", async () => {
  const head = await scenario.repository.head(BRANCH);
  const calls = scenario.simulator.calls().length;
  const apiCalls = scenario.github.calls.length;
  const result = await scenario.run({ branch: BRANCH, inputs: GENERATE });
  expect(result.exitCode).toBe(0);
  expect(result.log).toContain("Nothing to do");
  expect(result.outputs).toMatchObject({ changed: "false", generated: "0", "commit-sha": "", shards: "[]" });
  expect(scenario.simulator.calls()).toHaveLength(calls);
  expect(await scenario.repository.head(BRANCH)).toBe(head);
  expect(scenario.github.calls).toHaveLength(apiCalls);
});

it("tells on the pull request what was made on it so far", async () => {
  const result = await scenario.run({ branch: BRANCH, pullRequest, inputs: { mode: "plan" } });
  expect(result.exitCode).toBe(0);
  const [comment] = await scenario.comments(pullRequest);
  expect(comment?.body).toMatch(/\*\*2 images made on this pull request for \$0\.\d+\.\*\* Nothing left to do\./);
  expect(comment?.body).toContain("made by an earlier run on this pull request");
});

it("does not buy again what a run before it delivered after its commit was checked out", async () => {
  await scenario.repository.commit(BRANCH, { "docs/third.image.md": promptFile("A lighthouse") });
  const old = await scenario.repository.head(BRANCH);
  await scenario.run({ branch: BRANCH, inputs: GENERATE });
  const bought = scenario.simulator.statement().entries.length;
  expect(bought).toBe(3);
  const head = await scenario.repository.head(BRANCH);
  const result = await scenario.run({ branch: BRANCH, checkoutOf: old, inputs: GENERATE });
  expect(result.exitCode).toBe(0);
  expect(result.log).toContain("Already delivered by an earlier run: docs/third");
  expect(scenario.simulator.statement().entries).toHaveLength(bought);
  expect(await scenario.repository.head(BRANCH)).toBe(head);
});

it("fails `check` for a stale image, with the file, and without a key", async () => {
  await scenario.repository.commit(BRANCH, { "docs/hero.image.md": promptFile("A blue bicycle") });
  const result = await scenario.run({ branch: BRANCH, inputs: { mode: "check", "openai-api-key": "" } });
  expect(result.exitCode).toBe(1);
  expect(result.annotations).toMatchObject([{ level: "error", properties: { file: "docs/hero.image.md" } }]);
  expect(result.summary).toContain("1 image is stale");
});
