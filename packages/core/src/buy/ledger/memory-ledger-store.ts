import type { LedgerStore, VersionedValue } from "../../basics/ports.ts";

/**
 * Keeps the ledger in memory: for tests, and where nothing has to outlast the process.
 * @param documents where the documents are kept; stores that share it share their ledger
 */
export function createMemoryLedgerStore(documents: Map<string, VersionedValue> = new Map()): LedgerStore {
  return {
    async read(key) {
      return documents.get(key);
    },
    async write(key, value, version) {
      const stored = documents.get(key);
      if (stored?.version !== version) return "conflict";
      documents.set(key, { value, version: String(Number(version ?? "0") + 1) });
      return "ok";
    },
  };
}
