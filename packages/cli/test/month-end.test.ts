import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fakeClock } from "@artdesk/core/testing";
import type { Clock } from "@artdesk/core";
import { afterEach, expect, test, vi } from "vitest";
import { atFirstCall, deskUnderTest } from "./crash/desk-under-test.ts";

afterEach(() => vi.unstubAllEnvs());

/** A clock that a test can set to any moment, also back. */
function settableClock(startMs: number): Clock & { set(nowMs: number): void } {
  let offsetMs = 0;
  const clock = fakeClock({ startMs });
  return {
    nowMs: () => clock.nowMs() + offsetMs,
    sleep: (durationMs, signal) => clock.sleep(durationMs, signal),
    set: (nowMs) => void (offsetMs = nowMs - clock.nowMs()),
  };
}

const NOVEMBER_END_MS = Date.UTC(2026, 10, 30, 23, 59, 59, 900);
const DECEMBER_MS = Date.UTC(2026, 11, 1, 0, 0, 5);

test("a call that crosses the month's end is charged to the month in which its money was set aside", async () => {
  const clock = settableClock(NOVEMBER_END_MS);
  const { simulator, generate, openDesk } = await deskUnderTest({ assetCount: 2, concurrency: 1 });
  const report = await generate(
    atFirstCall(() => clock.set(DECEMBER_MS)),
    { clock },
  );
  expect(report.totals).toMatchObject({ generated: 2, failed: 0 });
  const { ledger } = (await openDesk({ clock })).artdesk;
  const november = await ledger.entries("2026-11");
  expect(november.map(({ state }) => state)).toEqual(["settled", "settled"]);
  expect(november.reduce((sum, { microUsd }) => sum + microUsd, 0)).toBe(simulator.statement().totalMicroUsd);
  expect(await ledger.entries("2026-12")).toEqual([]);
});

test("a clock that is set back during a run loses no image and no cost", async () => {
  const clock = settableClock(DECEMBER_MS);
  const { simulator, generate, openDesk } = await deskUnderTest({ assetCount: 3, concurrency: 1 });
  const report = await generate(
    atFirstCall(() => clock.set(NOVEMBER_END_MS)),
    { clock },
  );
  expect(report.totals).toMatchObject({ generated: 3, failed: 0, images: 4 });
  expect(report.assets.every(({ attempts }) => attempts.every(({ durationMs }) => durationMs >= 0))).toBe(true);
  const { ledger } = (await openDesk({ clock })).artdesk;
  const december = await ledger.entries("2026-12");
  expect(december.map(({ state }) => state)).toEqual(["settled", "settled", "settled"]);
  expect(december.reduce((sum, { microUsd }) => sum + microUsd, 0)).toBe(simulator.statement().totalMicroUsd);
  expect(await ledger.entries("2026-11")).toEqual([]);
  expect((await generate({}, { clock })).totals).toMatchObject({ unchanged: 3, failed: 0 });
});

test("what a run of last month left is delivered and settled in the next one, and charged to its own month", async () => {
  const clock = settableClock(NOVEMBER_END_MS);
  const { root, simulator, generate, openDesk } = await deskUnderTest();
  const folder = join(root, "drafts/images");
  await generate(
    atFirstCall(() => writeFileSync(folder, "in the way")),
    { clock },
  );
  rmSync(folder);
  clock.set(DECEMBER_MS);
  const next = await generate({}, { clock });
  expect(next.recovered).toEqual(["drafts/scene-01"]);
  expect(simulator.calls()).toHaveLength(1);
  const { ledger } = (await openDesk({ clock })).artdesk;
  expect(await ledger.entries("2026-11")).toMatchObject([
    { state: "settled", microUsd: simulator.statement().totalMicroUsd },
  ]);
});

test("a possibly billed call of last month is still not bought again, and can be reconciled", async () => {
  const clock = settableClock(NOVEMBER_END_MS);
  const { simulator, generate, openDesk } = await deskUnderTest();
  simulator.faults([{ kind: "cut_before_headers" }]);
  await generate({}, { clock });
  clock.set(DECEMBER_MS);
  const next = await generate({}, { clock });
  expect(next.totals).toMatchObject({ failed: 1, generated: 0 });
  expect(simulator.calls()).toHaveLength(1);
  const { ledger } = (await openDesk({ clock })).artdesk;
  const [unknown] = await ledger.outstanding();
  expect(unknown).toMatchObject({ state: "unknown", month: "2026-11", subject: "drafts/scene-01" });
  await ledger.reconcile(unknown?.id ?? "", simulator.statement().totalMicroUsd);
  expect(await ledger.entries("2026-11")).toMatchObject([
    { state: "settled", microUsd: simulator.statement().totalMicroUsd },
  ]);
  expect((await generate({}, { clock })).totals).toMatchObject({ generated: 1 });
});

test("a call whose time is over before it is sent, as after a machine slept, is not sent", async () => {
  const clock = settableClock(NOVEMBER_END_MS);
  const { simulator, generate, openDesk } = await deskUnderTest();
  const report = await generate(
    atFirstCall(() => clock.set(NOVEMBER_END_MS + 86_400_000)),
    { clock },
  );
  expect(report.assets[0]?.attempts).toMatchObject([
    { billed: "no", costMicroUsd: 0, error: { code: "timeout" } },
    { billed: "yes", outcome: "delivered" },
  ]);
  expect(report.totals).toMatchObject({ generated: 1, possiblyBilledMicroUsd: 0 });
  // Only the next offer, with time of its own.
  expect(simulator.calls()).toHaveLength(1);
  const { ledger } = (await openDesk({ clock })).artdesk;
  expect(await ledger.entries("2026-11")).toMatchObject([{ state: "released", microUsd: 0 }]);
});

test.each(["America/New_York", "Pacific/Auckland"])(
  "months are UTC months in %s, daylight saving or not",
  async (zone) => {
    vi.stubEnv("TZ", zone);
    // New York leaves daylight saving at 06:00 UTC that day; at 03:30 UTC it is still October there.
    for (const [index, atMs] of [Date.UTC(2026, 10, 1, 3, 30), Date.UTC(2026, 10, 1, 5, 59, 59)].entries()) {
      const clock = settableClock(atMs);
      const { assets, simulator, generate, openDesk } = await deskUnderTest({ assetCount: index + 1 });
      await generate(
        atFirstCall(() => clock.set(atMs + 60_000)),
        { clock },
      );
      const entries = await (await openDesk({ clock })).artdesk.ledger.entries("2026-11");
      expect(entries.map(({ state, month }) => ({ state, month }))).toEqual(
        assets.map(() => ({ state: "settled", month: "2026-11" })),
      );
      expect(simulator.statement().entries).toHaveLength(entries.length);
    }
  },
);
