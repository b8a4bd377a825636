import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, describe, expect, it, test } from "vitest";
import { serverStoreContract } from "../../../test/server-store-contract.ts";
import { requireServiceUrl } from "../../../test/service-url.ts";
import { ledgerContract } from "../../testing/ledger-contract.ts";
import { createRedisLedgerStore } from "./redis-ledger-store.ts";

const run = randomUUID();
const openArea = (area: string, url = requireServiceUrl("REDIS"), timeoutMs = 10_000) =>
  createRedisLedgerStore({ url, keyPrefix: `${run}:${area}:`, timeoutMs });

ledgerContract("Redis", (area) => openArea(area), { test });

const server = new URL(requireServiceUrl("REDIS"));
serverStoreContract({ name: "Redis", server, through: (port) => `redis://127.0.0.1:${port}`, open: openArea });

describe("Redis ledger store", () => {
  it("never shows the password", async () => {
    const url = `redis://someone:s3cret%20word@${server.host}`;
    const error: unknown = await openArea("auth", url)
      .read("key")
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unavailable" });
    expect(inspect(error, { depth: 20 })).not.toMatch(/s3cret/);
  });

  describe("on a server that may evict keys", async () => {
    const { createClient } = await import("redis");
    const admin = createClient({ url: requireServiceUrl("REDIS") });
    await admin.connect();
    afterAll(async () => {
      await admin.configSet({ maxmemory: "0", "maxmemory-policy": "noeviction" });
      admin.destroy();
    });

    it.each([
      ["allkeys-lru", false],
      ["allkeys-random", false],
      ["volatile-lru", true],
      ["noeviction", true],
    ])("with policy %s: works is %s", async (policy, works) => {
      await admin.configSet({ maxmemory: "500mb", "maxmemory-policy": policy });
      const store = openArea(`policy-${policy}`);
      const message = await store.read("key").then(
        () => "works",
        (error: Error) => error.message,
      );
      expect(message).toMatch(
        works ? "works" : `may throw the ledger away when its memory is full (maxmemory-policy ${policy})`,
      );
      await store.close?.();
    });
  });
});
