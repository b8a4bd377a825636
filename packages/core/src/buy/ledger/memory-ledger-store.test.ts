import { test } from "vitest";
import type { VersionedValue } from "../../basics/ports.ts";
import { ledgerContract } from "../../testing/ledger-contract.ts";
import { createMemoryLedgerStore } from "./memory-ledger-store.ts";

const areas = new Map<string, Map<string, VersionedValue>>();

ledgerContract(
  "memory",
  (area) => {
    const documents = areas.get(area) ?? new Map<string, VersionedValue>();
    areas.set(area, documents);
    return createMemoryLedgerStore(documents);
  },
  { test },
);
