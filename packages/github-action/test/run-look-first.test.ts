import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { OWNER, REPO } from "./harness/emulator.ts";
import type { ActionResult } from "./harness/run-action.ts";
import { promptFile, startScenario, type Scenario, type Step } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** What cannot be delivered is not bought: the simulated provider's bank statement decides. */
let scenario: Scenario;
let branches = 0;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario.close());
beforeEach(() => {
  scenario.simulator.reset();
  scenario.github.rules.clear();
});

const GENERATE = { mode: "generate", deliver: "commit", "budget-month": "10" };
const PROMPT = { "docs/hero.image.md": promptFile("A lighthouse") };
const REPOSITORY = `/repos/${OWNER}/${REPO}`;

async function branchWith(files: Readonly<Record<string, string>> = PROMPT): Promise<Step> {
  const branch = `look-${(branches += 1)}`;
  await scenario.repository.branch(branch);
  await scenario.repository.commit(branch, files);
  return { branch, inputs: GENERATE };
}

function expectNotBought(result: ActionResult, why: string, remedy: string): void {
  expect(scenario.simulator.statement().totalMicroUsd).toBe(0);
  expect(result.exitCode).toBe(1);
  expect(result.annotations.map(({ level }) => level)).toEqual(["error"]);
  expect(result.annotations[0]?.message).toContain("Nothing was bought, because it could not be delivered: ");
  expect(result.annotations[0]?.message).toContain(why);
  expect(result.annotations[0]?.message).toContain(remedy);
}

async function expectDelivered(result: ActionResult, branch: string, path = "docs/hero.png"): Promise<void> {
  expect([result.exitCode, result.outputs["generated"]], result.log).toEqual([0, "1"]);
  expect(await scenario.repository.file(branch, path)).toBeDefined();
}

describe("buys nothing for a path that cannot be committed:", () => {
  it("an image and its lock entry that git ignores", async () => {
    const step = await branchWith({ ...PROMPT, ".gitignore": "*.png\n.artdesk/\n" });
    const why = "docs/hero.png and its lock entry are ignored by git: .gitignore:1 (*.png), .gitignore:2 (.artdesk/)";
    expectNotBought(await scenario.run(step), why, "out of .gitignore");
    const artifact = await scenario.run({ ...step, inputs: { ...GENERATE, deliver: "artifact" } });
    expectNotBought(artifact, why, "out of .gitignore");
  });

  it("but an image alone may be ignored: its lock entry tells that it is new", async () => {
    const step = await branchWith({ ...PROMPT, ".gitignore": "*.png\n" });
    await expectDelivered(await scenario.run(step), step.branch);
    const again = await scenario.run(step);
    expect([again.exitCode, again.outputs["generated"]]).toEqual([0, "0"]);
  });

  it("one that belongs into the store for large files", async () => {
    const step = await branchWith({ ...PROMPT, ".gitattributes": "*.png filter=lfs diff=lfs merge=lfs -text\n" });
    expectNotBought(await scenario.run(step), "gives docs/hero.png the filter lfs", "docs/** -filter -diff -merge");
  });

  it("one in a submodule, whether it is checked out or not", async () => {
    const step = await branchWith();
    const asSubmodule = (isThere: boolean) => (workspace: string) => {
      const git = (...args: string[]): string => execFileSync("git", args, { cwd: workspace, encoding: "utf8" });
      const entry = `160000,${git("rev-parse", "HEAD").trim()},docs`;
      git("rm", "-r", "--cached", "--quiet", "docs");
      git("update-index", "--add", "--cacheinfo", entry);
      if (isThere) writeFileSync(join(workspace, "docs", ".git"), "gitdir: ../.git/modules/docs\n");
    };
    const remedy = "give the prompt file an `output` outside of it";
    for (const isThere of [true, false])
      expectNotBought(
        await scenario.run({ ...step, prepare: asSubmodule(isThere) }),
        "docs/hero.png lies in docs",
        remedy,
      );
  });

  it("one in a project that is a checkout of another repository", async () => {
    const step = await branchWith();
    const prepare = (workspace: string): void => {
      const remote = "https://github.com/somebody/else.git";
      execFileSync("git", ["remote", "add", "origin", remote], { cwd: workspace });
    };
    expectNotBought(
      await scenario.run({ ...step, prepare }),
      "is a checkout of somebody/else",
      "check out this repository",
    );
  });

  it("and a checkout in a folder of the workspace delivers to its own paths, once", async () => {
    const step = await branchWith();
    const prepare = (workspace: string): void => {
      const names = readdirSync(workspace);
      mkdirSync(join(workspace, "site"));
      for (const name of names) renameSync(join(workspace, name), join(workspace, "site", name));
      const remote = `git@github.com:${OWNER}/${REPO}.git`;
      execFileSync("git", ["remote", "add", "origin", remote], { cwd: join(workspace, "site") });
    };
    const inputs = { ...GENERATE, "working-directory": "site" };
    await expectDelivered(await scenario.run({ ...step, prepare, inputs }), step.branch);
    expect(await scenario.repository.file(step.branch, ".artdesk/lock/docs/hero.json")).toBeDefined();
    expect(await scenario.repository.file(step.branch, "site/docs/hero.png")).toBeUndefined();
    const again = await scenario.run({ ...step, prepare, inputs });
    expect([again.exitCode, again.outputs["changed"]]).toEqual([0, "false"]);
    expect(scenario.simulator.statement().entries).toHaveLength(1);
  });
});

describe("buys nothing for a branch that takes no commit:", () => {
  it.each([
    ["update", "restricts updates"],
    ["pull_request", "wants a pull request"],
    ["required_status_checks", "wants status checks first"],
    ["merge_queue", "wants a merge queue"],
  ])("a ruleset with %s, unless the token may bypass it", async (type, words) => {
    const step = await branchWith();
    scenario.github.rules.set(step.branch, [{ type: "non_fast_forward" }, { type }]);
    expectNotBought(await scenario.run(step), `a ruleset of ${step.branch} ${words}`, "use `deliver: pull-request`");
    scenario.github.rules.set(step.branch, [{ type, bypass: "always" }]);
    await expectDelivered(await scenario.run(step), step.branch);
  });

  it.each([
    [{ required_pull_request_reviews: { required_approving_review_count: 1 } }, "wants a pull request"],
    [{ required_status_checks: { strict: false, contexts: ["build"] } }, "wants status checks first"],
    [{ restrictions: { users: ["octocat"], teams: [] } }, "lets this token not push"],
  ])("protection: %j", async (rules, words) => {
    const step = await branchWith();
    const nothing = { required_status_checks: null, required_pull_request_reviews: null, restrictions: null };
    const protection = { ...nothing, enforce_admins: true, ...rules };
    await scenario.github.api("PUT", `${REPOSITORY}/branches/${step.branch}/protection`, protection);
    expectNotBought(await scenario.run(step), `the protection of ${step.branch} ${words}`, "`deliver: pull-request`");
    const byPull = await scenario.run({ ...step, inputs: { ...GENERATE, deliver: "pull-request" } });
    await expectDelivered(byPull, `artdesk/assets/${step.branch}`);
  });

  it("a ruleset that lets no branch be made for the pull request with the images", async () => {
    const step = await branchWith();
    scenario.github.rules.set(`artdesk/assets/${step.branch}`, [{ type: "creation" }]);
    const result = await scenario.run({ ...step, inputs: { ...GENERATE, deliver: "pull-request" } });
    expectNotBought(result, "restricts new branches", "let GitHub Actions bypass the rule");
  });

  it("one that was deleted meanwhile", async () => {
    const step = await branchWith();
    const checkoutOf = await scenario.repository.head(step.branch);
    await scenario.github.api("DELETE", `${REPOSITORY}/git/refs/heads/${step.branch}`);
    for (const deliver of ["commit", "pull-request"]) {
      const result = await scenario.run({ ...step, checkoutOf, inputs: { ...GENERATE, deliver } });
      expectNotBought(result, `the branch ${step.branch} is not there any more`, "run on a branch that exists");
    }
  });

  it("one of the merge queue, even where its event may spend", async () => {
    const branch = "gh-readonly-queue/main/pr-1-abc";
    await scenario.repository.branch(branch);
    await scenario.repository.commit(branch, PROMPT);
    const inputs = { ...GENERATE, "allow-events": "merge_group" };
    for (const deliver of ["commit", "pull-request"]) {
      const result = await scenario.run({ branch, eventName: "merge_group", inputs: { ...inputs, deliver } });
      expectNotBought(result, "a branch of the merge queue", "`mode: check` in the queue");
    }
  });
});

describe("spends only on events that say whose files they are:", () => {
  it.each(["merge_group", "workflow_run", "issue_comment", "issues", "pull_request_review"])(
    "plans on %s",
    async (eventName) => {
      const step = await branchWith();
      const result = await scenario.run({ ...step, eventName });
      expect(result.exitCode).toBe(0);
      expect(result.log).toContain(`This run only plans: ${eventName} does not spend by itself.`);
      expect(scenario.simulator.calls()).toEqual([]);
    },
  );

  it("makes images on workflow_run when the workflow says so, and on every event of people who may write", async () => {
    for (const eventName of ["workflow_run", "schedule", "workflow_dispatch", "repository_dispatch"]) {
      const step = await branchWith();
      const inputs = { ...GENERATE, "allow-events": "workflow_run" };
      await expectDelivered(await scenario.run({ ...step, eventName, inputs }), step.branch);
    }
  });
});

it("says nothing of a rule that does not concern the run", async () => {
  const step = await branchWith();
  const prepare = (workspace: string): void => appendFileSync(join(workspace, ".git/info/exclude"), "other/\n");
  await expectDelivered(await scenario.run({ ...step, prepare }), step.branch);
});
