import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { OWNER, REPO } from "./harness/emulator.ts";
import { promptFile, startScenario, type Scenario } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Images that are paid for and cannot be delivered, although nothing told so before. */
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
const bought = (): number => scenario.simulator.statement().entries.length;

async function branchWith(...names: string[]): Promise<string> {
  const branch = `kept-${(branches += 1)}`;
  await scenario.repository.branch(branch);
  await addPrompts(branch, ...names);
  return branch;
}

async function addPrompts(branch: string, ...names: string[]): Promise<void> {
  const files = names.map((name) => [`docs/${name}.image.md`, promptFile(`A picture of ${name}`)] as const);
  await scenario.repository.commit(branch, Object.fromEntries(files));
}

/** Paths on the ref of kept images, without the folder that names what they were made from. */
async function keptPaths(): Promise<string[]> {
  const root = `/repos/${OWNER}/${REPO}/git`;
  const ref = await scenario.github.api<{ object: { sha: string } }>("GET", `${root}/ref/artdesk/kept`);
  const tree = `${root}/trees/${ref.object.sha}?recursive=1`;
  const entries = (await scenario.github.api<{ tree: { path: string; type: string }[] }>("GET", tree)).tree;
  const files = entries.filter(({ type, path }) => type === "blob" && path.includes("/"));
  return files.map(({ path }) => path.slice(path.indexOf("/") + 1)).toSorted();
}

it.each(["commit", "pull-request"])(
  "by %s: are kept, delivered by the next run for nothing, and nothing else is bought until then",
  async (deliver) => {
    const branch = await branchWith("one", "two");
    const target = deliver === "commit" ? branch : `artdesk/assets/${branch}`;
    const run = (): ReturnType<Scenario["run"]> => scenario.run({ branch, inputs: { ...GENERATE, deliver } });
    if (deliver === "pull-request") await scenario.repository.branch(target);
    scenario.github.rules.set(target, [{ type: "update", hidden: true }]);
    const first = await run();
    expect([first.exitCode, bought()]).toEqual([1, 2]);
    expect(first.log).toContain("2 images kept at refs/artdesk/kept: the next run delivers what is there");
    const pictures = ["docs/one.png", "docs/two.png"];
    const locks = [".artdesk/lock/docs/one.json", ".artdesk/lock/docs/two.json"];
    expect(await keptPaths()).toEqual([...locks, ...pictures]);

    await addPrompts(branch, "three");
    const second = await run();
    expect([second.exitCode, bought(), second.outputs["cost-usd"]]).toEqual([1, 2, "0.00"]);
    expect(second.log).toContain(
      "Nothing new was bought: images that an earlier run paid for still cannot be delivered.",
    );
    expect(second.log).not.toContain("Nothing to do");

    scenario.github.rules.clear();
    const third = await run();
    expect([third.exitCode, bought(), third.outputs["generated"]], third.log).toEqual([0, 3, "1"]);
    expect(third.log).toContain("Delivered for nothing, because an earlier run paid for it: docs/one, docs/two.");
    for (const path of [...pictures, "docs/three.png", ...locks])
      expect(await scenario.repository.file(target, path), path).toBeDefined();
    expect(await keptPaths()).toEqual([]);
    const fourth = await run();
    expect([fourth.exitCode, bought()]).toEqual([0, 3]);
  },
);

it("go to another branch with the same prompt when their own is gone", async () => {
  const branch = await branchWith("lost");
  scenario.github.rules.set(branch, [{ type: "update", hidden: true }]);
  const result = await scenario.run({ branch, inputs: GENERATE });
  expect([result.exitCode, bought()]).toEqual([1, 1]);
  await scenario.github.api("DELETE", `/repos/${OWNER}/${REPO}/git/refs/heads/${branch}`);
  const next = await branchWith("lost");
  const delivered = await scenario.run({ branch: next, inputs: GENERATE });
  expect([delivered.exitCode, bought(), delivered.outputs["changed"]], delivered.log).toEqual([0, 1, "true"]);
  expect(await scenario.repository.file(next, "docs/lost.png")).toBeDefined();
});

it("are not taken for another prompt", async () => {
  const branch = await branchWith("first");
  scenario.github.rules.set(branch, [{ type: "update", hidden: true }]);
  await scenario.run({ branch, inputs: GENERATE });
  scenario.github.rules.clear();
  await scenario.repository.commit(branch, { "docs/first.image.md": promptFile("Something else") });
  const result = await scenario.run({ branch, inputs: GENERATE });
  expect([result.exitCode, bought(), result.outputs["generated"]]).toEqual([0, 2, "1"]);
});
