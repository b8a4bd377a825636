import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { promptFile, startScenario, type Scenario } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** A call of unknown outcome, with the books on GitHub: found out, and ended, by the action alone. */
let scenario: Scenario;
let branches = 0;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario.close());
beforeEach(() => scenario.simulator.reset());

const GENERATE = { mode: "generate", deliver: "commit", "budget-month": "10" };
const bought = (): number => scenario.simulator.statement().entries.length;

async function leaveUnknown(): Promise<{ branch: string; id: string; log: string }> {
  const branch = `reconcile-${(branches += 1)}`;
  await scenario.repository.branch(branch);
  await scenario.repository.commit(branch, { [`${branch}.image.md`]: promptFile(`A red fox ${branches}`) });
  scenario.simulator.faults([{ kind: "server_error", provider: "openai", times: 1 }]);
  await scenario.run({ branch, inputs: GENERATE });
  const second = await scenario.run({ branch, inputs: GENERATE });
  expect(second.exitCode).toBe(1);
  const told = second.annotations.map(({ message }) => message).join("\n");
  const id = /`reconcile: ([\w-]+)`/.exec(told)?.[1] ?? "";
  expect(told).toContain("`billed: USD` counts what it cost");
  expect(told).toContain("`billed: no` frees the money, and the image will be made again");
  expect(id).not.toBe("");
  return { branch, id, log: second.log };
}

const reconcile = (branch: string, inputs: Readonly<Record<string, string>>): ReturnType<Scenario["run"]> =>
  scenario.run({ branch, eventName: "workflow_dispatch", inputs: { mode: "reconcile", ...inputs } });

it("not billed: the plan says what waits, the books are freed, and the next run makes the image", async () => {
  const { branch, id } = await leaveUnknown();
  const before = bought();
  const plan = await scenario.run({ branch, inputs: { mode: "plan" } });
  expect(plan.summary).toContain("possibly billed");
  const listed = await reconcile(branch, {});
  expect([listed.exitCode, listed.annotations]).toEqual([0, []]);
  expect(listed.log).toContain(`${id}: ${branch}, `);
  const said = await reconcile(branch, { reconcile: id, billed: "no" });
  expect(said.exitCode).toBe(0);
  expect(said.summary).toContain(`${id} (${branch}): was not billed; it will be made again.`);
  const made = await scenario.run({ branch, inputs: GENERATE });
  expect(made.exitCode).toBe(0);
  expect(bought()).toBe(before + 1);
  expect(await scenario.repository.file(branch, `${branch}.png`)).toBeDefined();
});

it("billed: what it cost counts, by an amount or by what was set aside", async () => {
  for (const [billed, words] of [
    ["0.041", "counts $0.041."],
    ["yes", "counts $"],
  ] as const) {
    const { branch, id } = await leaveUnknown();
    const said = await reconcile(branch, { reconcile: "all", billed });
    expect(said.log).toContain(`${id} (${branch}): ${words}`);
    expect((await reconcile(branch, {})).log).toContain("No call is possibly billed.");
  }
});

it("refuses half an answer, an unknown id, and a pull request", async () => {
  const branch = `reconcile-${(branches += 1)}`;
  const pullRequest = await scenario.openPullRequest(branch, { "a.image.md": promptFile("A red fox") });
  for (const [inputs, words] of [
    [{ reconcile: "all" }, "`billed` does not say what became of them"],
    [{ reconcile: "nope", billed: "no" }, "The ledger has no reservation nope"],
    [{ reconcile: "nope", billed: "yes" }, "The ledger has no possibly billed call nope"],
    [{ reconcile: "all nope", billed: "no" }, "takes ids, or `all` alone"],
    [{ reconcile: "all", billed: "maybe" }, '`billed` is "maybe"'],
  ] as const) {
    const result = await reconcile(branch, inputs);
    expect([result.exitCode, result.annotations[0]?.message]).toEqual([1, expect.stringContaining(words)]);
  }
  const foreign = await scenario.run({
    branch,
    pullRequest,
    inputs: { mode: "reconcile", reconcile: "all", billed: "no" },
  });
  expect(foreign.annotations[0]?.message).toContain("does not run for a pull request");
  const stray = await scenario.run({ branch, inputs: { mode: "plan", billed: "no" } });
  expect(stray.annotations[0]?.message).toContain("belong to `mode: reconcile`");
});
