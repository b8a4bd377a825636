import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { openWorkflowValidator, type WorkflowValidator } from "./harness/workflow-validator.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const root = resolve(import.meta.dirname, "../../..");
const shipped = [".github/workflows", "examples/action-workflow"].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => join(folder, name)),
);

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Workflow {
  on: Record<string, { paths?: string[] } | null>;
  permissions: Record<string, string>;
  concurrency?: { group: string };
  jobs: Record<string, { permissions: Record<string, string>; "timeout-minutes": number; steps: Step[] }>;
}

let validator: WorkflowValidator;
beforeAll(async () => {
  validator = await openWorkflowValidator();
});

it("reads the metadata as GitHub's own language service does", async () => {
  expect(await validator.validate("action.yml", readFileSync(join(root, "action.yml"), "utf8"))).toEqual([]);
  const broken = readFileSync(join(root, "action.yml"), "utf8")
    .replace("node24", "node26")
    .replace("color: purple", "color: pink");
  expect((await validator.validate("action.yml", broken)).length).toBeGreaterThanOrEqual(2);
});

it("notices a wrong input of our action, an unknown key and a wrong permission", async () => {
  const text = readFileSync(join(root, "examples/action-workflow/artdesk-plan.yml"), "utf8");
  const broken = text
    .replace("budget-month", "budget-mnth")
    .replace("contents: read", "contents: raed")
    .replace("timeout-minutes", "timeout-minuts");
  const messages = (await validator.validate("x.yml", broken)).map(({ message }) => message).join("\n");
  for (const word of ["budget-mnth", "raed", "timeout-minuts"]) expect(messages).toContain(word);
});

describe.each(shipped)("%s", (file) => {
  const text = readFileSync(join(root, file), "utf8");
  const workflow: Workflow = parse(text);
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it("is valid for GitHub's own parser", async () => {
    expect(await validator.validate(file.split("/").at(-1) ?? "", text)).toEqual([]);
  });

  it("grants nothing at the top, and says at each job what each right is for", () => {
    expect(workflow.permissions).toEqual({});
    for (const job of jobs) expect(Object.keys(job.permissions ?? {}).length).toBeGreaterThan(0);
    for (const line of text.split("\n")) if (/^ {6}[a-z-]+: (read|write)\b/.test(line)) expect(line).toMatch(/# \S/);
  });

  it("has a time limit for each job and a concurrency group", () => {
    for (const job of jobs) expect(job["timeout-minutes"]).toBeGreaterThan(0);
    expect(workflow.concurrency?.group).toBeTruthy();
  });

  it("pins other people's actions by commit, with the version beside it", () => {
    const foreign = text.split("\n").filter((line) => /uses: actions\//.test(line));
    expect(foreign.length).toBeGreaterThan(0);
    for (const line of foreign) expect(line).toMatch(/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("leaves no credentials on disk and puts no expression into a shell", () => {
    for (const step of steps) {
      if (step.uses?.startsWith("actions/checkout@")) expect(step.with?.["persist-credentials"]).toBe(false);
      expect(step.run ?? "").not.toContain("${{");
    }
  });
});

it.each(["artdesk-plan.yml", "artdesk-generate.yml"])(
  "%s starts on prompts and configuration only, never on images",
  (name) => {
    const workflow: Workflow = parse(readFileSync(join(root, "examples/action-workflow", name), "utf8"));
    const paths = Object.values(workflow.on).flatMap((event) => event?.paths ?? []);
    expect(paths).toEqual(["**/*.image.md", "artdesk.yml"]);
  },
);
