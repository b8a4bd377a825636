import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { promptFile, startScenario, type Scenario } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Runs on a machine that keeps `.artdesk`, as a scheduled workflow for batches needs it. */
let scenario: Scenario;
let lastWorkspace: string | undefined;

beforeAll(async () => {
  scenario = await startScenario({ batchPolls: 1 });
});
afterAll(() => scenario.close());

const BRANCH = "batches";
const BATCH = { mode: "generate", deliver: "commit", "budget-month": "10", urgency: "batch" };

function night(inputs: Readonly<Record<string, string>> = BATCH): ReturnType<Scenario["run"]> {
  return scenario.run({
    branch: BRANCH,
    inputs,
    eventName: "schedule",
    prepare(workspace) {
      const kept = lastWorkspace && join(lastWorkspace, ".artdesk");
      if (kept && existsSync(kept)) cpSync(kept, join(workspace, ".artdesk"), { recursive: true });
      lastWorkspace = workspace;
    },
  });
}

const delivered = async (path: string): Promise<boolean> =>
  (await scenario.repository.file(BRANCH, path)) !== undefined;

it("hands in on the first night, waits on the second, collects and commits on the third", async () => {
  await scenario.repository.branch(BRANCH);
  const head = await scenario.repository.commit(BRANCH, {
    "a.image.md": promptFile("A red bicycle"),
    "b.image.md": promptFile("A paper boat"),
  });
  const first = await night();
  expect([first.exitCode, first.annotations]).toEqual([0, []]);
  expect(first.outputs).toMatchObject({ changed: "false", generated: "0", failed: "0", "cost-usd": "0.00" });
  expect(first.summary).toContain("**2 images are in a batch** and will be collected by a later run.");
  expect(await scenario.repository.head(BRANCH)).toBe(head);

  const second = await night();
  expect([second.exitCode, second.outputs["generated"]]).toEqual([0, "0"]);
  expect(second.log).toMatch(/Batch \S+ at openai with 2 images: \w+/);
  expect(scenario.simulator.statement().entries).toEqual([]);

  const third = await night();
  expect([third.exitCode, third.annotations]).toEqual([0, []]);
  expect(third.outputs).toMatchObject({ changed: "true", generated: "2", failed: "0" });
  expect([await delivered("a.png"), await delivered("b.png")]).toEqual([true, true]);
  const { entries, totalMicroUsd } = scenario.simulator.statement();
  expect(entries.map(({ batch }) => batch)).toEqual([true, true]);
  expect(third.outputs["commit-sha"]).toBe(await scenario.repository.head(BRANCH));
  expect(Number(third.outputs["budget-left-usd"])).toBeLessThan(10);
  expect(totalMicroUsd).toBeGreaterThan(0);

  const fourth = await night();
  expect([fourth.exitCode, fourth.outputs["generated"]]).toEqual([0, "0"]);
  expect(fourth.log).toContain("Nothing to do");
  expect(scenario.simulator.statement().entries).toHaveLength(2);
});

it("fails for what a batch refused, and delivers the rest", async () => {
  scenario.simulator.reset();
  scenario.simulator.faults([{ kind: "moderation", match: "green kite" }]);
  await scenario.repository.commit(BRANCH, {
    "c.image.md": promptFile("A green kite"),
    "d.image.md": promptFile("A blue kite"),
  });
  const handedIn = await night();
  expect([handedIn.exitCode, handedIn.outputs["generated"]]).toEqual([0, "0"]);
  await night();
  const collected = await night();
  expect(collected.exitCode).toBe(1);
  expect(collected.outputs).toMatchObject({ changed: "true", generated: "1", failed: "1" });
  expect([await delivered("c.png"), await delivered("d.png")]).toEqual([false, true]);
});

it("makes at once what only the configuration wants by a batch: a runner's disk is gone after the job", async () => {
  scenario.simulator.reset();
  lastWorkspace = undefined;
  await scenario.repository.commit(BRANCH, {
    "artdesk.yml": "version: 1\nurgency: batch\n",
    "e.image.md": promptFile("A yellow kite"),
  });
  const result = await night({ ...BATCH, urgency: "", prompts: "e.image.md" });
  expect([result.exitCode, result.outputs["generated"]]).toEqual([0, "1"]);
  expect(scenario.simulator.statement().entries.map(({ batch }) => batch ?? false)).toEqual([false]);
});
