import { describe, expect, it } from "vitest";
import type { LedgerStore } from "../src/basics/ports.ts";
import { startFlakyProxy } from "./flaky-proxy.ts";

/** A store that lives on a server, and how a test reaches it through a proxy. */
export interface ServerStoreUnderTest {
  name: string;
  /** The server itself. */
  server: URL;
  /** The address to use when the server is reached through a proxy on this port. */
  through: (port: number) => string;
  /** A store of its own for the area, on the server or on the given address. */
  open: (area: string, url?: string, timeoutMs?: number) => LedgerStore;
}

/** What every store on a server does when the server goes away, says nothing, or the store was closed. */
export function serverStoreContract({ name, server, through, open }: ServerStoreUnderTest): void {
  const target = { host: server.hostname, port: Number(server.port) };

  describe(`${name}: a server that comes and goes`, () => {
    it("fails while the server is away, and works again when it is back", async () => {
      const proxy = await startFlakyProxy(target);
      const store = open("flaky", through(proxy.port));
      expect(await store.write("key", "one", undefined)).toBe("ok");
      await proxy.goAway();
      const failure = {
        code: "unavailable",
        shortMessage: expect.stringContaining(
          `The ledger at ${server.protocol}//127.0.0.1:${proxy.port} is not available: `,
        ),
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
      const store = open("hanging", through(proxy.port), 2_000);
      await store.write("key", "one", undefined);
      proxy.hang(true);
      await expect(store.read("key")).rejects.toMatchObject({ code: "unavailable" });
      await expect(store.read("key")).rejects.toMatchObject({ code: "unavailable" });
      proxy.hang(false);
      expect((await store.read("key"))?.value).toBe("one");
      await store.close?.();
      await proxy.goAway();
    });

    it("opens again after close", async () => {
      const store = open("closed");
      await store.write("key", "one", undefined);
      await store.close?.();
      expect((await store.read("key"))?.value).toBe("one");
      await store.close?.();
    });
  });
}
