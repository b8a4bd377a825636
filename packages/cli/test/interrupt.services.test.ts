import { setTimeout as sleep } from "node:timers/promises";
import type { GenerateReport } from "@artdesk/core/node";
import { expect, test } from "vitest";
import { type ArtdeskProcess, startArtdesk } from "./crash/artdesk-process.ts";
import { auditWorkspace } from "./crash/audit-workspace.ts";
import { callCli } from "./crash/call-cli.ts";
import { type DeskUnderTest, deskUnderTest } from "./crash/desk-under-test.ts";

/** A run of four assets, two at a time, whose first two calls are under way. */
async function startRun(latencyMs: number): Promise<DeskUnderTest & { run: ArtdeskProcess }> {
  const desk = await deskUnderTest({ assetCount: 4, concurrency: 2, simulator: { latencyMs } });
  const run = startArtdesk(["generate", "--json"], desk.place);
  while (desk.simulator.statement().entries.length < 2 && !run.hasEnded()) await sleep(5);
  return { ...desk, run };
}

test("the first Ctrl-C lets paid calls finish and says what was not started", async () => {
  const { root, assets, simulator, place, run } = await startRun(4_000);
  run.child.kill("SIGINT");
  const end = await run.ended;
  expect(end.code).toBe(1);
  expect(end.stderr).toContain("Stopping: calls under way are paid for, so they finish first.");
  const report = JSON.parse(end.stdout) as GenerateReport;
  expect(report.totals).toMatchObject({ generated: 2, skipped: 2, failed: 0, possiblyBilledMicroUsd: 0 });
  expect(report.assets.filter(({ status }) => status === "skipped").map(({ reasons }) => reasons)).toEqual(
    Array.from({ length: 2 }, () => ["Not started: the run was stopped."]),
  );
  expect(simulator.statement().entries.map(({ delivered }) => delivered)).toEqual([true, true]);
  expect(await auditWorkspace({ root, assets }, simulator)).toMatchObject({ violations: [], settled: 2 });
  const rest = await callCli(["generate", "--json"], place);
  expect(rest.code).toBe(0);
  expect((JSON.parse(rest.out) as GenerateReport).totals).toMatchObject({ generated: 2, unchanged: 2 });
  expect((await auditWorkspace({ root, assets }, simulator)).violations).toEqual([]);
}, 60_000);

test("the second Ctrl-C cuts paid calls off and names them; they are not bought again", async () => {
  const { root, assets, simulator, place, run } = await startRun(10_000);
  run.child.kill("SIGINT");
  while (!run.stderr().includes("Stopping:") && !run.hasEnded()) await sleep(5);
  run.child.kill("SIGINT");
  const end = await run.ended;
  expect(end.code).toBe(1);
  expect(end.stderr).toContain("Cutting off what is under way; it may still be billed.");
  const report = JSON.parse(end.stdout) as GenerateReport;
  expect(report.totals).toMatchObject({ generated: 0, skipped: 2, failed: 2, costMicroUsd: 0 });
  expect(report.totals.possiblyBilledMicroUsd).toBeGreaterThan(0);

  const next = await callCli(["generate", "--json", "--keep-going"], place);
  expect(next.code).toBe(1);
  const nextReport = JSON.parse(next.out) as GenerateReport;
  const audit = await auditWorkspace({ root, assets }, simulator);
  expect(audit.unknown.size).toBe(2);
  expect(nextReport.totals).toMatchObject({ generated: 2, failed: 2 });
  for (const id of audit.unknown.keys()) {
    expect(end.stdout).toContain(id);
    expect(nextReport.assets.map(({ error }) => error?.hint)).toContainEqual(
      expect.stringContaining(`reconcile ${id}`),
    );
  }
  expect(audit).toMatchObject({ imagesBoughtTwice: 0, violations: [] });
}, 120_000);
