import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it, test } from "vitest";
import { startFlakyProxy } from "../../../test/flaky-proxy.ts";
import { requireServiceUrl } from "../../../test/service-url.ts";
import { ledgerContract } from "../../testing/ledger-contract.ts";
import { createPostgresLedgerStore } from "./postgres-ledger-store.ts";

const run = randomUUID().replaceAll("-", "");
const openArea = (area: string, url = requireServiceUrl("POSTGRES"), timeoutMs = 10_000) =>
  createPostgresLedgerStore({ url, table: `ledger_${run}_${area}`, timeoutMs });

ledgerContract("PostgreSQL", (area) => openArea(area), { test });

describe("PostgreSQL ledger store", () => {
  const server = new URL(requireServiceUrl("POSTGRES"));
  const target = { host: server.hostname, port: Number(server.port) };
  const through = (port: number): string => {
    const url = new URL(server);
    url.port = String(port);
    return url.href;
  };

  it("makes its table although many come first at the same time", async () => {
    const stores = Array.from({ length: 20 }, () => openArea("first"));
    const results = await Promise.all(stores.map((store) => store.write("key", "value", undefined)));
    expect(results.filter((result) => result === "ok")).toHaveLength(1);
    for (const store of stores) await store.close?.();
  });

  it("fails while the server is away, and works again when it is back", async () => {
    const proxy = await startFlakyProxy(target);
    const store = openArea("flaky", through(proxy.port));
    expect(await store.write("key", "one", undefined)).toBe("ok");
    await proxy.goAway();
    const failure = {
      code: "unavailable",
      shortMessage: expect.stringContaining(`The ledger at postgres://127.0.0.1:${proxy.port} is not available: `),
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
    const store = openArea("hanging", through(proxy.port), 2_000);
    await store.write("key", "one", undefined);
    proxy.hang(true);
    await expect(store.read("key")).rejects.toMatchObject({ code: "unavailable" });
    await expect(store.read("key")).rejects.toMatchObject({ code: "unavailable" });
    proxy.hang(false);
    expect((await store.read("key"))?.value).toBe("one");
    await store.close?.();
    await proxy.goAway();
  });

  it("takes the loser of a race for the loser under any isolation level", async () => {
    const url = new URL(server);
    url.searchParams.set("options", "-c default_transaction_isolation=serializable");
    const stores = Array.from({ length: 8 }, () => openArea("strict", url.href));
    await stores[0]?.write("key", "0", undefined);
    for (let version = 1; version <= 10; version += 1) {
      const results = await Promise.all(stores.map((store, index) => store.write("key", `${index}`, `${version}`)));
      expect(results.filter((result) => result === "ok")).toHaveLength(1);
    }
    for (const store of stores) await store.close?.();
  });

  it("never shows the password", async () => {
    const url = new URL(server);
    url.username = "nobody-known";
    url.password = "s3cret word";
    const store = openArea("auth", url.href);
    const error: unknown = await store.read("key").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unavailable" });
    expect(inspect(error, { depth: 20 })).not.toMatch(/s3cret/);
    await store.close?.();
  });

  it("opens again after close", async () => {
    const store = openArea("closed");
    await store.write("key", "one", undefined);
    await store.close?.();
    expect((await store.read("key"))?.value).toBe("one");
    await store.close?.();
  });
});
