import type { LoopbackServer } from "./loopback-server.mts";
import { startLoopbackServer } from "./loopback-server.mts";

interface Row {
  id: number;
  createdAt: string;
  updatedAt: string;
  [column: string]: unknown;
}

interface Table {
  id: string;
  name: string;
  rows: Row[];
}

interface Filter {
  type: string;
  filters: { columnName: string; condition: string; value: unknown }[];
}

export interface FakeDataTables extends LoopbackServer {
  tables: Table[];
  /** Called before each answer: may change the tables, as another process would, or return true to cut the connection after the work is done. */
  meddle: ((method: string, path: string, body: string) => boolean | void) | undefined;
  /** The answer to a table's name that is taken: n8n says 500 when two make it in the same moment. */
  takenStatus: number;
}

/**
 * The Data Tables part of n8n's public API (n8n 2.41.1, `/api/v1/data-tables`), as far as the ledger uses it: names
 * are unique, rows are not, and an update changes what matches its filter in one step.
 */
export async function startFakeDataTables(apiKey: string): Promise<FakeDataTables> {
  const tables: Table[] = [];
  let lastRowId = 0;
  const server = await startLoopbackServer(({ method, url, headers, body }, response) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const answer = (status: number, data: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(data));
    };
    if (headers["x-n8n-api-key"] !== apiKey) return answer(401, { message: "unauthorized" });
    const path = pathname.replace(/^\/api\/v1\/data-tables/, "");
    const [, tableId, , action] = path.split("/");
    const json: unknown = body === "" ? undefined : JSON.parse(body);
    const work = (): [number, unknown] => {
      if (tableId === undefined || tableId === "") {
        return method === "GET"
          ? [200, listTables(tables, searchParams)]
          : createTable(tables, json as { name: string }, fake.takenStatus);
      }
      const table = tables.find(({ id }) => id === tableId);
      if (table === undefined) return [404, { message: `Could not find the data table: '${tableId}'` }];
      if (path.endsWith(tableId)) return [200, { id: table.id, name: table.name }];
      if (method === "GET") return [200, { data: matching(table, filterOf(searchParams)), nextCursor: null }];
      if (method === "POST") {
        const { data } = json as { data: object[] };
        const inserted = data.map((row): Row => Object.assign({ id: ++lastRowId, createdAt: "", updatedAt: "" }, row));
        table.rows.push(...inserted);
        return [200, inserted];
      }
      if (method === "PATCH" && action === "update") {
        const { filter, data } = json as { filter: Filter; data: object };
        const changed = matching(table, filter);
        for (const row of changed) Object.assign(row, data);
        return [200, changed];
      }
      if (method === "DELETE" && action === "delete") {
        const gone = new Set(matching(table, filterOf(searchParams)));
        table.rows = table.rows.filter((row) => !gone.has(row));
        return [200, true];
      }
      return [404, { message: "not found" }];
    };
    const [status, data] = work();
    if (fake.meddle?.(method, path, body) === true) return void response.socket?.destroy();
    return answer(status, data);
  });
  const fake: FakeDataTables = { ...server, tables, meddle: undefined, takenStatus: 409 };
  return fake;
}

function listTables(tables: Table[], query: URLSearchParams): unknown {
  const { name = "" } = JSON.parse(query.get("filter") ?? "{}") as { name?: string };
  return {
    data: tables.filter((table) => table.name.includes(name)).map(({ id, name }) => ({ id, name })),
    nextCursor: null,
  };
}

function createTable(tables: Table[], { name }: { name: string }, takenStatus: number): [number, unknown] {
  if (tables.some((table) => table.name === name))
    return [takenStatus, { message: `Data table with name '${name}' already exists` }];
  const table: Table = { id: `table${tables.length + 1}`, name, rows: [] };
  tables.push(table);
  return [201, { id: table.id, name }];
}

function filterOf(query: URLSearchParams): Filter {
  return JSON.parse(query.get("filter") ?? '{"type":"and","filters":[]}') as Filter;
}

function matching(table: Table, { filters }: Filter): Row[] {
  return table.rows.filter((row) => filters.every(({ columnName, value }) => row[columnName] === value));
}
