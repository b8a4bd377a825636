import { ledgerContract } from "@artdesk/core/testing";
import { afterAll, beforeAll, test } from "vitest";
import type { DataTableApi } from "../nodes/Artdesk/host/data-table-api.ts";
import { createDataTableLedgerStore } from "../nodes/Artdesk/host/data-table-ledger-store.ts";
import { n8nClock } from "../nodes/Artdesk/host/n8n-clock.ts";
import { n8nRandom } from "../nodes/Artdesk/host/n8n-codec.ts";
import { startFakeDataTables, type FakeDataTables } from "./harness/fake-data-tables.mts";

let n8n: FakeDataTables;
beforeAll(async () => {
  n8n = await startFakeDataTables("key-1");
});
afterAll(() => n8n.close());

/** The same calls as through n8n's request function, without a node around them. */
const api: DataTableApi = async (method, path, { query = {}, body } = {}) => {
  const url = new URL(`${n8n.baseUrl}/api/v1/data-tables${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const headers = { "x-n8n-api-key": "key-1", "content-type": "application/json" };
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: response.status, data: await response.json() };
};

ledgerContract(
  "a data table",
  (area) => createDataTableLedgerStore({ api, table: area, clock: n8nClock, random: n8nRandom }),
  { test },
);
