import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { json, type Reply } from "./harness/graphql-shim.ts";
import type { ActionResult } from "./harness/run-action.ts";
import { promptFile, startScenario, type Scenario } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** GitHub takes no more requests: the cause is named, and what is paid for is handed over. */
let scenario: Scenario;
let branches = 0;

beforeAll(async () => {
  scenario = await startScenario({ latencyMs: 20 });
});
afterAll(() => scenario.close());
beforeEach(() => {
  scenario.simulator.reset();
  scenario.github.fault.answer = undefined;
});

const GENERATE = { mode: "generate", deliver: "commit", "budget-month": "10" };
const RESET_SECONDS = Date.UTC(2099, 0, 1, 14, 20) / 1_000;

const primaryLimit = (): Reply =>
  json(
    403,
    { message: "API rate limit exceeded for installation." },
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(RESET_SECONDS) },
  );

async function branchWith(count: number): Promise<string> {
  const branch = `limited-${(branches += 1)}`;
  await scenario.repository.branch(branch);
  const files = Array.from({ length: count }, (_, index) => [
    `docs/p${index}.image.md`,
    promptFile(`Picture ${index}`),
  ]);
  await scenario.repository.commit(branch, {
    ...Object.fromEntries(files),
    "artdesk.yml": "version: 1\nconcurrency: 2\n",
  });
  return branch;
}

function expectNamed(result: ActionResult): void {
  expect(result.exitCode).toBe(1);
  expect(result.annotations.map(({ message }) => message).join("\n")).toContain(
    "GitHub takes no more requests of this token until 14:20 UTC: its rate limit is used up.",
  );
  expect(result.log).not.toContain("permissions: contents: write");
}

it("from the start: nothing is bought", async () => {
  const branch = await branchWith(1);
  scenario.github.fault.answer = primaryLimit;
  const result = await scenario.run({ branch, inputs: GENERATE });
  expectNamed(result);
  expect(result.annotations).toHaveLength(1);
  expect(scenario.simulator.statement().totalMicroUsd).toBe(0);
});

it("in mid run: what is paid for is in the folder for upload, and the run is told everywhere", async () => {
  const branch = await branchWith(8);
  const result = await scenario.run({
    branch,
    inputs: GENERATE,
    keepTemp: true,
    onLog: (text) => {
      if (text.includes(": generated")) scenario.github.fault.answer = primaryLimit;
    },
  });
  expectNamed(result);
  const bought = scenario.simulator.statement().entries.length;
  expect(bought).toBeGreaterThan(0);
  expect(bought).toBeLessThan(8);
  const pictures = readdirSync(join(result.outputs["artifact"] ?? "", "docs")).filter((name) => name.endsWith(".png"));
  expect(pictures).toHaveLength(bought);
  expect(result.summary).not.toBe("");
  expect(result.outputs["report"]).toBeDefined();
});

it("at the end: the images are delivered, and only the comment is missing", async () => {
  const prompts = { "docs/told.image.md": promptFile("A picture") };
  const pullRequest = await scenario.openPullRequest(`limited-${(branches += 1)}`, prompts);
  scenario.github.fault.answer = (call) => (/\/issues\/\d+\/comments/.test(call) ? primaryLimit() : undefined);
  const result = await scenario.run({ branch: `limited-${branches}`, pullRequest, inputs: GENERATE });
  expect([result.exitCode, result.outputs["generated"]], result.log).toEqual([0, "1"]);
  expect(result.log).toContain("No comment: GitHub takes no more requests of this token until 14:20 UTC");
});

it("while it delivers, or a server that fails: images are kept and not bought again", async () => {
  for (const refusal of [() => json(502, { message: "Server Error" }), primaryLimit]) {
    const branch = await branchWith(1);
    scenario.github.fault.answer = (call) =>
      call === "POST /graphql" || call.includes(`/git/refs/heads/${branch}`) ? refusal() : undefined;
    const before = scenario.simulator.statement().entries.length;
    const first = await scenario.run({ branch, inputs: GENERATE });
    expect([first.exitCode, scenario.simulator.statement().entries.length - before]).toEqual([1, 1]);
    scenario.github.fault.answer = undefined;
    const second = await scenario.run({ branch, inputs: GENERATE });
    expect([second.exitCode, scenario.simulator.statement().entries.length - before], second.log).toEqual([0, 1]);
    expect(await scenario.repository.file(branch, "docs/p0.png")).toBeDefined();
  }
});
