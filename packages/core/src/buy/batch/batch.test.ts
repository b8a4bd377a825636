import type { BatchCreateParams } from "openai/resources/batches";
import { describe, expect, it } from "vitest";
import type { LedgerStore } from "../../basics/ports.ts";
import type { ImageRequest } from "../../basics/types.ts";
import { openBatchClient } from "../../models/batch-services/batch-client.ts";
import { builtInCatalogue } from "../../models/catalogue/built-in-catalogue.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { systemRandom } from "../../node/platform/system-random.ts";
import { fakeClock } from "../../testing/fake-clock.ts";
import { fakeHttp, type FakeStep } from "../../testing/fake-http.ts";
import type { Ledger } from "../ledger/ledger-types.ts";
import { createLedger } from "../ledger/ledger.ts";
import { createMemoryLedgerStore } from "../ledger/memory-ledger-store.ts";
import { planAlone } from "./__fixtures__/plan-alone.ts";
import { type BatchCall, batchCallsOf, batchesOf, type BatchHost, type BatchOrder } from "./batch-calls.ts";
import { createBatchShelf } from "./batch-shelf.ts";
import { requireBatchOffers } from "./batch-terms.ts";
import { handInBatch } from "./hand-in-batch.ts";

const WINDOW_MS = 86_400_000;
const clock = fakeClock();

function newHost(store: LedgerStore = createMemoryLedgerStore()): BatchHost {
  const ledger = createLedger({ store, clock, random: systemRandom, budget: {}, run: "run" });
  return { catalogue: builtInCatalogue, ledger, random: systemRandom, codec: nodeCodec };
}

function orderOf(change: Partial<ImageRequest> = {}): BatchOrder {
  const planned = planAlone({ prompt: "A lighthouse", model: "gpt-image-2", quality: "low", ...change });
  return { planned, subject: "lighthouse" };
}

async function heldMicroUsd(ledger: Ledger): Promise<number> {
  const { balances } = await ledger.spend({});
  return balances[0]?.reservedMicroUsd ?? 0;
}

interface HandedIn {
  outcome: Awaited<ReturnType<typeof handInBatch>>;
  host: BatchHost;
  events: string[];
  http: ReturnType<typeof fakeHttp>;
  calls: BatchCall<BatchOrder>[];
}

async function handIn(
  steps: readonly FakeStep[],
  change: { onSubmitted?: () => Promise<void>; onBegin?: () => Promise<void> } = {},
): Promise<HandedIn> {
  const host = newHost();
  const http = fakeHttp(steps);
  const calls = await batchCallsOf(host, orderOf({ count: 2 }));
  const events: string[] = [];
  const outcome = await handInBatch({
    client: openBatchClient("openai", http),
    ledger: host.ledger,
    name: "artdesk-0123456789",
    calls,
    windowMs: WINDOW_MS,
    unknownHint: "Look later.",
    notes: {
      async begin() {
        events.push("begin");
        await change.onBegin?.();
      },
      async submitted(id) {
        events.push(`submitted ${id}`);
        await change.onSubmitted?.();
      },
      async forget() {
        events.push("forget");
      },
    },
  });
  return { outcome, host, events, http, calls };
}

describe("handing a batch in", () => {
  it("sends the file and the batch as OpenAI wants them, and keeps the money until it is collected", async () => {
    const { outcome, host, events, http, calls } = await handIn([
      { body: { id: "file-1" } },
      { body: { id: "batch_1" } },
    ]);
    expect([outcome, events]).toEqual(["batch_1", ["begin", "submitted batch_1"]]);
    const [upload, batch] = http.requests.map(({ request }) => request);
    const form = new TextDecoder().decode(upload?.body as Uint8Array);
    expect(form).toContain('name="purpose"\r\n\r\nbatch\r\n');
    const lines = form.split("\n").filter((line) => line.startsWith("{"));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      calls.map(({ line }) => ({
        custom_id: line.id,
        method: "POST",
        url: "/v1/images/generations",
        body: JSON.parse(line.request.body as string) as unknown,
      })),
    );
    const wanted: BatchCreateParams = {
      input_file_id: "file-1",
      endpoint: "/v1/images/generations",
      completion_window: "24h",
      metadata: { artdesk: "artdesk-0123456789" },
    };
    expect([batch?.path, JSON.parse(batch?.body as string)]).toEqual(["/batches", wanted]);
    const held = calls.reduce((sum, { reservation }) => sum + reservation.amountMicroUsd, 0);
    expect(held).toBeGreaterThan(0);
    await clock.advance(1.9 * WINDOW_MS);
    await host.ledger.sweep();
    expect(await heldMicroUsd(host.ledger)).toBe(held);
    expect((await host.ledger.outstanding()).map(({ state }) => state)).toEqual(calls.map(() => "in_flight"));
  });

  it.each<[string, readonly FakeStep[]]>([
    ["the file could not be handed over", [{ status: 500 }]],
    [
      "the provider refuses the batch",
      [{ body: { id: "file-1" } }, { status: 400, body: { error: { message: "No." } } }],
    ],
  ])("gives the money back when %s", async (_what, steps) => {
    const { outcome, host, events } = await handIn(steps);
    expect(outcome).toMatchObject({ billed: "no", provider: "openai" });
    expect([events, await heldMicroUsd(host.ledger)]).toEqual([["begin", "forget"], 0]);
  });

  it("keeps notes and money when nobody knows whether the provider has it", async () => {
    const { outcome, host, events } = await handIn([{ body: { id: "file-1" } }, { status: 500 }]);
    expect(outcome).toMatchObject({ billed: "unknown", hint: "Look later." });
    expect(events).toEqual(["begin"]);
    expect(await heldMicroUsd(host.ledger)).toBeGreaterThan(0);
  });

  it("keeps a batch that was taken, even when its id cannot be noted", async () => {
    const { outcome, host, events } = await handIn([{ body: { id: "file-1" } }, { body: { id: "batch_1" } }], {
      onSubmitted: () => Promise.reject(new Error("disk full")),
    });
    expect([outcome, events]).toEqual(["batch_1", ["begin", "submitted batch_1"]]);
    expect(await heldMicroUsd(host.ledger)).toBeGreaterThan(0);
  });

  it("sends nothing when it cannot be noted", async () => {
    const { outcome, host, http } = await handIn([], { onBegin: () => Promise.reject(new Error("disk full")) });
    expect(outcome).toMatchObject({ code: "unavailable", billed: "no" });
    expect([http.requests.length, await heldMicroUsd(host.ledger)]).toEqual([0, 0]);
  });
});

describe("the calls of a batch", () => {
  it("refuses a request that is no text, and gives its money back", async () => {
    const host = newHost();
    const bytes = new Uint8Array(16_000_000);
    const photo = { bytes, mediaType: "image/png", name: "photo.png" };
    const order = orderOf({ operation: "edit", references: [photo], size: "1088x1088" });
    await expect(batchCallsOf(host, order)).rejects.toMatchObject({ code: "invalid_request" });
    expect(await heldMicroUsd(host.ledger)).toBe(0);
  });

  it("are parted by model and by how large the answer will be", async () => {
    const host = newHost();
    const orders = [
      orderOf(),
      orderOf({ model: "gemini-3-pro-image", quality: undefined, resolution: "4K" }),
      orderOf(),
    ];
    const calls = (await Promise.all(orders.map((order) => batchCallsOf(host, order)))).flat();
    expect(batchesOf(calls).map((batch) => batch.map(({ reservation }) => reservation.model))).toEqual([
      ["gpt-image-2", "gpt-image-2"],
      ["gemini-3-pro-image"],
    ]);
    const [, large] = calls as [BatchCall<BatchOrder>, BatchCall<BatchOrder>];
    const many = batchesOf(Array.from({ length: 20 }, () => large));
    expect(many.map((batch) => batch.length)).toEqual([7, 7, 6]);
    const [small] = calls as [BatchCall<BatchOrder>];
    expect(batchesOf(Array.from({ length: 250 }, () => small)).map((batch) => batch.length)).toEqual([114, 114, 22]);
  });

  it("take only offers whose models take batches", () => {
    const { planned } = orderOf({ model: undefined, purpose: "draft", quality: undefined });
    const { offers } = requireBatchOffers(builtInCatalogue, planned).decision;
    expect(offers.length).toBeGreaterThan(0);
    expect(offers.length).toBeLessThan(planned.decision.offers.length);
    expect(new Set(offers.map(({ provider }) => provider))).toEqual(new Set(["openai", "gemini"]));
    expect(() =>
      requireBatchOffers(builtInCatalogue, orderOf({ model: "sketch", quality: undefined }).planned),
    ).toThrow(/^sketch cannot be made in a batch/);
  });
});

describe("finding a batch by our own name", () => {
  it("looks through OpenAI's pages", async () => {
    const other = { id: "batch_1", metadata: { artdesk: "other" } };
    const ours = { id: "batch_2", metadata: { artdesk: "artdesk-1" } };
    const http = fakeHttp([{ body: { data: [other], has_more: true } }, { body: { data: [ours], has_more: false } }]);
    expect(await openBatchClient("openai", http).find("artdesk-1")).toBe("batch_2");
    expect(http.requests.map(({ request }) => request.path)).toEqual([
      "/batches?limit=100",
      "/batches?limit=100&after=batch_1",
    ]);
  });

  it("says what the provider said when it refuses", async () => {
    const http = fakeHttp([{ status: 401, body: { error: { message: "Wrong key." } } }]);
    await expect(openBatchClient("gemini", http).look("batches/1")).rejects.toMatchObject({
      code: "auth_failed",
      shortMessage: "Google Gemini answered 401 for a batch. Wrong key.",
    });
  });
});

describe("the shelf of tickets", () => {
  it("keeps what is open, and what was collected for another look, while many write", async () => {
    const store = createMemoryLedgerStore();
    const ticketOf = (name: string): Parameters<ReturnType<typeof createBatchShelf>["add"]>[0] => ({
      name,
      provider: "openai",
      model: "gpt-image-2",
      providerBatchId: undefined,
      state: "open",
      submittedAtMs: 1,
      windowMs: WINDOW_MS,
      calls: [],
    });
    const names = Array.from({ length: 12 }, (_, index) => `artdesk-${index}`);
    const quick = { nowMs: () => 0, sleep: () => Promise.resolve() };
    const shelfOf = (): ReturnType<typeof createBatchShelf> =>
      createBatchShelf({ store, clock: quick, random: systemRandom });
    await Promise.all(names.map((name) => shelfOf().add(ticketOf(name))));
    const shelf = shelfOf();
    expect((await shelf.open()).toSorted()).toEqual(names.toSorted());
    await shelf.submitted("artdesk-3", "batch_3");
    await Promise.all(names.slice(0, 6).map((name) => shelfOf().close(name, "collected")));
    expect((await shelf.open()).toSorted()).toEqual(names.slice(6).toSorted());
    expect(await shelf.find("artdesk-3")).toMatchObject({ state: "collected", providerBatchId: "batch_3" });
    expect(await shelf.find("artdesk-99")).toBeUndefined();
  });

  it("refuses what it did not write", async () => {
    const store = createMemoryLedgerStore();
    await store.write("artdesk/v1/batches", '"mine"', undefined);
    const shelf = createBatchShelf({ store, clock, random: systemRandom });
    await expect(shelf.open()).rejects.toMatchObject({ code: "unavailable" });
  });
});
