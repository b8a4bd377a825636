import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { IDataObject } from "n8n-workflow";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import type { NodeRun } from "./harness/run-node.mts";
import { POSTER } from "./harness/three-posters.mts";

/** Twenty times as fast as the real one: slow enough that a request takes less than the margin the node keeps. */
const STEP_MS = 20;
const { setTimeout: soon } = globalThis;

let simulator: Simulator;
let isTicking = false;

/** The clock of node and simulator, one step per turn of the event loop: a slow machine slows it, too. */
function tick(): void {
  if (!isTicking) return;
  vi.advanceTimersByTime(STEP_MS);
  soon(tick, 1);
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: Date.UTC(2026, 10, 23) });
  simulator = await startSimulator({ seed: 1, imagesPerMinute: 5 });
  isTicking = true;
  tick();
});
afterEach(async () => {
  isTicking = false;
  vi.useRealTimers();
  await simulator.close();
});

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("an account's limit on n8n %s", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
  });

  const make = (count: number, concurrency: number): Promise<NodeRun> => {
    const input = Array.from({ length: count }, (_, index): IDataObject => ({ thing: `poster ${index}` }));
    return runArtdesk(
      { release, built, credentials: simulatorCredentials(simulator) },
      { ...POSTER, options: { quality: "low", concurrency } },
      input,
    );
  };
  const refusals = (): number => simulator.calls().filter(({ status }) => status === 429).length;

  it("is met: more images than a minute allows are all made, with one refusal at most", async () => {
    const startedAtMs = Date.now();
    const { items, run } = await make(8, 8);
    expect(run.data.resultData.error).toBeUndefined();
    expect(items).toHaveLength(8);
    expect([simulator.statement().images, refusals() <= 1]).toEqual([8, true]);
    // Five a minute: the last three cannot start before the first minute is over.
    expect(Date.now() - startedAtMs).toBeGreaterThan(60_000);
  });

  it("is known to the next execution, and shared by those that run at the same time", async () => {
    await make(6, 6);
    const before = refusals();
    const runs = await Promise.all([make(3, 3), make(3, 3)]);
    expect(runs.flatMap(({ items }) => items)).toHaveLength(6);
    expect([simulator.statement().images, refusals() - before]).toEqual([12, 0]);
  });
});
