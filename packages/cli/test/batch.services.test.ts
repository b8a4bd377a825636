import { startSimulator, type Simulator } from "@artdesk/simulator";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CollectReport } from "@artdesk/core/node";
import { expect, onTestFinished, test } from "vitest";
import { clockEnv } from "../../../test/pinned-day/pinned-day.ts";
import { makeFolder, readArtdesk, runArtdesk, runArtdeskJson } from "./cli-process.ts";

const CLI = fileURLToPath(new URL("../src/artdesk.ts", import.meta.url));
const NAMES = ["one", "two", "three", "four"];

function workspace(model: string): string {
  const files = NAMES.map((name) => [`${name}.image.md`, `---\nmodel: ${model}\n---\nA lighthouse, view ${name}.\n`]);
  return makeFolder({
    "artdesk.yml": "version: 1\nurgency: batch\nbudget: {month: 20}\nlimits: {openai: {batch_discount: 50}}\n",
    ...Object.fromEntries(files),
  });
}

async function simulator(options: Parameters<typeof startSimulator>[0] = {}): Promise<Simulator> {
  const started = await startSimulator(options);
  onTestFinished(() => started.close());
  return started;
}

async function collect(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; report: CollectReport }> {
  const { code, stdout } = await runArtdesk(folder, ["collect", "--json"], env);
  return { code, report: JSON.parse(stdout) as CollectReport };
}

async function spentOf(folder: string): Promise<{ spent: number; reserved: number; unknown: number }> {
  const { document } = await runArtdeskJson(folder, ["budget"]);
  const month = document.balances.find(({ scope }) => scope.startsWith("month:"));
  return {
    spent: month?.spentMicroUsd ?? 0,
    reserved: month?.reservedMicroUsd ?? 0,
    unknown: month?.unknownMicroUsd ?? 0,
  };
}

const isBatchCall = ({ method, path }: { method: string; path: string }): boolean =>
  method === "POST" && /\/batches$|:batchGenerateContent$/.test(path);

/** Runs `artdesk generate` and kills it the moment the simulator has the batch. */
async function generateUntilKilled(folder: string, world: Simulator): Promise<void> {
  const child = spawn(process.execPath, ["--conditions=source", CLI, "generate"], {
    cwd: folder,
    env: { ...clockEnv(), NO_COLOR: "1", ...world.env },
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  while (child.exitCode === null && !world.calls().some(isBatchCall))
    await new Promise((resolve) => void setTimeout(resolve, 2));
  child.kill("SIGKILL");
  await ended;
}

test.each([
  ["gpt-image-2", false],
  ["gemini-nano-banana-2.1", false],
  ["gemini-nano-banana-2.1", true],
] as const)(
  "%s: killed after handing in, collected later, bought once at half price (answers in a file: %s)",
  async (model, batchFile) => {
    const world = await simulator({ batchPolls: 1, batchFile });
    const folder = workspace(model);
    await generateUntilKilled(folder, world);
    expect(world.calls().filter(isBatchCall)).toHaveLength(1);
    expect((await spentOf(folder)).reserved).toBeGreaterThan(0);

    // Another generate does not make again what the batch has.
    const again = await runArtdeskJson(folder, ["generate"], world.env);
    expect(again.document.assets.map(({ status }) => status)).toEqual(NAMES.map(() => "submitted"));
    expect(again.document.totals).toMatchObject({ submitted: 4, costMicroUsd: 0 });

    const early = await collect(folder, world.env);
    expect([early.code, early.report.waiting.length, early.report.collected]).toEqual([4, 1, []]);
    expect(await spentOf(folder)).toMatchObject({ spent: 0, unknown: 0 });
    expect((await runArtdesk(folder, ["budget"], world.env)).code).toBe(0);
    expect((await spentOf(folder)).reserved).toBeGreaterThan(0);

    const late = await collect(folder, world.env);
    expect(late.report.failed).toEqual([]);
    expect([late.code, late.report.collected.toSorted()]).toEqual([0, NAMES.toSorted()]);
    for (const name of NAMES) expect(existsSync(join(folder, `${name}.png`))).toBe(true);
    const statement = world.statement();
    expect(statement.entries.filter(({ batch, delivered }) => batch && delivered === true)).toHaveLength(4);
    expect(statement.entries).toHaveLength(4);
    expect(await spentOf(folder)).toEqual({ spent: statement.totalMicroUsd, reserved: 0, unknown: 0 });
    expect(late.report.costMicroUsd).toBe(statement.totalMicroUsd);

    const settled = await runArtdeskJson(folder, ["generate"], world.env);
    expect(settled.document.totals).toMatchObject({ unchanged: 4, submitted: 0, costMicroUsd: 0 });
    expect((await collect(folder, world.env)).code).toBe(0);
    expect(world.statement().entries).toHaveLength(4);
  },
);

test("what a batch refuses is told and costs what the bank says; the rest is delivered", async () => {
  const world = await simulator({ batchPolls: 0 });
  const folder = workspace("gpt-image-2");
  world.faults([{ kind: "moderation", match: "view two" }]);
  const made = await runArtdeskJson(folder, ["generate"], world.env);
  expect([made.code, made.document.totals.submitted]).toEqual([0, 4]);
  const { code, report } = await collect(folder, world.env);
  expect([code, report.collected.toSorted()]).toEqual([1, ["four", "one", "three"]]);
  expect(report.failed).toMatchObject([{ id: "two", error: { code: "content_refused" } }]);
  expect(await spentOf(folder)).toEqual({ spent: world.statement().totalMicroUsd, reserved: 0, unknown: 0 });
});

test("the plan shows both prices and the wait", async () => {
  const world = await simulator();
  const folder = workspace("gpt-image-2");
  const { document } = await runArtdeskJson(folder, ["plan"], world.env);
  const [asset] = document.assets;
  const full = asset?.decision?.offers[0]?.estimateMicroUsd ?? 0;
  expect(asset?.batch).toEqual({ isChosen: true, estimateMicroUsd: Math.ceil(full / 2), waitMs: 86_400_000 });
  const { words } = await readArtdesk(folder, ["plan"], world.env);
  expect(words.replaceAll(/\s+/g, " ")).toContain("As a batch: about");
});
