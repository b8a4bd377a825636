import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it, test } from "vitest";
import { ledgerContract } from "../../testing/ledger-contract.ts";
import { createSqliteLedgerStore } from "./sqlite-ledger-store.ts";

const folder = mkdtempSync(join(tmpdir(), "artdesk-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

ledgerContract("SQLite", (area) => createSqliteLedgerStore({ path: join(folder, `${area}.sqlite`) }), { test });

describe("SQLite ledger store", () => {
  it("makes its folder with the first write, and no file for reading", async () => {
    const path = join(folder, "deep", "er", "ledger.sqlite");
    const store = createSqliteLedgerStore({ path });
    expect(await store.read("key")).toBeUndefined();
    expect(existsSync(join(folder, "deep"))).toBe(false);
    expect(await store.write("key", "value", undefined)).toBe("ok");
    expect(existsSync(path)).toBe(true);
    await store.close?.();
  });

  it("syncs each write to the disk", async () => {
    const path = join(folder, "durable.sqlite");
    const store = createSqliteLedgerStore({ path });
    await store.write("key", "value", undefined);
    const database = new DatabaseSync(path);
    expect(database.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
    database.close();
    await store.close?.();
  });

  it("opens again after close", async () => {
    const store = createSqliteLedgerStore({ path: join(folder, "again.sqlite") });
    await store.write("key", "value", undefined);
    await store.close?.();
    expect((await store.read("key"))?.value).toBe("value");
    await store.close?.();
  });

  it.each([
    ["text", "this is not a database, but long enough to look at".repeat(20)],
    ["a truncated database", "SQLite format 3\u0000\u0010\u0000"],
  ])("refuses a file that holds %s and leaves it alone", async (_what, content) => {
    const path = join(folder, `foreign-${content.length}.sqlite`);
    writeFileSync(path, content);
    const store = createSqliteLedgerStore({ path });
    const failure = {
      code: "unavailable",
      shortMessage: `The ledger file ${path} is damaged or is not an SQLite database.`,
    };
    await expect(store.read("key")).rejects.toMatchObject(failure);
    await expect(store.write("key", "value", undefined)).rejects.toMatchObject(failure);
  });

  it("names what is wrong with a path that cannot be a file", async () => {
    const store = createSqliteLedgerStore({ path: folder });
    await expect(store.read("key")).rejects.toMatchObject({
      code: "unavailable",
      shortMessage: `The ledger file ${folder} cannot be used: unable to open database file.`,
    });
    const below = createSqliteLedgerStore({ path: join(folder, "again.sqlite", "ledger.sqlite") });
    await expect(below.write("key", "value", undefined)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("waits for another program's lock, and says so when that takes too long", async () => {
    const path = join(folder, "locked.sqlite");
    const patient = createSqliteLedgerStore({ path });
    const hasty = createSqliteLedgerStore({ path, busyTimeoutMs: 1 });
    await patient.write("key", "one", undefined);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const waiting = patient.write("key", "two", "1");
    await expect(hasty.write("key", "three", "1")).rejects.toMatchObject({
      code: "unavailable",
      shortMessage: `The ledger file ${path} was locked for 0 s.`,
    });
    other.exec("COMMIT");
    expect(await waiting).toBe("ok");
    other.close();
    await patient.close?.();
    await hasty.close?.();
  });

  it("leaves only the database when all have closed it", async () => {
    const path = join(folder, "tidy", "ledger.sqlite");
    const store = createSqliteLedgerStore({ path });
    await store.write("key", "value", undefined);
    await store.close?.();
    expect(readdirSync(join(folder, "tidy"))).toEqual(["ledger.sqlite"]);
  });
});
