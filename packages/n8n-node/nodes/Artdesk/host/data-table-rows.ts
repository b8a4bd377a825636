import type { Clock } from "@artdesk/core";
import { ledgerUnavailable, type DataTableAnswer, type DataTableApi } from "./data-table-api.ts";

/** One row of the ledger's data table: key, version and value. */
export interface LedgerRow {
  id: number;
  k: string;
  v: string;
  data: string;
}

/** Key of the row that every table has exactly one of, written by whoever made the table. */
export const ROOT_KEY = "artdesk/root";
/** Version of the root row before anything was registered. */
export const FIRST_VERSION = "0";

const COLUMNS = ["k", "v", "data"].map((name) => ({ name, type: "string" }));
const ROOT_TRIES = 20;
const ROOT_WAIT_MS = 250;
const PAGE_ROWS = 100;

/** Rows of one data table, found and changed by what stands in their columns. */
export interface DataTableRows {
  find(columns: Partial<LedgerRow>): Promise<readonly LedgerRow[]>;
  insert(row: Omit<LedgerRow, "id">): Promise<LedgerRow>;
  /** Changes the rows that match at that moment, and returns them as they are afterwards. */
  update(match: Partial<LedgerRow>, change: Partial<Omit<LedgerRow, "id">>): Promise<readonly LedgerRow[]>;
  remove(match: Partial<LedgerRow>): Promise<void>;
}

/**
 * Opens the table with this name or id; makes it when there is none. n8n keeps table names unique in its database, so
 * of several that make it at once one wins, and the winner alone writes the root row.
 */
export async function openDataTable(
  api: DataTableApi,
  table: string,
  clock: Clock,
  onMissing: () => void = () => undefined,
): Promise<DataTableRows> {
  const found = await findTable(api, table);
  if (found !== undefined) return withRoot(rowsOf(api, found), table, clock);
  onMissing();
  const made = await api("POST", "", { body: { name: table, columns: COLUMNS } }).then(
    (answer): { id: string | undefined; failure: unknown } => ({
      id: answer.status < 300 ? textField(answer.data, "id") : undefined,
      failure: ledgerUnavailable(
        `"${table}" could not be made (${describe(answer)}).`,
        "Check the name in the ledger credential.",
      ),
    }),
    // Of several that make it at once, n8n answers some with 500 rather than 409.
    (failure: unknown) => ({ id: undefined, failure }),
  );
  if (made.id !== undefined) {
    const rows = rowsOf(api, made.id);
    await rows.insert({ k: ROOT_KEY, v: FIRST_VERSION, data: "{}" });
    return rows;
  }
  const theirs = await findTable(api, table);
  return theirs === undefined ? Promise.reject(made.failure) : withRoot(rowsOf(api, theirs), table, clock);
}

/** Whoever made the table writes its root row next: wait for that. */
async function withRoot(rows: DataTableRows, table: string, clock: Clock): Promise<DataTableRows> {
  for (let tries = 0; tries < ROOT_TRIES; tries += 1) {
    const roots = await rows
      .find({ k: ROOT_KEY })
      .then(undefined, (cause: unknown) => (tries < ROOT_TRIES - 1 ? [] : Promise.reject(cause)));
    if (roots.length === 1) return rows;
    if (roots.length > 1)
      throw ledgerUnavailable(
        `"${table}" has ${roots.length} rows with k = "${ROOT_KEY}".`,
        "Keep the one with the lowest id.",
      );
    await clock.sleep(ROOT_WAIT_MS);
  }
  throw ledgerUnavailable(
    `"${table}" has no row with k = "${ROOT_KEY}".`,
    `Add one row with k = "${ROOT_KEY}", v = "${FIRST_VERSION}" and data = "{}", or name a table that does not exist yet.`,
  );
}

async function findTable(api: DataTableApi, table: string): Promise<string | undefined> {
  const listed = await api("GET", "", { query: { filter: JSON.stringify({ name: table }), limit: PAGE_ROWS } });
  if (listed.status === 404)
    throw ledgerUnavailable(
      "this n8n has no Data Tables API.",
      "Update n8n, or check that the base URL ends in /api/v1.",
    );
  if (listed.status >= 300) throw ledgerUnavailable(`n8n's API answered ${describe(listed)}.`);
  const named = arrayField(listed.data, "data").filter((entry) => textField(entry, "name") === table);
  if (named.length > 1)
    throw ledgerUnavailable(
      `there are ${named.length} tables named "${table}".`,
      "Put the table's ID into the ledger credential.",
    );
  const id = named.length === 1 ? textField(named[0], "id") : undefined;
  if (id !== undefined || !/^\w+$/.test(table)) return id;
  const byId = await api("GET", `/${table}`);
  return byId.status === 200 ? textField(byId.data, "id") : undefined;
}

function rowsOf(api: DataTableApi, tableId: string): DataTableRows {
  const path = `/${encodeURIComponent(tableId)}/rows`;
  return {
    async find(columns) {
      const answer = await api("GET", path, { query: { filter: JSON.stringify(filterOf(columns)), limit: PAGE_ROWS } });
      return readRows(answer, arrayField(answer.data, "data"));
    },

    async insert(row) {
      const answer = await api("POST", path, { body: { data: [row], returnType: "all" } });
      const [inserted] = readRows(answer, listOf(answer.data));
      if (inserted === undefined) throw ledgerUnavailable(`n8n's API answered ${describe(answer)} to a new row.`);
      return inserted;
    },

    async update(match, change) {
      const answer = await api("PATCH", `${path}/update`, {
        body: { filter: filterOf(match), data: change, returnData: true },
      });
      return readRows(answer, listOf(answer.data));
    },

    async remove(match) {
      await api("DELETE", `${path}/delete`, { query: { filter: JSON.stringify(filterOf(match)) } });
    },
  };
}

function filterOf(columns: Partial<LedgerRow>): object {
  const filters = Object.entries(columns).map(([columnName, value]) => ({ columnName, condition: "eq", value }));
  return { type: "and", filters };
}

function readRows(answer: DataTableAnswer, rows: readonly unknown[]): LedgerRow[] {
  if (answer.status >= 300) throw ledgerUnavailable(`n8n's API answered ${describe(answer)}.`);
  return rows.map((row) => {
    const { id, k, v, data } = row as Partial<Record<keyof LedgerRow, unknown>>;
    if (typeof k !== "string" || typeof v !== "string" || typeof data !== "string") {
      throw ledgerUnavailable(
        "a row is not the ledger's.",
        "The table needs the columns k, v and data, all of type string, and no rows of yours.",
      );
    }
    return { id: Number(id), k, v, data };
  });
}

function describe({ status, data }: DataTableAnswer): string {
  const message = textField(data, "message");
  return message === undefined ? String(status) : `${status}: ${message}`;
}

function textField(value: unknown, name: string): string | undefined {
  const field = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof field === "string" ? field : undefined;
}

function arrayField(value: unknown, name: string): readonly unknown[] {
  return listOf(typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
