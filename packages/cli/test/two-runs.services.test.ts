import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startArtdesk } from "./crash/artdesk-process.ts";
import { auditWorkspace } from "./crash/audit-workspace.ts";
import { deskUnderTest } from "./crash/desk-under-test.ts";

test("of two runs on one workspace one waits, and nothing is bought twice", async () => {
  const { root, assets, simulator, place } = await deskUnderTest({ assetCount: 8, simulator: { latencyMs: 100 } });
  const runs = [startArtdesk(["generate", "--json"], place), startArtdesk(["generate", "--json"], place)];
  const ends = await Promise.all(runs.map((run) => run.ended));
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  const generated = ends.map(
    ({ stdout }) => (JSON.parse(stdout) as { totals: { generated: number } }).totals.generated,
  );
  expect(generated.toSorted((a, b) => a - b)).toEqual([0, 8]);
  const audit = await auditWorkspace({ root, assets }, simulator);
  expect(audit).toMatchObject({ violations: [], imagesBoughtTwice: 0, settled: simulator.statement().entries.length });
}, 60_000);

test("a run that is told not to wait says who holds the folder, and calls nobody", async () => {
  const { root, assets, simulator, place } = await deskUnderTest({ assetCount: 2, simulator: { latencyMs: 6_000 } });
  const first = startArtdesk(["generate"], place);
  while (simulator.calls().length === 0 && !first.hasEnded()) await sleep(5);
  const callsBefore = simulator.calls().length;
  const second = await startArtdesk(["generate", "--no-wait"], place).ended;
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(
    `Another run is working in this folder (process ${first.child.pid}, \`artdesk generate\`, since 2`,
  );
  expect(simulator.calls()).toHaveLength(Math.max(callsBefore, 2));
  expect((await first.ended).code).toBe(0);
  expect((await auditWorkspace({ root, assets }, simulator)).violations).toEqual([]);
}, 60_000);

test("a run that waits for another one stops at Ctrl-C", async () => {
  const { simulator, place } = await deskUnderTest({ assetCount: 1, simulator: { latencyMs: 6_000 } });
  const first = startArtdesk(["generate"], place);
  while (simulator.calls().length === 0 && !first.hasEnded()) await sleep(5);
  const second = startArtdesk(["generate"], place);
  while (!second.stderr().includes(`Waiting: process ${first.child.pid}`) && !second.hasEnded()) await sleep(5);
  second.child.kill("SIGINT");
  const end = await second.ended;
  expect(end.code).toBe(1);
  expect(end.stderr).toContain("Stopped while another run was working here.");
  expect((await first.ended).code).toBe(0);
  expect(simulator.statement().entries).toHaveLength(1);
}, 60_000);
