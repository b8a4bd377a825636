import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it, test } from "vitest";
import { serverStoreContract } from "../../../test/server-store-contract.ts";
import { requireServiceUrl } from "../../../test/service-url.ts";
import { ledgerContract } from "../../testing/ledger-contract.ts";
import { createPostgresLedgerStore } from "./postgres-ledger-store.ts";

const run = randomUUID().replaceAll("-", "");
const openArea = (area: string, url = requireServiceUrl("POSTGRES"), timeoutMs = 10_000) =>
  createPostgresLedgerStore({ url, table: `ledger_${run}_${area}`, timeoutMs });

ledgerContract("PostgreSQL", (area) => openArea(area), { test });

const server = new URL(requireServiceUrl("POSTGRES"));
serverStoreContract({
  name: "PostgreSQL",
  server,
  through(port) {
    const url = new URL(server);
    url.port = String(port);
    return url.href;
  },
  open: openArea,
});

describe("PostgreSQL ledger store", () => {
  it("makes its table although many come first at the same time", async () => {
    const stores = Array.from({ length: 20 }, () => openArea("first"));
    const results = await Promise.all(stores.map((store) => store.write("key", "value", undefined)));
    expect(results.filter((result) => result === "ok")).toHaveLength(1);
    for (const store of stores) await store.close?.();
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
});
