import { expect, test } from "vitest";
import { fakeClock } from "../../testing/fake-clock.ts";
import { createMemoryLedgerStore } from "../ledger/memory-ledger-store.ts";
import { decide, grant, learn, refuse } from "./admission.ts";
import { nextCheapMs, parseCheapHours } from "./cheap-hours.ts";
import { emptyLane, type LaneState, parseLane, serializeLane } from "./lane-state.ts";
import { orderJobs } from "./order-jobs.ts";
import { createPacer, type PacedJob, type PacerOptions } from "./pacer.ts";

const NOW_MS = Date.UTC(2026, 10, 24, 12);
const ONE = { images: 1, tokens: 1_000, microUsd: 134_000 };

function job(fields: Partial<PacedJob> = {}): PacedJob {
  return {
    lane: "example/model",
    published: { tiers: [] },
    group: "",
    ...ONE,
    expectedMs: 20_000,
    deadlineAtMs: undefined,
    isLow: false,
    leaseMs: 600_000,
    notBeforeMs: 0,
    ...fields,
  };
}

function pacerOptions(): Pick<PacerOptions, "clock" | "random" | "process"> & { clock: ReturnType<typeof fakeClock> } {
  let ids = 0;
  return {
    clock: fakeClock({ startMs: NOW_MS, manual: true }),
    random: { next: () => 0.5, id: () => `id-${(ids += 1)}` },
    process: "one",
  };
}

test("a window of ten minutes holds no more money than the tier allows", () => {
  const published = { tiers: [], fixed: { microUsd: 10_000_000 } };
  let state: LaneState = emptyLane();
  let started = 0;
  for (
    let verdict = decide(state, published, ONE, NOW_MS);
    verdict.go;
    verdict = decide(state, published, ONE, NOW_MS)
  ) {
    state = grant(state, ONE, { nowMs: NOW_MS, isProbe: false, lease: undefined });
    started += 1;
  }
  expect(started).toBe(74);
  const verdict = decide(state, published, ONE, NOW_MS + 300_000);
  expect(verdict).toMatchObject({ go: false, because: "microUsd" });
  expect(!verdict.go && verdict.untilMs - NOW_MS).toBe(600_750);
});

test("tokens a minute bind where images do not", () => {
  const published = { tiers: [], fixed: { images: 50, tokens: 20_000 } };
  const state = grant(emptyLane(), { ...ONE, tokens: 14_000 }, { nowMs: NOW_MS, isProbe: false, lease: undefined });
  expect(decide(state, published, { ...ONE, tokens: 7_000 }, NOW_MS)).toMatchObject({ go: false, because: "tokens" });
  // Larger than the limit as a whole: the provider may say no, we do not for ever.
  expect(decide(emptyLane(), published, { ...ONE, tokens: 30_000 }, NOW_MS)).toMatchObject({ go: true });
});

test("a stated figure of a published tier tells the others", () => {
  const tiers = [
    { name: "tier 1", images: 5, tokens: 100_000 },
    { name: "tier 3", images: 50, tokens: 800_000 },
  ];
  expect(learn(emptyLane(), { tiers }, { tokens: 800_000 }, NOW_MS).known).toEqual({ images: 50, tokens: 800_000 });
  expect(learn(emptyLane(), { tiers }, { tokens: 150_000_000 }, NOW_MS).known).toEqual({ tokens: 150_000_000 });
});

test("a refusal closes the lane for as long as the provider says, and the call does not count", () => {
  const state = grant(emptyLane(), ONE, { nowMs: NOW_MS, isProbe: false, lease: undefined });
  const refusal = { need: ONE, grantedAtMs: NOW_MS, isProbe: false, retryAfterMs: 12_000, stated: { images: 5 } };
  const refused = refuse(state, { tiers: [] }, refusal, NOW_MS + 100);
  expect(refused.grants).toEqual([]);
  expect(decide(refused, { tiers: [] }, ONE, NOW_MS + 200)).toEqual({
    go: false,
    untilMs: NOW_MS + 12_100,
    because: "refused",
  });
});

test("the shared document survives a round trip, and one that is broken counts as empty", () => {
  const state = grant(emptyLane(), ONE, { nowMs: NOW_MS, isProbe: true, lease: { id: "a", untilMs: NOW_MS + 1 } });
  expect(parseLane(serializeLane(state))).toEqual(state);
  expect(parseLane("{")).toEqual(emptyLane());
  expect(parseLane('{"format":2}')).toEqual(emptyLane());
});

test("groups take turns, deadlines go first, low work last, the longest first at the end", () => {
  const jobs = [
    { ...job({ group: "a", expectedMs: 10 }), name: "a10" },
    { ...job({ group: "a", expectedMs: 30 }), name: "a30" },
    { ...job({ group: "a", expectedMs: 20 }), name: "a20" },
    { ...job({ group: "b", expectedMs: 5 }), name: "b5" },
    { ...job({ group: "b", expectedMs: 9, isLow: true }), name: "low" },
    { ...job({ group: "b", expectedMs: 7, deadlineAtMs: NOW_MS }), name: "due" },
  ];
  expect(orderJobs(jobs, 2).map(({ name }) => name)).toEqual(["due", "a30", "a20", "b5", "a10", "low"]);
  expect(orderJobs(jobs.slice(0, 4), 0).map(({ name }) => name)).toEqual(["a30", "b5", "a20", "a10"]);
});

test("a limit on calls at the same time is shared by processes, and a dead one's calls end by themselves", async () => {
  const store = createMemoryLedgerStore();
  const options = pacerOptions();
  const published = { tiers: [], concurrency: 1 };
  const first = createPacer({ ...options, store, process: "one" });
  const second = createPacer({ ...options, store, process: "two" });
  const pass = await first.enter(job({ published }));
  let entered = 0;
  const waits: string[] = [];
  const onWait = ({ because }: { because: string }): void => void waits.push(because);
  const next = second.enter(job({ published }), { onWait }).then((granted) => ((entered += 1), granted));
  await options.clock.advance(100);
  expect(entered).toBe(0);
  expect(waits).toEqual(["concurrency"]);
  await pass.end();
  await options.clock.advance(60_000);
  expect(entered).toBe(1);
  await next;
  const third = first.enter(job({ published })).then(() => (entered += 1));
  await options.clock.advance(700_000);
  expect(entered).toBe(2);
  await third;
});

test.each([
  ["two hours", 7_200_000],
  ["years", 90 * 365 * 86_400_000],
])(
  "a provider that asks for %s closes its lane for an hour at most, and nobody waits for it",
  async (_, retryAfterMs) => {
    const store = createMemoryLedgerStore();
    const options = pacerOptions();
    const first = createPacer({ ...options, store, process: "one" });
    await (await first.enter(job())).refused({ retryAfterMs, stated: {} });
    // A later run on the same books.
    const second = createPacer({ ...options, store, process: "two" });
    const waits: unknown[] = [];
    await expect(second.enter(job(), { onWait: (wait) => waits.push(wait) })).rejects.toMatchObject({
      code: "rate_limited",
      billed: "no",
      shortMessage: "The provider has asked for no calls until 2026-11-24 13:00 UTC; nothing was sent.",
    });
    expect(waits).toEqual([]);
    await options.clock.advance(3_600_001);
    await second.enter(job());
  },
);

test("what a clock ahead of its time has written does not keep a lane closed", async () => {
  const store = createMemoryLedgerStore();
  const ahead = pacerOptions();
  await ahead.clock.advance(40 * 86_400_000);
  await (
    await createPacer({ ...ahead, store, process: "one" }).enter(job())
  ).refused({ retryAfterMs: 60_000, stated: {} });
  await createPacer({ ...pacerOptions(), store, process: "two" }).enter(job());
});

test("a call that cannot start before its deadline is not made, and an aborted wait ends", async () => {
  const options = pacerOptions();
  const pacer = createPacer({ ...options, fixed: { example: { images: 1 } } });
  await pacer.enter(job());
  await expect(pacer.enter(job({ deadlineAtMs: NOW_MS + 30_000 }))).rejects.toMatchObject({
    code: "timeout",
    billed: "no",
  });
  const stop = new AbortController();
  const waiting = pacer.enter(job(), { signal: stop.signal });
  await options.clock.advance(1_000);
  stop.abort();
  await options.clock.advance(1);
  await waiting;
  expect(options.clock.nowMs()).toBe(NOW_MS + 1_001);
});

test("a store that fails leaves the limit to this process", async () => {
  const options = pacerOptions();
  const store = {
    read: () => Promise.reject(new Error("down")),
    write: () => Promise.reject(new Error("down")),
  };
  const pacer = createPacer({ ...options, store, fixed: { example: { images: 1 } } });
  await pacer.enter(job());
  let entered = false;
  void pacer.enter(job()).then(() => (entered = true));
  await options.clock.advance(60_000);
  expect(entered).toBe(false);
  await options.clock.advance(2_000);
  expect(entered).toBe(true);
});

test("cheap hours may pass midnight", () => {
  const hours = parseCheapHours("22:00-06:00");
  expect(hours).toBeDefined();
  if (!hours) return;
  expect(nextCheapMs(hours, NOW_MS)).toBe(Date.UTC(2026, 10, 24, 22));
  expect(nextCheapMs(hours, Date.UTC(2026, 10, 24, 23, 30))).toBe(Date.UTC(2026, 10, 24, 23, 30));
  expect(nextCheapMs(hours, Date.UTC(2026, 10, 25, 6))).toBe(Date.UTC(2026, 10, 25, 22));
  expect([parseCheapHours("24:00-01:00"), parseCheapHours("05:00-05:00")]).toEqual([undefined, undefined]);
});

test.each([
  { due: "no deadline", deadlineAtMs: undefined, startsMs: Date.UTC(2026, 10, 24, 22) },
  { due: "after the cheap hours begin", deadlineAtMs: Date.UTC(2026, 10, 25, 5), startsMs: Date.UTC(2026, 10, 24, 22) },
  { due: "before the cheap hours begin", deadlineAtMs: Date.UTC(2026, 10, 24, 18), startsMs: NOW_MS },
])("low work that is due with $due waits only where that helps", async ({ deadlineAtMs, startsMs }) => {
  const options = pacerOptions();
  const cheapHours = { example: { fromMs: 22 * 3_600_000, toMs: 6 * 3_600_000 } };
  const pacer = createPacer({ ...options, cheapHours, deadlineAtMs });
  let startedAtMs: number | undefined;
  const start = async (): Promise<void> => {
    await pacer.enter(job({ isLow: true }));
    startedAtMs = options.clock.nowMs();
  };
  void start();
  await options.clock.advance(24 * 3_600_000);
  expect(startedAtMs).toBe(startsMs);
});

test("nothing starts after the deadline of the whole run, not even what no limit holds back", async () => {
  const options = pacerOptions();
  const pacer = createPacer({ ...options, deadlineAtMs: NOW_MS + 60_000 });
  await options.clock.advance(60_000);
  await pacer.enter(job());
  await options.clock.advance(1);
  await expect(pacer.enter(job())).rejects.toMatchObject({ code: "timeout", billed: "no" });
  await expect(pacer.enter(job({ deadlineAtMs: NOW_MS + 600_000 }))).rejects.toMatchObject({ code: "timeout" });
});
