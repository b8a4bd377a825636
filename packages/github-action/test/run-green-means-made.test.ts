import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { headline } from "../src/tell/headline.ts";
import { sampleAsset, sampleReport } from "./harness/report-samples.ts";
import { promptFile, startScenario, type Scenario, type Step } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** A run of the repository's own that should make images and makes none is red, and says what it lacks. */
let scenario: Scenario;
let branches = 0;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario.close());

const GENERATE = { mode: "generate", deliver: "commit", "budget-month": "10" };

async function branchWith(files: Readonly<Record<string, string>>): Promise<Step> {
  const branch = `green-${(branches += 1)}`;
  const pullRequest = await scenario.openPullRequest(branch, files);
  return { branch, pullRequest, inputs: GENERATE };
}

describe("makes nothing, plans, and fails with the remedy", () => {
  it("for a token that only reads, without a call", async () => {
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle") });
    const result = await scenario.run({
      ...step,
      permissions: { contents: "read", pull_requests: "write", issues: "write" },
    });
    expect(result.exitCode).toBe(1);
    expect(result.annotations.map(({ message }) => message)).toEqual([
      "Not made: a.png, because the token may not write, so the ledger cannot be kept. Give the job `permissions: contents: write`.",
    ]);
    expect(result.log).toContain("This run only plans: the token may not write, so the ledger cannot be kept");
    expect((await scenario.comments(step.pullRequest ?? { number: 0, baseSha: "" }))[0]?.body).toContain(
      "This run only plans",
    );
    expect(scenario.simulator.calls()).toEqual([]);
  });

  it("for a run without any key", async () => {
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle") });
    const inputs = { ...GENERATE, "openai-api-key": "" };
    for (const own of [step, { branch: step.branch }, { branch: step.branch, eventName: "schedule" }]) {
      const result = await scenario.run({ ...own, inputs });
      expect([result.exitCode, result.annotations.length]).toEqual([1, 1]);
      expect(result.annotations[0]?.message).toContain(
        "Not made: a.png, because no provider key was given. Set a secret",
      );
      expect(result.log).toContain("This run only plans: no provider key was given.");
      expect(result.summary).toContain("would make 1 image for about");
    }
  });

  it("for a run without a token, or without a checkout", async () => {
    const step = await branchWith({ "a.image.md": promptFile("A red bicycle") });
    const noToken = await scenario.run({ ...step, inputs: { ...GENERATE, "github-token": "" } });
    expect([noToken.exitCode, noToken.annotations.length]).toEqual([1, 1]);
    expect(noToken.annotations[0]?.message).toContain("because it has no `github-token`. Leave the input out");
    const prepare = (workspace: string): void => {
      for (const name of readdirSync(workspace)) rmSync(join(workspace, name), { recursive: true });
    };
    const empty = await scenario.run({ ...step, prepare });
    expect([empty.exitCode, empty.annotations.length]).toEqual([1, 1]);
    expect(empty.annotations[0]?.message).toContain("The workspace is empty: nothing was checked out.");
    expect(scenario.simulator.calls()).toEqual([]);
  });
});

describe("tells what is left to another run from what needs no work", () => {
  it.each([
    [0, "**Nothing to do:** every image matches its prompt."],
    [1, "**1 image is left to another run** that makes it just now."],
    [2, "**2 images are left to another run** that makes them just now."],
  ])("with %i images left", (leftToOthers, sentence) => {
    const unchanged = sampleAsset("hero", { state: "unchanged" });
    expect(headline(sampleReport("generate", [unchanged], { leftToOthers }))).toContain(sentence);
    if (leftToOthers === 0) return;
    expect(headline(sampleReport("generate", [], { leftToOthers }))).toContain(sentence);
    const made = sampleAsset("hero", { state: "generated", costMicroUsd: 6_000 });
    const both = headline(sampleReport("generate", [made], { leftToOthers }));
    expect(both).toContain("**Made 1 image for");
    expect(both).toContain(sentence);
  });
});
