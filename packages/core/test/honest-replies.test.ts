import { startSimulator } from "@artdesk/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNodeArtdesk } from "../src/node/platform/create-node-artdesk.ts";
import { catalogueRows } from "../src/models/rows/catalogue-rows.ts";
import { fakeClock } from "../src/testing/fake-clock.ts";
import { NOW_MS } from "./fault-matrix.ts";

// A bank that tells the truth is believed: what the books say is what it billed, to the micro-dollar, for every model
// and step. A floor that lies above what a model really costs would show here, as money spent that nobody billed.
const simulator = await startSimulator({ seed: 1, now: () => NOW_MS });
let desk: Awaited<ReturnType<typeof createNodeArtdesk>>;

beforeAll(async () => {
  const clock = fakeClock({ startMs: NOW_MS });
  desk = await createNodeArtdesk({
    env: simulator.env,
    clock,
    budget: { monthMicroUsd: 1_000_000_000 },
    ledger: "memory:",
    run: "honest",
  });
});

afterAll(async () => {
  await desk.close();
  await simulator.close();
});

const nowDay = new Date(NOW_MS).toISOString().slice(0, 10);
const models = catalogueRows.filter(
  ({ provider, price, lifecycle, operations }) =>
    provider !== "sketch" &&
    price.kind !== "unknown" &&
    operations.includes("generate") &&
    (lifecycle.shutdownOn ?? "9999") > nowDay,
);
const purposes = ["draft", "internal", "client"] as const;

test.each(models.flatMap(({ id }) => purposes.map((purpose): [string, (typeof purposes)[number]] => [id, purpose])))(
  "%s for %s: the books say what the bank billed",
  async (model, purpose) => {
    for (const [count, prompt] of [
      [1, "A red kite"],
      [2, `A red kite over the hills ${"and the sea ".repeat(20)}`],
    ] as const) {
      const size = model.includes("seedream") ? "2048x2048" : "1024x1024";
      const { images, receipt } = await desk.generate({ prompt, model, count, purpose, size });
      const billed = simulator.statement().entries.filter(({ requestId }) => receipt.requestIds.includes(requestId));
      expect(billed.reduce((sum, entry) => sum + entry.images, 0)).toBe(count);
      expect(images).toHaveLength(count);
      expect(receipt).toMatchObject({
        costMicroUsd: billed.reduce((sum, { microUsd }) => sum + microUsd, 0),
        possiblyBilledMicroUsd: 0,
      });
    }
  },
);
