import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, it, vi } from "vitest";
import { openLedgerStore } from "./open-ledger-store.ts";
import { loadDriver, parseStoreAddress } from "./store-address.ts";

const folder = mkdtempSync(join(tmpdir(), "artdesk-open-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A port on loopback where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

describe("openLedgerStore", () => {
  it("opens memory and SQLite, relative to the folder", async () => {
    const memory = openLedgerStore("memory:", { cwd: folder });
    expect(await memory.write("key", "value", undefined)).toBe("ok");
    const sqlite = openLedgerStore("sqlite:.artdesk/ledger.sqlite", { cwd: folder });
    expect(existsSync(join(folder, ".artdesk"))).toBe(false);
    expect(await sqlite.write("key", "value", undefined)).toBe("ok");
    expect(existsSync(join(folder, ".artdesk", "ledger.sqlite"))).toBe(true);
    await sqlite.close?.();
  });

  it.each([
    "",
    "ledger.sqlite",
    "sqlite:",
    "mysql://user:s3cret@host/db",
    "http://user:s3cret@host",
    "redis:// :s3cret@",
  ])("refuses %j without repeating it", async (spec) => {
    const error = await failureOf(() => openLedgerStore(spec, { cwd: folder }));
    expect(error).toMatchObject({ code: "invalid_request" });
    expect(inspect(error, { depth: 20 })).not.toMatch(/s3cret/);
  });

  it.each([
    ["redis", "6379"],
    ["postgres", "5432"],
    ["postgresql", "5432"],
  ])("says which %s server it cannot reach, and not with which password", async (scheme) => {
    const port = await closedPort();
    const store = openLedgerStore(`${scheme}://someone:s3cret%21@127.0.0.1:${port}/0`, { cwd: folder });
    for (const call of [() => store.read("key"), () => store.write("key", "value", undefined)]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({
        code: "unavailable",
        shortMessage: `The ledger at ${scheme}://127.0.0.1:${port} is not available: connect ECONNREFUSED 127.0.0.1:${port}.`,
      });
      expect(inspect(error, { depth: 20 })).not.toMatch(/s3cret/);
    }
    await store.close?.();
  });
});

describe("a driver that is not installed", () => {
  it.each(["redis", "pg"])("is named with the command that installs it: %s", async (name) => {
    const scheme = name === "pg" ? "postgres" : "redis";
    vi.doMock(name, () => {
      throw Object.assign(new Error(`Cannot find package '${name}'`), { code: "ERR_MODULE_NOT_FOUND" });
    });
    const store = openLedgerStore(`${scheme}://127.0.0.1:1`, { cwd: folder });
    await expect(store.read("key")).rejects.toMatchObject({
      code: "unavailable",
      hint: `Install it: npm install ${name}`,
    });
    vi.doUnmock(name);
  });

  it("is told from one that cannot be loaded", async () => {
    const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    await expect(loadDriver("redis", () => Promise.reject(missing))).rejects.toMatchObject({
      shortMessage: 'This ledger needs the package "redis", which is not installed.',
    });
    await expect(loadDriver("redis", () => Promise.reject(new SyntaxError("bad")))).rejects.toMatchObject({
      shortMessage: 'The package "redis", which this ledger needs, could not be loaded.',
    });
  });
});

describe("a server's address", () => {
  it("is shown without user, password and parameters", () => {
    expect(parseStoreAddress("postgres://u:p@db.example/art?sslmode=require", 5432).label).toBe(
      "postgres://db.example:5432",
    );
    expect(parseStoreAddress("postgres:///art?host=/run/postgresql", 5432).label).toBe(
      "postgres:///run/postgresql:5432",
    );
    expect(parseStoreAddress("rediss://:p@[::1]:7000/2", 6379).label).toBe("rediss://[::1]:7000");
  });

  it("keeps the password out of what a driver says", () => {
    const address = parseStoreAddress("redis://:p%40ss@host", 6379);
    expect(address.unavailable(new Error("cannot use p@ss or p%40ss.")).shortMessage).toBe(
      "The ledger at redis://host:6379 is not available: cannot use *** or ***.",
    );
    const nested = new AggregateError([new Error("connect ECONNREFUSED ::1:6379")]);
    expect(address.unavailable(nested).shortMessage).toBe(
      "The ledger at redis://host:6379 is not available: connect ECONNREFUSED ::1:6379.",
    );
  });
});
