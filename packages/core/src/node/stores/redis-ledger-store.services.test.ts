import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, describe, expect, it, test } from "vitest";
import { startFlakyProxy } from "../../../test/flaky-proxy.ts";
import { requireServiceUrl } from "../../../test/service-url.ts";
import { ledgerContract } from "../../testing/ledger-contract.ts";
import { createRedisLedgerStore } from "./redis-ledger-store.ts";

const run = randomUUID();
const openArea = (area: string, url = requireServiceUrl("REDIS"), timeoutMs = 10_000) =>
  createRedisLedgerStore({ url, keyPrefix: `${run}:${area}:`, timeoutMs });

ledgerContract("Redis", (area) => openArea(area), { test });

describe("Redis ledger store", () => {
  const server = new URL(requireServiceUrl("REDIS"));
  const target = { host: server.hostname, port: Number(server.port) };

  it("fails while the server is away, and works again when it is back", async () => {
    const proxy = await startFlakyProxy(target);
    const store = openArea("flaky", `redis://127.0.0.1:${proxy.port}`);
    expect(await store.write("key", "one", undefined)).toBe("ok");
    await proxy.goAway();
    const failure = {
      code: "unavailable",
      shortMessage: expect.stringContaining(`The ledger at redis://127.0.0.1:${proxy.port} is not available: `),
    };
    await expect(store.read("key")).rejects.toMatchObject(failure);
    await expect(store.write("key", "two", "1")).rejects.toMatchObject(failure);
    await proxy.comeBack();
    expect(await store.read("key")).toEqual({ value: "one", version: "1" });
    expect(await store.write("key", "two", "1")).toBe("ok");
    await store.close?.();
    await proxy.goAway();
  });

  it("does not wait for ever for a server that says nothing", async () => {
    const proxy = await startFlakyProxy(target);
    const store = openArea("hanging", `redis://127.0.0.1:${proxy.port}`, 2_000);
    await store.write("key", "one", undefined);
    proxy.hang(true);
    await expect(store.read("key")).rejects.toMatchObject({
      shortMessage: `The ledger at redis://127.0.0.1:${proxy.port} is not available: no answer within 2 s.`,
    });
    await expect(store.read("key")).rejects.toMatchObject({ code: "unavailable" });
    proxy.hang(false);
    expect((await store.read("key"))?.value).toBe("one");
    await store.close?.();
    await proxy.goAway();
  });

  it("never shows the password", async () => {
    const url = `redis://someone:s3cret%20word@${server.host}`;
    const error: unknown = await openArea("auth", url)
      .read("key")
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unavailable" });
    expect(inspect(error, { depth: 20 })).not.toMatch(/s3cret/);
  });

  it("opens again after close", async () => {
    const store = openArea("closed");
    await store.write("key", "one", undefined);
    await store.close?.();
    expect((await store.read("key"))?.value).toBe("one");
    await store.close?.();
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
