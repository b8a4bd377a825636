import { expect, test } from "vitest";
import { Timers } from "./timers.ts";

test("close ends every wait and leaves no timer", async () => {
  const timers = new Timers();
  const waits = [timers.wait(3_600_000), timers.wait(3_600_000)];
  expect(timers.pending).toBe(2);
  timers.close();
  await Promise.all(waits);
  expect(timers.pending).toBe(0);
  await timers.wait(3_600_000);
  expect(timers.pending).toBe(0);
});

test("a wait ends by itself, and no time is no timer", async () => {
  const timers = new Timers();
  await timers.wait(1);
  void timers.wait(0);
  expect(timers.pending).toBe(0);
});
