import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openLedgerStore } from "@artdesk/core/node";
import { expect, test } from "vitest";
import { auditWorkspace } from "./crash/audit-workspace.ts";
import { atFirstCall, deskUnderTest } from "./crash/desk-under-test.ts";

test("an image that cannot be written stays in the journal, and the next run delivers it without a call", async () => {
  const { root, assets, simulator, generate } = await deskUnderTest();
  const folder = join(root, "drafts/images");
  const failed = await generate(atFirstCall(() => writeFileSync(folder, "in the way")));
  expect(failed.totals).toMatchObject({ generated: 0, failed: 1 });
  expect(failed.assets[0]?.error).toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(
      /leads through `images`, which is not a folder.* The image is paid for and kept in \.artdesk\/journal\/[0-9a-f-]{36}\.$/,
    ),
    hint: "Make room or mend the folder, then run again: it is delivered without another call.",
  });
  const kept = /\.artdesk\/journal\/[0-9a-f-]{36}/.exec(failed.assets[0]?.error?.message ?? "")?.[0] ?? "";
  const bytes = readFileSync(join(root, kept, "0.png"));
  expect(failed.assets[0]?.costMicroUsd).toBe(simulator.statement().totalMicroUsd);

  const still = await generate({ keepGoing: true });
  expect(still.totals).toMatchObject({ generated: 0, failed: 1 });
  expect(still.warnings).toContainEqual(expect.stringContaining(`is paid for and kept in ${kept}.`));

  rmSync(folder);
  const mended = await generate();
  expect(mended.recovered).toEqual(["drafts/scene-01"]);
  expect(mended.totals).toMatchObject({ unchanged: 1, failed: 0, costMicroUsd: 0 });
  expect(readFileSync(join(folder, "scene-01.png"))).toEqual(bytes);
  expect(simulator.calls()).toHaveLength(1);
  expect(await auditWorkspace({ root, assets }, simulator)).toMatchObject({ violations: [], settled: 1 });
});

test("a folder that stands where the image should be: nothing is bought again while it stands there", async () => {
  const { root, assets, simulator, generate } = await deskUnderTest();
  const inTheWay = join(root, "drafts/images/scene-01.png");
  await generate(atFirstCall(() => mkdirSync(inTheWay, { recursive: true })));
  await generate({ keepGoing: true });
  expect(simulator.calls()).toHaveLength(1);
  rmSync(inTheWay, { recursive: true });
  expect((await generate()).recovered).toEqual(["drafts/scene-01"]);
  expect(simulator.calls()).toHaveLength(1);
  expect((await auditWorkspace({ root, assets }, simulator)).violations).toEqual([]);
});

test("a lock entry that cannot be written does not cost the image a second call", async () => {
  const { root, assets, simulator, generate } = await deskUnderTest();
  const locks = join(root, ".artdesk/lock");
  const failed = await generate(atFirstCall(() => writeFileSync(locks, "in the way")));
  expect(failed.assets[0]?.error?.message).toContain("kept in .artdesk/journal/");
  rmSync(locks);
  expect((await generate()).recovered).toEqual(["drafts/scene-01"]);
  expect(simulator.calls()).toHaveLength(1);
  expect((await auditWorkspace({ root, assets }, simulator)).violations).toEqual([]);
});

test("an image that the journal cannot keep is booked and delivered all the same", async () => {
  const { root, assets, simulator, generate } = await deskUnderTest();
  const journal = join(root, ".artdesk/journal");
  const report = await generate(
    atFirstCall(() => {
      rmSync(journal, { recursive: true });
      writeFileSync(journal, "in the way");
    }),
  );
  expect(report.assets[0]?.attempts[0]).toMatchObject({ billed: "yes", outcome: "delivered" });
  expect(report.warnings).toEqual([
    expect.stringContaining("ended, but the journal or the ledger could not be written."),
  ]);
  expect(existsSync(join(root, "drafts/images/scene-01.png"))).toBe(true);
  rmSync(journal);
  expect((await generate()).totals).toMatchObject({ unchanged: 1 });
  expect(await auditWorkspace({ root, assets }, simulator)).toMatchObject({ violations: [], settled: 1 });
});

test("a cost that the ledger could not take is settled by the next run, once", async () => {
  const { root, assets, simulator, generate } = await deskUnderTest();
  const store = openLedgerStore("sqlite:.artdesk/ledger.sqlite", { cwd: root });
  let isBroken = false;
  const ledger: typeof store = {
    ...store,
    write: (...parameters) => (isBroken ? Promise.reject(new Error("disk full")) : store.write(...parameters)),
  };
  const report = await generate(
    atFirstCall(() => (isBroken = true)),
    { ledger },
  );
  expect(report.assets[0]).toMatchObject({ status: "generated", images: 1 });
  expect(report.warnings).toEqual([
    expect.stringContaining("ended, but the journal or the ledger could not be written."),
  ]);
  const second = await generate();
  expect(second.totals).toMatchObject({ unchanged: 1, failed: 0 });
  expect(simulator.calls()).toHaveLength(1);
  expect(await auditWorkspace({ root, assets }, simulator)).toMatchObject({ violations: [], settled: 1 });
  const lock = JSON.parse(readFileSync(join(root, ".artdesk/lock/drafts/scene-01.json"), "utf8")) as object;
  expect(lock).toMatchObject({ costMicroUsd: simulator.statement().totalMicroUsd });
});
