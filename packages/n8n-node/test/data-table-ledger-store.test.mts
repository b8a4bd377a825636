import type { Clock, LedgerStore } from "@artdesk/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArtdeskLedgerApi } from "../credentials/ArtdeskLedgerApi.credentials.ts";
import { createDataTableApi } from "../nodes/Artdesk/host/data-table-api.ts";
import { createDataTableLedgerStore } from "../nodes/Artdesk/host/data-table-ledger-store.ts";
import { n8nClock } from "../nodes/Artdesk/host/n8n-clock.ts";
import { n8nRandom } from "../nodes/Artdesk/host/n8n-codec.ts";
import { startFakeDataTables, type FakeDataTables } from "./harness/fake-data-tables.mts";
import { loadN8nRelease } from "./harness/n8n-release.mts";
import { probeNode } from "./harness/probe-node.mts";
import { runNode } from "./harness/run-node.mts";

const release = loadN8nRelease("2.41.1");
let n8n: FakeDataTables;

beforeEach(async () => {
  n8n = await startFakeDataTables("key-1");
});
afterEach(() => n8n.close());

/** Time that passes at once. */
const impatientClock: Clock = { nowMs: () => 0, sleep: async () => undefined };

/** Runs `use` inside a node of the real engine, with as many stores on one table as it takes. */
async function withStores(
  use: (open: (table?: string, clock?: Clock) => LedgerStore) => Promise<void>,
  apiKey = "key-1",
): Promise<void> {
  let failure: unknown;
  const baseUrl = `${n8n.baseUrl}/api/v1/`;
  const node = probeNode(["artdeskLedgerApi"], async (context) => {
    const api = createDataTableApi(context, { credentialType: "artdeskLedgerApi", baseUrl });
    const open = (table = "artdesk_ledger", clock = n8nClock): LedgerStore =>
      createDataTableLedgerStore({ api, table, clock, random: n8nRandom });
    await use(open).then(undefined, (cause: unknown) => {
      failure = cause;
    });
  });
  await runNode({ type: "probe" }, [{ json: {} }], {
    release,
    nodeTypes: { probe: node },
    credentialTypes: { artdeskLedgerApi: new ArtdeskLedgerApi() },
    credentials: { artdeskLedgerApi: { apiKey, baseUrl, table: "artdesk_ledger" } },
  });
  if (failure !== undefined) throw failure;
}

describe("a ledger in an n8n data table", () => {
  it("makes its table, keeps values by key, and replaces only the version it was given", () =>
    withStores(async (open) => {
      const store = open();
      expect(await store.read("month")).toBeUndefined();
      expect(await store.write("month", "one", undefined)).toBe("ok");
      expect(await store.write("month", "two", undefined)).toBe("conflict");
      const first = await store.read("month");
      expect(first?.value).toBe("one");
      expect(await store.write("month", "two", first?.version)).toBe("ok");
      expect(await store.write("month", "three", first?.version)).toBe("conflict");
      expect((await open().read("month"))?.value).toBe("two");
      expect(await store.write("page", "x", "no such version")).toBe("conflict");
      expect(n8n.tables.map(({ name }) => name)).toEqual(["artdesk_ledger"]);
    }));

  it("keeps large values and every character", () =>
    withStores(async (open) => {
      const value = `${"ä\n\"'{}".repeat(50_000)}🎨`;
      expect(await open().write("month", value, undefined)).toBe("ok");
      expect((await open().read("month"))?.value).toBe(value);
    }));

  it("counts exactly when many write at once, from the very first table on", () =>
    withStores(async (open) => {
      const add = async (): Promise<void> => {
        const store = open();
        for (;;) {
          const now = await store.read("count");
          if ((await store.write("count", String(Number(now?.value ?? "0") + 1), now?.version)) === "ok") return;
        }
      };
      await Promise.all(Array.from({ length: 12 }, add));
      expect((await open().read("count"))?.value).toBe("12");
      expect(n8n.tables).toHaveLength(1);
      expect(n8n.tables[0]?.rows.map(({ k }) => k).toSorted()).toEqual(["artdesk/root", "count"]);
    }));

  it.each([409, 500])("takes the table of another that was quicker, when n8n answers %i to the race", (status) =>
    withStores(async (open) => {
      n8n.takenStatus = status;
      n8n.meddle = (method, path) => {
        const root = { id: -1, createdAt: "", updatedAt: "", k: "artdesk/root", v: "0", data: "{}" };
        if (method === "GET" && path === "" && n8n.tables.length === 0) {
          n8n.tables.push({ id: "theirs", name: "artdesk_ledger", rows: [root] });
        }
      };
      expect(await open().write("month", "one", undefined)).toBe("ok");
      expect((await open("theirs").read("month"))?.value).toBe("one");
      expect(n8n.tables).toHaveLength(1);
    }),
  );

  it("lets one of two that create the same key win, however late the loser looks", () =>
    withStores(async (open) => {
      const [left, right] = [open(), open()];
      await Promise.all([left.read("x"), right.read("x")]);
      const outcomes = await Promise.all([
        left.write("month", "left", undefined),
        right.write("month", "right", undefined),
      ]);
      expect(outcomes.toSorted()).toEqual(["conflict", "ok"]);
      const winner = outcomes[0] === "ok" ? "left" : "right";
      expect((await left.read("month"))?.value).toBe(winner);
    }));

  it("finds a key whose writer died after entering it", () =>
    withStores(async (open) => {
      // The row never gets its name: neither the update nor its answer arrives.
      n8n.meddle = (method, _path, body) => {
        if (method !== "PATCH" || !body.includes('"data":{"k":"month"}')) return false;
        for (const row of n8n.tables[0]?.rows ?? []) if (row["k"] === "month") row["k"] = "candidate/gone";
        return true;
      };
      await expect(open().write("month", "one", undefined)).rejects.toMatchObject({ code: "unavailable" });
      n8n.meddle = undefined;
      expect((await open().read("month"))?.value).toBe("one");
      expect(await open().write("month", "two", undefined)).toBe("conflict");
    }));

  it("looks up a write whose answer was lost", () =>
    withStores(async (open) => {
      const store = open();
      await store.write("month", "one", undefined);
      const first = await store.read("month");
      let cuts = 0;
      n8n.meddle = (method) => method === "PATCH" && cuts++ === 0;
      expect(await store.write("month", "two", first?.version)).toBe("ok");
      expect(cuts).toBe(1);
      expect((await store.read("month"))?.value).toBe("two");
    }));

  it("says so when another write stands where its own may have been", () =>
    withStores(async (open) => {
      const store = open();
      await store.write("month", "one", undefined);
      const first = await store.read("month");
      n8n.meddle = (method) => {
        if (method !== "PATCH") return false;
        for (const row of n8n.tables[0]?.rows ?? [])
          if (row["k"] === "month") Object.assign(row, { v: "theirs", data: "theirs" });
        return true;
      };
      await expect(store.write("month", "two", first?.version)).rejects.toMatchObject({ code: "unavailable" });
    }));

  it("uses a table that is named by its id", () =>
    withStores(async (open) => {
      await open().write("month", "one", undefined);
      expect((await open("table1").read("month"))?.value).toBe("one");
      expect(n8n.tables).toHaveLength(1);
    }));
});

describe("a data table that cannot be the ledger", () => {
  it("names the key's scopes when n8n refuses the key", () =>
    withStores(async (open) => {
      await expect(open().read("month")).rejects.toMatchObject({
        code: "unavailable",
        hint: expect.stringContaining("dataTableRow:update"),
      });
    }, "wrong key"));

  it("asks for the root row when somebody made the table by hand", () =>
    withStores(async (open) => {
      n8n.tables.push({ id: "table9", name: "artdesk_ledger", rows: [] });
      await expect(open("artdesk_ledger", impatientClock).read("month")).rejects.toMatchObject({
        code: "unavailable",
        hint: expect.stringContaining("artdesk/root"),
      });
    }));

  it("refuses to choose between two tables of one name", () =>
    withStores(async (open) => {
      for (const id of ["a", "b"]) n8n.tables.push({ id, name: "artdesk_ledger", rows: [] });
      await expect(open().read("month")).rejects.toMatchObject({
        code: "unavailable",
        hint: expect.stringContaining("ID"),
      });
    }));

  it("says when n8n cannot be reached", async () => {
    const away = await startFakeDataTables("key-1");
    await away.close();
    await withStores(async (open) => {
      await n8n.close();
      await expect(open().read("month")).rejects.toMatchObject({
        code: "unavailable",
        hint: expect.stringContaining("base URL"),
      });
      n8n = await startFakeDataTables("key-1");
    });
  });
});
