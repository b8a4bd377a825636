import { startSimulator, type Simulator } from "@artdesk/simulator";
import { expect, onTestFinished, test } from "vitest";
import { ArtdeskError } from "../../basics/errors.ts";
import type { Http } from "../../basics/ports.ts";
import type { ImageRequest } from "../../basics/types.ts";
import { builtInCatalogue } from "../../models/catalogue/built-in-catalogue.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { systemRandom } from "../../node/platform/system-random.ts";
import { createUndiciHttp } from "../../node/platform/undici-http.ts";
import { fakeClock, type FakeClock } from "../../testing/fake-clock.ts";
import type { Ledger } from "../ledger/ledger-types.ts";
import { createLedger } from "../ledger/ledger.ts";
import { createMemoryLedgerStore } from "../ledger/memory-ledger-store.ts";
import { planAlone } from "./__fixtures__/plan-alone.ts";
import {
  type BatchDesk,
  type CollectedBatch,
  type CollectedCall,
  createBatchDesk,
  type DeskOrder,
} from "./batch-desk.ts";

interface World {
  simulator: Simulator;
  clock: FakeClock;
  ledger: Ledger;
  /** A desk as another process would open it. */
  openDesk: (change?: (http: Http) => Http) => BatchDesk;
}

async function openWorld(options: Parameters<typeof startSimulator>[0] = {}): Promise<World> {
  const simulator = await startSimulator({ now: () => Date.UTC(2026, 10, 23), ...options });
  const http = createUndiciHttp({ providers: builtInCatalogue.providers.values(), env: simulator.env });
  onTestFinished(async () => {
    await http.close();
    await simulator.close();
  });
  const clock = fakeClock();
  const store = createMemoryLedgerStore();
  const ledger = createLedger({ store, clock, random: systemRandom, budget: {}, run: "run" });
  const base = { catalogue: builtInCatalogue, random: systemRandom, codec: nodeCodec, ledger, clock, store };
  return {
    simulator,
    clock,
    ledger,
    openDesk: (change = (same) => same) => createBatchDesk({ ...base, http: change(http) }),
  };
}

function orderOf(prompt: string, change: Partial<ImageRequest> = {}, ownDiscountPercent = 50): DeskOrder {
  const planned = planAlone({ prompt, model: "gpt-image-2", quality: "low", ...change });
  return { planned, subject: prompt, note: `note of ${prompt}`, ownDiscountPercent };
}

async function collect(desk: BatchDesk, name: string): Promise<{ batch: CollectedBatch; calls: CollectedCall[] }> {
  const calls: CollectedCall[] = [];
  const batch = await desk.collect(name, async (call) => void calls.push(call));
  return { batch, calls };
}

async function money(ledger: Ledger): Promise<{ spent: number; reserved: number; unknown: number }> {
  const [month] = (await ledger.spend({})).balances;
  return {
    spent: month?.spentMicroUsd ?? 0,
    reserved: month?.reservedMicroUsd ?? 0,
    unknown: month?.unknownMicroUsd ?? 0,
  };
}

test("hands in one batch per model, and another process collects each, twice, and pays once", async () => {
  const { simulator, ledger, openDesk } = await openWorld({ batchPolls: 1 });
  simulator.faults([{ kind: "moderation", match: "a fox" }]);
  const orders = [
    orderOf("a fox"),
    orderOf("an owl", { count: 2 }),
    orderOf("a hare", { model: "gemini-nano-banana-2.1", quality: undefined }),
  ];
  const { batches, failed } = await openDesk().submit(orders);
  expect(failed).toEqual([]);
  expect(batches.map(({ state, provider, images }) => [state, provider, images])).toEqual([
    ["submitted", "openai", 3],
    ["submitted", "gemini", 1],
  ]);
  for (const { fullMicroUsd, estimateMicroUsd, heldMicroUsd } of batches) {
    expect(estimateMicroUsd).toBeLessThan(fullMicroUsd);
    expect(heldMicroUsd).toBeGreaterThanOrEqual(fullMicroUsd);
  }
  const heldMicroUsd = batches.reduce((sum, batch) => sum + batch.heldMicroUsd, 0);
  expect(await money(ledger)).toEqual({ spent: 0, reserved: heldMicroUsd, unknown: 0 });

  const desk = openDesk();
  const names = batches.map(({ name }) => name);
  expect(await desk.open()).toEqual(names);
  for (const name of names) expect((await collect(desk, name)).batch).toMatchObject({ state: "running" });
  expect(await money(ledger)).toMatchObject({ spent: 0, reserved: heldMicroUsd });

  for (const again of [false, true]) {
    const found: CollectedCall[] = [];
    let costMicroUsd = 0;
    for (const name of names) {
      const { batch, calls } = await collect(openDesk(), name);
      expect(batch).toMatchObject({ state: "ended", again });
      if (batch.state === "ended") costMicroUsd += batch.costMicroUsd;
      found.push(...calls);
      await desk.close(batch);
    }
    expect(found.map(({ record, reply, error }) => [record.note, reply?.images.length, error?.code])).toEqual([
      ["note of a fox", undefined, "content_refused"],
      ["note of an owl", 2, undefined],
      ["note of a hare", 1, undefined],
    ]);
    const { totalMicroUsd } = simulator.statement();
    expect(costMicroUsd).toBe(totalMicroUsd);
    expect(await money(ledger)).toEqual({ spent: totalMicroUsd, reserved: 0, unknown: 0 });
    expect(await desk.open()).toEqual([]);
  }
});

test("delivers before it books: what could not be kept is collected again, and paid once", async () => {
  const { simulator, ledger, openDesk } = await openWorld({ batchPolls: 0 });
  const { batches } = await openDesk().submit([orderOf("a fox")]);
  const name = batches[0]?.name ?? "";
  const full = openDesk().collect(name, () => Promise.reject(new Error("disk full")));
  await expect(full).rejects.toThrow("disk full");
  expect((await money(ledger)).spent).toBe(0);
  expect((await collect(openDesk(), name)).calls[0]?.reply?.images).toHaveLength(1);
  expect(await money(ledger)).toEqual({ spent: simulator.statement().totalMicroUsd, reserved: 0, unknown: 0 });
});

test("finds a batch whose answer got lost, by its name", async () => {
  const { simulator, ledger, openDesk } = await openWorld({ batchPolls: 0 });
  const lossy = (http: Http): Http => ({
    ...http,
    async send(request, options) {
      const response = await http.send(request, options);
      if (request.path !== "/batches") return response;
      for await (const _chunk of response.body) break;
      throw new ArtdeskError({ code: "network", shortMessage: "Cut.", billed: "unknown" });
    },
  });
  const { batches } = await openDesk(lossy).submit([orderOf("a fox")]);
  expect(batches).toMatchObject([{ state: "unknown", error: { code: "network" } }]);
  const { batch, calls } = await collect(openDesk(), batches[0]?.name ?? "");
  expect([batch.state, calls[0]?.reply?.images.length]).toEqual(["ended", 1]);
  expect(await money(ledger)).toEqual({ spent: simulator.statement().totalMicroUsd, reserved: 0, unknown: 0 });
});

test("frees the money of a batch that never arrived, but not while it may still be on its way", async () => {
  const { simulator, clock, ledger, openDesk } = await openWorld();
  const unheard = (http: Http): Http => ({
    ...http,
    send: (request, options) =>
      request.path === "/batches"
        ? Promise.reject(new ArtdeskError({ code: "network", shortMessage: "Cut.", billed: "unknown" }))
        : http.send(request, options),
  });
  const { batches } = await openDesk(unheard).submit([orderOf("a fox")]);
  const name = batches[0]?.name ?? "";
  const desk = openDesk();
  expect((await collect(desk, name)).batch).toMatchObject({ state: "running", detail: "being handed in" });
  expect((await money(ledger)).reserved).toBeGreaterThan(0);
  await clock.advance(16 * 60_000);
  const { batch } = await collect(desk, name);
  expect(batch.state).toBe("not_taken");
  await desk.close(batch);
  expect([await money(ledger), await desk.open()]).toEqual([{ spent: 0, reserved: 0, unknown: 0 }, []]);
  expect(simulator.statement().entries).toEqual([]);
});

test("a batch that is refused costs nothing and is not open; one that nobody knows is named", async () => {
  const { ledger, openDesk } = await openWorld();
  const refusing = (http: Http): Http => ({
    ...http,
    send: (request, options) =>
      http.send({ ...request, path: request.path.replace(/^\/batches$/, "/nothing") }, options),
  });
  const desk = openDesk(refusing);
  const { batches } = await desk.submit([orderOf("a fox")]);
  expect(batches).toMatchObject([{ state: "refused", error: { billed: "no" } }]);
  expect([await money(ledger), await desk.open()]).toEqual([{ spent: 0, reserved: 0, unknown: 0 }, []]);
  await expect(collect(desk, "artdesk-none")).rejects.toMatchObject({ code: "invalid_request" });
});
