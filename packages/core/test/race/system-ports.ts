import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Clock, Random } from "../../src/ports.ts";

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (durationMs) => setTimeout(durationMs),
};

export const systemRandom: Random = { next: () => Math.random(), id: () => randomUUID() };
