import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createReadTurns } from "./read-turns.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Takes turns and notes in which order they come. */
function takers(atOnce: number, patienceMs: number, count: number): { begun: number[]; ends: (() => void)[] } {
  const turns = createReadTurns(atOnce, patienceMs);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const take = async (taker: number): Promise<void> => {
    ends[taker] = await turns.take();
    begun.push(taker);
  };
  for (let taker = 0; taker < count; taker += 1) void take(taker);
  return { begun, ends };
}

test("no more than so many at once, the others in their order", async () => {
  const { begun, ends } = takers(2, 250, 5);
  await setImmediate();
  expect(begun).toEqual([0, 1]);
  ends[1]?.();
  ends[1]?.();
  await setImmediate();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  await setImmediate();
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a turn that does not come in time is taken all the same, and counts", async () => {
  const { begun, ends } = takers(1, 250, 3);
  await setImmediate();
  vi.advanceTimersByTime(249);
  await setImmediate();
  expect(begun).toEqual([0]);
  vi.advanceTimersByTime(1);
  await setImmediate();
  expect(begun).toEqual([0, 1, 2]);
  for (const end of ends) end();
  expect(vi.getTimerCount()).toBe(0);
});
