import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { OWNER, REPO } from "./harness/emulator.ts";
import { promptFile, startScenario, WRITE, type Scenario } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** The ways to deliver, jobs that share work, races and cancelled jobs. */
let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario({ latencyMs: 40 });
});
afterAll(() => scenario.close());

const prompts = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`docs/${name}.image.md`, promptFile(`A picture of ${name}`)]));

interface Pull {
  number: number;
  state: string;
  body: string;
  head: { ref: string };
}
const pulls = (base: string): Promise<Pull[]> =>
  scenario.github.api("GET", `/repos/${OWNER}/${REPO}/pulls?state=all&base=${base}`);

it("delivers by a pull request that follows the branch, without buying anything twice", async () => {
  await scenario.repository.branch("release");
  await scenario.repository.commit("release", prompts("one"));
  const inputs = { mode: "generate", deliver: "pull-request", "budget-month": "10" };
  const first = await scenario.run({ branch: "release", inputs });
  expect(first.exitCode).toBe(0);
  const [pull] = await pulls("release");
  expect(first.outputs["pull-request"]).toBe(String(pull?.number));
  expect(pull).toMatchObject({ state: "open", head: { ref: "artdesk/assets/release" } });
  expect(pull?.body).toContain("**Made 1 image for");
  expect(await scenario.repository.file("artdesk/assets/release", "docs/one.png")).toBeDefined();
  expect(await scenario.repository.file("release", "docs/one.png")).toBeUndefined();

  await scenario.repository.commit("release", prompts("two"));
  const bought = scenario.simulator.statement().entries.length;
  expect((await scenario.run({ branch: "release", inputs })).exitCode).toBe(0);
  expect(scenario.simulator.statement().entries.length).toBe(bought + 1);
  expect(await pulls("release")).toHaveLength(1);
  for (const name of ["one", "two"])
    expect(await scenario.repository.file("artdesk/assets/release", `docs/${name}.png`)).toBeDefined();
});

it("makes shards in several jobs, and merges them in one commit by a job that buys nothing", async () => {
  await scenario.repository.branch("sharded");
  await scenario.repository.commit("sharded", prompts(...Array.from({ length: 12 }, (_, index) => `s${index}`)));
  const head = await scenario.repository.head("sharded");
  const plan = await scenario.run({ branch: "sharded", inputs: { mode: "plan" } });
  expect(plan.outputs["shards"]).toBe('["1/2","2/2"]');
  const before = scenario.simulator.statement().entries.length;
  const artifacts: string[] = [];
  for (const shard of ["1/2", "2/2"]) {
    const inputs = { mode: "generate", deliver: "artifact", shard, "budget-month": "10" };
    const result = await scenario.run({ branch: "sharded", inputs, keepTemp: true });
    expect([result.exitCode, result.outputs["generated"]]).toEqual([0, "6"]);
    artifacts.push(result.outputs["artifact"] ?? "");
  }
  expect(readdirSync(artifacts[0] ?? "")).toEqual(
    expect.arrayContaining([".artdesk", "docs", "artdesk-contact-sheet.html"]),
  );
  expect(await scenario.repository.head("sharded")).toBe(head);
  const merge = await scenario.run({
    branch: "sharded",
    inputs: { mode: "generate", deliver: "commit", "openai-api-key": "" },
    prepare: (workspace) => {
      for (const folder of artifacts) cpSync(folder, workspace, { recursive: true });
    },
  });
  expect(merge.exitCode).toBe(0);
  expect(scenario.simulator.statement().entries.length).toBe(before + 12);
  expect(await scenario.repository.parents(await scenario.repository.head("sharded"))).toEqual([head]);
  for (let index = 0; index < 12; index += 1) {
    expect(await scenario.repository.file("sharded", `docs/s${index}.png`)).toBeDefined();
    expect(await scenario.repository.file("sharded", `.artdesk/lock/docs/s${index}.json`)).toBeDefined();
  }
  expect(await scenario.repository.file("sharded", "artdesk-contact-sheet.html")).toBeUndefined();
});

it("merges what the shards have made when one image was refused, names that one, and fails", async () => {
  await scenario.repository.branch("refused");
  await scenario.repository.commit("refused", prompts("a", "b"));
  scenario.simulator.faults([{ kind: "moderation", provider: "openai", times: 1 }]);
  const before = scenario.simulator.statement().entries.length;
  const inputs = { mode: "generate", deliver: "artifact", "budget-month": "10" };
  const part = await scenario.run({ branch: "refused", inputs, keepTemp: true });
  expect([part.exitCode, part.outputs["generated"]]).toEqual([1, "1"]);
  const made = readdirSync(join(part.outputs["artifact"] ?? "", "docs")).join();
  const refused = made === "a.png" ? "b.png" : "a.png";
  for (const deliver of ["commit", "pull-request"]) {
    const merge = await scenario.run({
      branch: "refused",
      checkoutOf: await scenario.repository.head("refused"),
      inputs: { mode: "generate", deliver, "openai-api-key": "" },
      prepare: (workspace) => cpSync(part.outputs["artifact"] ?? "", workspace, { recursive: true }),
    });
    expect([merge.exitCode, merge.annotations.length], merge.log).toEqual([1, 1]);
    expect(merge.annotations[0]?.message).toContain(`Not made: docs/${refused}, because no provider key was given.`);
    expect(await scenario.repository.file("refused", `docs/${made}`)).toBeDefined();
  }
  expect(scenario.simulator.statement().entries.length).toBe(before + 1);
});

it("keeps a paid image in the folder for upload when others drew over its place meanwhile", async () => {
  await scenario.repository.branch("overdrawn");
  await scenario.repository.commit("overdrawn", prompts("drawn", "free"));
  const old = await scenario.repository.head("overdrawn");
  await scenario.repository.commit("overdrawn", { "docs/drawn.png": "by hand" });
  const inputs = { mode: "generate", deliver: "commit", "budget-month": "10" };
  const result = await scenario.run({ branch: "overdrawn", checkoutOf: old, inputs, keepTemp: true });
  expect(result.exitCode).toBe(1);
  expect((await scenario.repository.file("overdrawn", "docs/drawn.png"))?.toString()).toBe("by hand");
  expect(await scenario.repository.file("overdrawn", "docs/free.png")).toBeDefined();
  expect(result.summary).toMatch(/Not committed, because others changed them meanwhile.* docs\/drawn\.png/);
  expect(result.summary).not.toMatch(
    /blob\/\w+\/docs\/drawn\.png|demo\/\w{40}\/docs\/drawn\.png" width="160" alt="docs\/drawn after/,
  );
  expect(readdirSync(join(result.outputs["artifact"] ?? "", "docs"))).toEqual(["drawn.png"]);
});

it("ends with one comment, all images and no overspending when six runs race", async () => {
  const names = ["u", "v", "w", "x", "y", "z"];
  const pullRequest = await scenario.openPullRequest("racing", prompts(...names));
  const before = scenario.simulator.statement();
  const results = await Promise.all(
    names.map((_, index) => {
      const inputs = { mode: "generate", deliver: "commit", shard: `${index + 1}/6`, "budget-month": "10" };
      return scenario.run({ branch: "racing", pullRequest, inputs, permissions: WRITE });
    }),
  );
  expect(results.map(({ exitCode }) => exitCode)).toEqual(names.map(() => 0));
  for (const name of names) expect(await scenario.repository.file("racing", `docs/${name}.png`)).toBeDefined();
  const after = scenario.simulator.statement();
  expect(after.entries.length - before.entries.length).toBe(6);
  expect(await scenario.comments(pullRequest)).toHaveLength(1);
  const spent = results.reduce((sum, { outputs }) => sum + Math.round(Number(outputs["cost-usd"]) * 1_000_000), 0);
  expect(spent).toBe(after.totalMicroUsd - before.totalMicroUsd);
});

it("buys an image once when runs race for the same prompt, and keeps no claim afterwards", async () => {
  const pullRequest = await scenario.openPullRequest("same-prompt", prompts("same"));
  const before = scenario.simulator.statement().entries.length;
  const results = await Promise.all(
    ["11", "12", "13"].map((run) => {
      const inputs = { mode: "generate", deliver: "commit", "budget-month": "10" };
      return scenario.run({ branch: "same-prompt", pullRequest, inputs, env: { GITHUB_RUN_ID: run } });
    }),
  );
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(scenario.simulator.statement().entries.length).toBe(before + 1);
  expect(results.filter(({ outputs }) => outputs["generated"] === "1")).toHaveLength(1);
  const others = results.filter(({ outputs }) => outputs["generated"] !== "1");
  for (const { log } of others.filter((other) => other.log.includes("left to a run")))
    expect(log).toContain("1 image is left to another run that makes it just now.");
  for (const { log } of others)
    expect(log).toMatch(/left to a run that makes it just now|Already delivered by an earlier/);
  expect(await scenario.repository.file("same-prompt", "docs/same.png")).toBeDefined();
  expect((await scenario.repository.file("artdesk/ledger", "artdesk/claims.jsonl"))?.toString()).toMatch(/\n\{\}\n$/);
});

it("never lets racing runs spend more than the month has left", async () => {
  const names = ["g", "h", "i", "j", "k", "l"];
  await scenario.repository.branch("tight");
  await scenario.repository.commit("tight", prompts(...names));
  const before = scenario.simulator.statement().totalMicroUsd;
  // Room for what was spent so far and for two more images, not for three.
  const limitMicroUsd = before + 15_000;
  const results = await Promise.all(
    names.map((_, index) => {
      const inputs = {
        mode: "generate",
        deliver: "commit",
        shard: `${index + 1}/6`,
        "budget-month": (limitMicroUsd / 1_000_000).toFixed(6),
      };
      return scenario.run({ branch: "tight", inputs });
    }),
  );
  const { totalMicroUsd } = scenario.simulator.statement();
  expect(totalMicroUsd).toBeLessThanOrEqual(limitMicroUsd);
  expect(totalMicroUsd).toBeGreaterThan(before);
  const made = results.filter(({ outputs }) => outputs["generated"] === "1").length;
  const stopped = results.filter(({ exitCode, log }) => exitCode === 1 && log.includes("Stopped by the budget")).length;
  expect(made + stopped).toBe(6);
  expect(made).toBeLessThan(3);
});

it("delivers what is paid for when the job is cancelled, and starts nothing more", async () => {
  await scenario.repository.branch("cancelled");
  const config = "version: 1\nconcurrency: 1\n";
  const names = Array.from({ length: 8 }, (_, index) => `c${index}`);
  await scenario.repository.commit("cancelled", { ...prompts(...names), "artdesk.yml": config });
  const before = scenario.simulator.statement().entries.length;
  let signal: ((name: NodeJS.Signals) => void) | undefined;
  const result = await scenario.run({
    branch: "cancelled",
    inputs: { mode: "generate", deliver: "commit", "budget-month": "10" },
    onStart: (send) => {
      signal = send;
    },
    onLog: (text) => {
      if (!text.includes("docs/c0: generated")) return;
      signal?.("SIGTERM");
      signal = undefined;
    },
  });
  expect(result.exitCode).toBe(1);
  expect(result.log).toContain("Stopping: no further image is started");
  const bought = scenario.simulator.statement().entries.length - before;
  const delivered = await Promise.all(names.map((name) => scenario.repository.file("cancelled", `docs/${name}.png`)));
  expect(delivered.filter((file) => file !== undefined)).toHaveLength(bought);
  expect(bought).toBeGreaterThan(0);
  expect(bought).toBeLessThan(names.length);
});
