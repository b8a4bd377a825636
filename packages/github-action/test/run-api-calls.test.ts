import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { promptFile, startScenario, type Scenario } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Requests to GitHub's API: a job's token has 1,000 an hour and repository. */
let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario.close());

it.each([
  [1, 32],
  [20, 120],
  [60, 300],
])("takes, for %i images, at most %i requests, and the books are what the bank says", async (images, most) => {
  const branch = `calls-${images}`;
  await scenario.repository.branch(branch);
  const files = Array.from({ length: images }, (_, index) => [
    `docs/p${index}.image.md`,
    promptFile(`Picture ${index}`),
  ]);
  await scenario.repository.commit(branch, Object.fromEntries(files));
  const callsBefore = scenario.github.calls.length;
  const inputs = { mode: "generate", deliver: "commit", "budget-month": "10" };
  const result = await scenario.run({ branch, inputs });
  expect([result.exitCode, result.outputs["generated"]], result.log).toEqual([0, String(images)]);
  expect(scenario.github.calls.length - callsBefore).toBeLessThanOrEqual(most);
  const spentMicroUsd = 10_000_000 - Math.round(Number(result.outputs["budget-left-usd"]) * 1_000_000);
  expect(spentMicroUsd).toBe(scenario.simulator.statement().totalMicroUsd);
});
