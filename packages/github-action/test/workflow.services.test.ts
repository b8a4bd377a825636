import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { installAct } from "../../../scripts/install-act.ts";
import { startGitRemote, type GitRemote } from "./harness/git-remote.ts";
import { OWNER, REPO } from "./harness/emulator.ts";
import { pushToBoth, runWorkflow, withoutNewKeys, writeStandIn, type WorkflowRun } from "./harness/run-workflow.ts";
import { KEY, promptFile, startScenario, type Scenario } from "./harness/scenario.ts";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 900_000 });

/*
 * Whole workflow files, as people copy them, run by act (which this project did not write) against the emulated
 * GitHub, a git server over HTTP and the simulated providers. act leaves `actions/checkout` out and copies the clone
 * instead; the up- and download of artifacts are stand-ins, because their actions cannot be had without GitHub.
 */
const root = resolve(import.meta.dirname, "../../..");
const found = installAct();
const act = "path" in found ? found.path : "";
if ("reason" in found) console.log(`Workflows are not run: act is not here (${found.reason}).`);

let scenario: Scenario;
let remote: GitRemote;

beforeAll(async () => {
  if (act === "") return;
  [scenario, remote] = await Promise.all([startScenario(), startGitRemote(REPO)]);
  remote.commit("main", { "README.md": "# demo\n" });
});
afterAll(async () => {
  await scenario?.close();
  await remote?.close();
});

const example = (name: string): string =>
  withoutNewKeys(readFileSync(join(root, "examples/action-workflow", name), "utf8"));

const bought = (): number => scenario.simulator.statement().entries.length;

async function branchWith(branch: string, files: Readonly<Record<string, string>>): Promise<WorkflowRun> {
  await scenario.repository.branch(branch);
  remote.git("branch", branch, "main");
  await pushToBoth({ scenario, remote }, branch, files);
  return { act, scenario, remote, branch, eventName: "push" };
}

const made = (branch: string, path: string): Promise<Buffer | undefined> => scenario.repository.file(branch, path);

describe.skipIf(act === "")(`act${act === "" ? " (not here: see the line above)" : ""}`, () => {
  it("runs artdesk-generate.yml on a push, from the clone to the committed image; a second push buys nothing", async () => {
    const run = await branchWith("feature", {
      ".github/workflows/artdesk-generate.yml": example("artdesk-generate.yml"),
      "docs/hero.image.md": promptFile("A lighthouse at dawn"),
    });
    const head = await scenario.repository.head("feature");
    const first = await runWorkflow(run);
    expect(first.exitCode, first.log).toBe(0);
    expect(bought()).toBe(1);
    const image = await made("feature", "docs/hero.png");
    expect(image?.subarray(1, 4).toString()).toBe("PNG");
    const commit = await scenario.repository.head("feature");
    expect(await scenario.repository.parents(commit)).toEqual([head]);
    expect(await scenario.ledger()).toContain("docs/hero");
    expect(first.log).not.toContain(KEY);
    // The clone of the second run does not have the image: the run finds it on the branch.
    const second = await runWorkflow(run);
    expect(second.exitCode, second.log).toBe(0);
    expect(second.log).toContain("Already delivered by an earlier run: docs/hero");
    expect(bought()).toBe(1);
    expect(await scenario.repository.head("feature")).toBe(commit);
  });

  it("runs artdesk-plan.yml on a pull request: a comment, and nothing bought", async () => {
    const before = bought();
    const run = await branchWith("planned", {
      ".github/workflows/artdesk-plan.yml": example("artdesk-plan.yml"),
      "docs/boat.image.md": promptFile("A paper boat"),
    });
    const pullRequest = await scenario.github.api<{ number: number; base: { sha: string } }>(
      "POST",
      `/repos/${OWNER}/${REPO}/pulls`,
      { title: "Images", head: "planned", base: "main" },
    );
    const { number } = pullRequest;
    const repo = { full_name: `${OWNER}/${REPO}` };
    const head = { sha: await scenario.repository.head("planned"), ref: "planned", repo };
    const base = { sha: await scenario.repository.head("main"), ref: "main", repo };
    const event = { number, pull_request: { number, head, base }, ref: `refs/pull/${number}/merge` };
    const { exitCode, log } = await runWorkflow({ ...run, eventName: "pull_request", event });
    expect(exitCode, log).toBe(0);
    const comments = await scenario.comments({ number, baseSha: base.sha });
    expect(comments.map(({ body }) => body)).toEqual([expect.stringContaining("would make 1 image")]);
    expect(bought()).toBe(before);
  });

  it("runs artdesk-sharded.yml: a plan, two parts, one commit by a job without a key", async () => {
    const before = bought();
    const names = Array.from({ length: 12 }, (_, index) => `docs/s${index}`);
    const run = await branchWith("sharded", {
      ".github/workflows/artdesk-sharded.yml": example("artdesk-sharded.yml"),
      ...Object.fromEntries(names.map((name) => [`${name}.image.md`, promptFile(`A drawing of ${name}`)])),
    });
    const head = await scenario.repository.head("sharded");
    const { exitCode, log } = await runWorkflow({
      ...run,
      eventName: "workflow_dispatch",
      standIns: artifactStandIns(example("artdesk-sharded.yml")),
    });
    expect(exitCode, log).toBe(0);
    expect(bought()).toBe(before + names.length);
    expect(await scenario.repository.parents(await scenario.repository.head("sharded"))).toEqual([head]);
    for (const name of names) expect(await made("sharded", `${name}.png`), name).toBeDefined();
  });

  it("runs the README's workflow for a newcomer: an empty repository, one prompt file, one push", async () => {
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    const workflow = /```yaml\n(name: Images\n[^]*?)```/.exec(readme)?.[1] ?? "";
    const lines = workflow.trimEnd().split("\n").length;
    expect(lines).toBeGreaterThan(10);
    expect(lines).toBeLessThan(25);
    const before = bought();
    const run = await branchWith("first-image", {
      ".github/workflows/images.yml": withoutNewKeys(workflow),
      "hero.image.md": "A red fox that reads a map, flat vector style.\n",
    });
    const { exitCode, log } = await runWorkflow(run);
    expect(exitCode, log).toBe(0);
    expect(bought()).toBe(before + 1);
    expect((await made("first-image", "hero.png"))?.subarray(1, 4).toString()).toBe("PNG");
    expect(await made("first-image", ".artdesk/lock/hero.json")).toBeDefined();
  });
});

/** Folders that keep what the up- and download actions of the workflow would send to GitHub. */
function artifactStandIns(workflow: string): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-artifacts-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const store = JSON.stringify(join(folder, "store"));
  const copy = 'import { cpSync, existsSync, readdirSync } from "node:fs";\n';
  const scripts = {
    "upload-artifact": `${copy}cpSync(process.env["INPUT_PATH"], ${store} + "/" + process.env["INPUT_NAME"], { recursive: true });\n`,
    "download-artifact": `${copy}const names = existsSync(${store}) ? readdirSync(${store}) : [];\nconst prefix = process.env["INPUT_PATTERN"].replace("*", "");\nfor (const name of names) if (name.startsWith(prefix)) cpSync(${store} + "/" + name, ".", { recursive: true });\n`,
  };
  return Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => {
      const used = new RegExp(`uses: (actions/${name}@[0-9a-f]{40})`).exec(workflow)?.[1] ?? "";
      const inputs = ["name", "path", "pattern", "merge-multiple", "include-hidden-files"];
      return [used, writeStandIn(join(folder, name), inputs, script)];
    }),
  );
}
