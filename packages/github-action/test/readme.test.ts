import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";

const folder = resolve(import.meta.dirname, "..");
const readme = readFileSync(join(folder, "README.md"), "utf8");

it("has the tables that action.yml gives", () => {
  const check = spawnSync(process.execPath, [join(folder, "scripts/write-readme-table.mjs"), "--check"], {
    encoding: "utf8",
  });
  expect([check.status, check.stderr]).toEqual([0, ""]);
});

it("starts with a workflow of under 25 lines that is valid YAML and uses only inputs that there are", () => {
  const block = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  expect(block.trimEnd().split("\n").length).toBeLessThan(25);
  const workflow: { jobs: Record<string, { steps: { uses?: string; with?: object }[] }> } = parse(block);
  const step = Object.values(workflow.jobs)
    .flatMap(({ steps }) => steps)
    .find(({ uses }) => uses?.startsWith("artdesk/"));
  const { inputs } = parse(readFileSync(join(folder, "../../action.yml"), "utf8"));
  expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step?.with ?? {})));
});
