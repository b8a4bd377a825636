import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AssetDeskOptions, draftAsset, finalAsset, openAssetDesk, refineAsset } from "@artdesk/core/node";
import type { StatementEntry } from "@artdesk/simulator";
import { expect, onTestFinished, test } from "vitest";
import { startArtdesk } from "./crash/artdesk-process.ts";
import { callCli } from "./crash/call-cli.ts";
import { type DraftDesk, draftDesk } from "./draft-desk.ts";

const HERO = "docs/hero.image.md";
const DRAFTS = ".artdesk/drafts/docs/hero";
/** Makes one image per call, so that a run can be cut off between two of them. */
const ONE_PER_CALL = "version: 1\nbudget: { month: 20 }\nmodels: { draft: gemini-3.1-flash-lite-image }\n";

/** Names in the journal, and which of them are received. */
function journal(folder: string): { names: string[]; received: number } {
  const place = join(folder, ".artdesk/journal");
  const names = existsSync(place) ? readdirSync(place).filter((name) => !name.startsWith(".")) : [];
  const notes = names.map((name) => join(place, name, "attempt.json")).filter((note) => existsSync(note));
  return { names, received: notes.filter((note) => readFileSync(note, "utf8").includes('"state": "received"')).length };
}

/** The same step of the chain on a desk of its own, with `before` at the moment when its first call begins. */
async function stepWith(desk: DraftDesk, step: "draft" | "refine" | "final", before: () => void): Promise<void> {
  const options: AssetDeskOptions = {
    cwd: desk.folder,
    env: desk.simulator.env,
    stage: step === "final" ? "final" : "draft",
  };
  const assets = await openAssetDesk(options);
  onTestFinished(() => assets.close());
  const run = {
    asset: "docs/hero",
    onProgress: (event: { type: string; event?: { type: string } }) => {
      if (event.type === "asset_event" && event.event?.type === "attempt_started") before();
    },
  };
  const report =
    step === "draft"
      ? await draftAsset(assets, { ...run, count: 3 })
      : step === "refine"
        ? await refineAsset(assets, { ...run, correction: "warmer" })
        : await finalAsset(assets, { ...run, pick: 1 });
  expect(report).toMatchObject({
    status: "failed",
    error: { message: expect.stringContaining("is paid for and kept") as string },
  });
}

test("a draft run that is killed loses no received draft and buys none twice", async () => {
  const desk = await draftDesk({ "artdesk.yml": ONE_PER_CALL });
  const { folder, simulator, run } = desk;
  // The last call hangs until the run is killed.
  simulator.faults([{ kind: "slow", delayMs: 120_000, after: 5 }]);
  const killed = startArtdesk(["draft", HERO, "--count", "6"], { cwd: folder, env: simulator.env });
  while (journal(folder).received < 5 || desk.calls().length < 6) {
    expect(killed.hasEnded(), killed.stderr()).toBe(false);
    await sleep(20);
  }
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect(existsSync(join(folder, DRAFTS))).toBe(false);

  const second = await callCli(["draft", HERO, "--count", "6"], { cwd: folder, env: simulator.env });
  expect(second.code).toBe(1);
  expect(second.note).toContain("docs/hero: finished from a run that was cut off");
  const id = /artdesk budget reconcile (\S+)/.exec(second.note)?.[1] ?? "";
  expect(readdirSync(join(folder, DRAFTS)).filter((name) => /^\d+\./.test(name))).toHaveLength(5);
  expect(desk.calls()).toHaveLength(6);

  const unknownEntry = simulator.statement().entries.find(({ delivered }) => delivered !== true);
  const cost = (unknownEntry?.microUsd ?? 0) / 1_000_000;
  expect((await desk.json("budget", "reconcile", id, "--cost", String(cost))).code).toBe(0);
  const third = await run("draft", HERO, "--count", "6");
  expect(third.report).toMatchObject({ status: "made", chain: { drafts: 6 } });
  expect(third.report.images.map(({ isNew }) => isNew)).toEqual([false, false, false, false, false, true]);
  expect(desk.calls()).toHaveLength(7);
  expect(journal(folder).names).toEqual([]);

  const entries = simulator.statement().entries;
  const delivered = sum(entries.filter((entry) => entry.delivered === true));
  expect(third.report.chain.costMicroUsd).toBe(delivered);
  expect((await desk.json("report", "--by", "asset")).document).toMatchObject({
    rows: [{ key: "docs/hero", costMicroUsd: sum(entries) }],
  });
});

test.each(["draft", "refine", "final"] as const)(
  "a %s that was received but not delivered is delivered by the next run, and by `artdesk generate` too",
  async (step) => {
    for (const next of ["same", "generate"] as const) {
      const desk = await draftDesk();
      const { folder, simulator, run } = desk;
      if (step !== "draft") await run("draft", HERO, "--count", "1");
      const before = desk.calls().length;
      const target = step === "final" ? "docs/hero.png" : `${DRAFTS}/chain.json`;
      const moved = join(folder, `${DRAFTS}.moved`);
      await stepWith(desk, step, () => {
        if (step === "final") cpSync(join(folder, DRAFTS), join(folder, target), { recursive: true });
        else {
          if (step === "refine") renameSync(join(folder, DRAFTS), moved);
          else rmSync(join(folder, ".artdesk/drafts"), { recursive: true, force: true });
          writeFileSync(join(folder, step === "refine" ? DRAFTS : ".artdesk/drafts"), "in the way");
        }
      });
      rmSync(join(folder, step === "final" ? target : step === "refine" ? DRAFTS : ".artdesk/drafts"), {
        recursive: true,
      });
      if (step === "refine") renameSync(moved, join(folder, DRAFTS));
      expect(desk.calls()).toHaveLength(before + 1);

      const again = { draft: ["--count", "3"], refine: ["warmer"], final: ["--pick", "1"] }[step];
      if (next === "generate" && step === "final") {
        expect((await desk.json("generate")).document).toMatchObject({
          recovered: ["docs/hero"],
          totals: { unchanged: 1 },
        });
      } else {
        // A draft alone leaves the asset's own image to be made, which this command does not want.
        if (next === "generate") await desk.json("generate", "--max-cost", "0.000001");
        const { report } = await run(
          step,
          "docs/hero",
          ...again,
          ...(next === "generate" && step === "refine" ? ["--pick", "1"] : []),
        );
        expect(report).toMatchObject({ status: "unchanged", costMicroUsd: 0 });
        expect(report.recovered).toEqual(next === "same" ? ["docs/hero"] : []);
      }
      expect(desk.calls()).toHaveLength(before + 1);
      expect(journal(folder).names).toEqual([]);
      const { totalMicroUsd } = simulator.statement();
      expect((await desk.json("report")).document).toMatchObject({
        chains: [
          {
            drafts: step === "draft" ? 3 : 1,
            refinements: step === "refine" ? 1 : 0,
            finals: step === "final" ? 1 : 0,
            costMicroUsd: totalMicroUsd,
          },
        ],
      });
      if (step === "final")
        expect(desk.readJson(".artdesk/lock/docs/hero.json")).toMatchObject({
          chainCostMicroUsd: totalMicroUsd,
          parent: (await run("draft", HERO, "--count", "1")).report.images[0]?.sha256,
        });
    }
  },
);

test("a final whose prompt changed before the next run is set aside, and its price stays part of the chain", async () => {
  const desk = await draftDesk();
  const { folder, simulator, run } = desk;
  await run("draft", HERO, "--count", "1");
  const output = join(folder, "docs/hero.png");
  await stepWith(desk, "final", () => cpSync(join(folder, DRAFTS), output, { recursive: true }));
  rmSync(output, { recursive: true });
  const file = join(folder, HERO);
  writeFileSync(file, `${readFileSync(file, "utf8")}At dawn.\n`);
  const { report } = await run("refine", HERO, "warmer");
  expect(report.warnings).toContainEqual(expect.stringContaining("the paid images are kept in .artdesk/recovered/"));
  expect(existsSync(output)).toBe(false);
  expect(report.chain).toMatchObject({ finals: 0, costMicroUsd: simulator.statement().totalMicroUsd });
});

test("a draft that a run delivered before it was killed is neither written nor counted again", async () => {
  const desk = await draftDesk();
  const { folder, run } = desk;
  const copy = join(folder, "copy-of-journal");
  // A note of a delivered draft that its run did not live to forget.
  await stepWith(desk, "draft", () => writeFileSync(join(folder, ".artdesk/drafts"), "in the way"));
  rmSync(join(folder, ".artdesk/drafts"));
  cpSync(join(folder, ".artdesk/journal"), copy, { recursive: true });
  await run("draft", HERO, "--count", "3");
  const record = readFileSync(join(folder, DRAFTS, "chain.json"), "utf8");
  rmSync(join(folder, ".artdesk/journal"), { recursive: true });
  renameSync(copy, join(folder, ".artdesk/journal"));
  const { report } = await run("draft", HERO, "--count", "3");
  expect(report).toMatchObject({ status: "unchanged", recovered: [] });
  expect(readFileSync(join(folder, DRAFTS, "chain.json"), "utf8")).toBe(record);
  expect(desk.calls()).toHaveLength(1);
});

function sum(entries: readonly StatementEntry[]): number {
  return entries.reduce((total, { microUsd }) => total + microUsd, 0);
}
