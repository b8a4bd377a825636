import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { auditWorkspace } from "./crash/audit-workspace.ts";
import { atFirstCall, type DeskUnderTest, deskUnderTest } from "./crash/desk-under-test.ts";

/** A run whose image was received, booked and kept, but not delivered, as after a crash between the two. */
async function receivedOnly(assetCount = 1): Promise<DeskUnderTest & { bytes: Buffer; attemptId: string }> {
  const desk = await deskUnderTest({ assetCount });
  const folder = join(desk.root, "drafts/images");
  await desk.generate(atFirstCall(() => writeFileSync(folder, "in the way")));
  rmSync(folder);
  const [attemptId = ""] = readdirSync(join(desk.root, ".artdesk/journal"));
  return { ...desk, attemptId, bytes: readFileSync(join(desk.root, ".artdesk/journal", attemptId, "0.png")) };
}

test("an image whose prompt changed before the next run is set aside, and said so", async () => {
  const { root, simulator, attemptId, bytes, generate } = await receivedOnly();
  const prompt = join(root, "drafts/scene-01.image.md");
  writeFileSync(prompt, `${readFileSync(prompt, "utf8")}At dawn.\n`);
  const report = await generate();
  expect(report.warnings).toEqual([
    `drafts/scene-01: its prompt changed after a run that was cut off; the paid images are kept in .artdesk/recovered/${attemptId}.`,
  ]);
  expect(readFileSync(join(root, ".artdesk/recovered", attemptId, "0.png"))).toEqual(bytes);
  expect(existsSync(join(root, ".artdesk/journal", attemptId))).toBe(false);
  expect(report.totals).toMatchObject({ generated: 1 });
  expect(simulator.calls()).toHaveLength(2);
  expect((await generate()).warnings).toEqual([]);
  expect(readFileSync(join(root, ".artdesk/recovered", attemptId, "0.png"))).toEqual(bytes);
});

test("an image whose prompt file is broken for now waits in the journal", async () => {
  const { root, assets, simulator, generate } = await receivedOnly();
  const prompt = join(root, "drafts/scene-01.image.md");
  const text = readFileSync(prompt, "utf8");
  writeFileSync(prompt, text.replace("purpose: draft", "purpose: drafft"));
  const broken = await generate();
  expect(broken.warnings).toEqual([expect.stringContaining("is paid for and kept in .artdesk/journal/")]);
  writeFileSync(prompt, text);
  expect((await generate()).recovered).toEqual(["drafts/scene-01"]);
  expect(simulator.calls()).toHaveLength(1);
  expect((await auditWorkspace({ root, assets }, simulator)).violations).toEqual([]);
});

test("an image that a run delivered before it was killed is neither written nor counted again", async () => {
  const { root, simulator, generate, attemptId } = await receivedOnly();
  const record = join(root, ".artdesk/journal", attemptId);
  const copy = join(root, ".artdesk/copy-of-record");
  cpSync(record, copy, { recursive: true });
  await generate();
  expect(existsSync(record)).toBe(false);
  const lockFile = join(root, ".artdesk/lock/drafts/scene-01.json");
  const lock = readFileSync(lockFile, "utf8");
  // As if the run had been killed before it forgot the attempt, and a person had worked on the image since.
  renameSync(copy, record);
  const output = join(root, "drafts/images/scene-01.png");
  writeFileSync(output, "retouched");
  const report = await generate();
  expect(report.recovered).toEqual([]);
  expect(readFileSync(output, "utf8")).toBe("retouched");
  expect(readFileSync(lockFile, "utf8")).toBe(lock);
  expect(existsSync(record)).toBe(false);
  expect(simulator.calls()).toHaveLength(1);
});

test("money that was set aside for calls that never began is free again, and nobody is told to look for them", async () => {
  const { root, assets, simulator, openDesk, generate } = await deskUnderTest({ assetCount: 2 });
  const dead = await openDesk();
  const planned = await dead.artdesk.plan({ prompt: "Scene number 1. A quiet harbour.", purpose: "draft" });
  const [group = []] = await dead.artdesk.hold([{ planned, subject: "drafts/scene-01" }]);
  const [held] = group;
  if (!held) throw new Error("nothing was held");
  await dead.journal.begin({
    attemptId: held.id,
    run: dead.run,
    subject: held.subject,
    positions: [0],
    note: "",
    provider: held.provider,
    model: held.model,
    quality: held.quality,
    size: held.size,
    worstCaseMicroUsd: held.amountMicroUsd,
    startedAtMs: Date.now(),
  });
  const report = await generate();
  expect(report.warnings).toEqual([]);
  expect(report.totals).toMatchObject({ generated: 2, failed: 0 });
  expect(await auditWorkspace({ root, assets }, simulator)).toMatchObject({ violations: [], settled: 2 });
});

test("an asset that is not bought again gives the money back that was set aside for it", async () => {
  const { root, assets, simulator, generate } = await deskUnderTest({ assetCount: 3 });
  simulator.faults([{ kind: "cut_before_headers" }]);
  await generate({ keepGoing: true });
  const report = await generate({ keepGoing: true });
  expect(report.totals).toMatchObject({ failed: 1, unchanged: 2 });
  writeFileSync(
    join(root, "drafts/scene-09.image.md"),
    "---\npurpose: draft\n---\n\nScene number 9. A quiet harbour.\n",
  );
  const third = await generate({ keepGoing: true });
  expect(third.totals).toMatchObject({ failed: 1, generated: 1 });
  expect(third.budget.find(({ scope }) => scope.startsWith("month:"))?.reservedMicroUsd).toBe(0);
  const audit = await auditWorkspace({ root, assets }, simulator);
  expect(audit.unknown.size).toBe(1);
  expect(audit.imagesBoughtTwice).toBe(0);
});

test("half-written files of a killed run are cleared away", async () => {
  const { root, generate } = await receivedOnly();
  await generate(atFirstCall(() => undefined));
  const left = join(root, "drafts/images/.artdesk-0123456789abcdef.tmp");
  writeFileSync(left, "half");
  await generate();
  // Without a sign of a dead run nothing is looked for.
  expect(existsSync(left)).toBe(true);
  writeFileSync(
    join(root, ".artdesk/run.sqlite-holder.json"),
    JSON.stringify({ pid: 1, since: "2026-11-01T00:00:00.000Z", command: "artdesk generate", run: "dead" }),
  );
  await generate();
  expect(existsSync(left)).toBe(false);
});

test("a received image of a ledger that was lost and begun anew is delivered and booked", async () => {
  const { root, simulator, generate } = await receivedOnly();
  for (const name of ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "ledger-id"])
    rmSync(join(root, ".artdesk", name), { force: true });
  const report = await generate();
  expect(report.recovered).toEqual(["drafts/scene-01"]);
  const month = report.budget.find(({ scope }) => scope.startsWith("month:"));
  expect(month).toMatchObject({ spentMicroUsd: simulator.statement().totalMicroUsd, unknownMicroUsd: 0 });
  expect(simulator.calls()).toHaveLength(1);
});
