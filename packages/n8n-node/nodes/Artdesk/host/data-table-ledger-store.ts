import type { Clock, LedgerStore, Random } from "@artdesk/core";
import { ledgerUnavailable, type DataTableApi } from "./data-table-api.ts";
import { openDataTable, ROOT_KEY, type DataTableRows, type LedgerRow } from "./data-table-rows.ts";

const WRITE_TRIES = 3;

export interface DataTableLedgerOptions {
  api: DataTableApi;
  /** Name or id of the table. */
  table: string;
  clock: Clock;
  random: Random;
  /** Told when there was no such table and a new one is made; throws when there must have been one. */
  onMissing?: (() => void) | undefined;
}

/**
 * The ledger in an n8n data table, one row per key. A write is one conditional update: it names the version it
 * replaces, and every version is unique, so of two that race one changes nothing and knows it.
 *
 * Data tables cannot forbid a second row with the same key. A new key is therefore entered in the root row first, by
 * the same kind of update, and only the row entered there gets the key.
 */
export function createDataTableLedgerStore({
  api,
  table,
  clock,
  random,
  onMissing,
}: DataTableLedgerOptions): LedgerStore {
  let opened: Promise<DataTableRows> | undefined;
  const open = (): Promise<DataTableRows> => {
    opened ??= openDataTable(api, table, clock, onMissing).then(undefined, (cause: unknown) => {
      opened = undefined;
      return Promise.reject(cause);
    });
    return opened;
  };

  return {
    async read(key) {
      const row = await findRow(await open(), key);
      return row === undefined ? undefined : { value: row.data, version: row.v };
    },

    async write(key, value, version) {
      const rows = await open();
      const next = random.id();
      if (version === undefined) return createRow(rows, key, value, next);
      return replaceRow(rows, { k: key, v: version }, { v: next, data: value });
    },
  };
}

/** The row of a key; a row that was registered but not yet named gets its name now. */
async function findRow(rows: DataTableRows, key: string): Promise<LedgerRow | undefined> {
  const [row, second] = await rows.find({ k: key });
  if (second !== undefined)
    throw ledgerUnavailable(`two rows have k = "${key}".`, "Restore the table from a backup, or start a new one.");
  if (row !== undefined) return row;
  const pending = readPending(await readRoot(rows))[key];
  return pending === undefined ? undefined : nameRow(rows, pending, key);
}

/** Compare and swap. An update whose answer was lost is looked up: versions are unique. */
async function replaceRow(
  rows: DataTableRows,
  expected: Pick<LedgerRow, "k" | "v">,
  change: Partial<LedgerRow> & Pick<LedgerRow, "v">,
): Promise<"ok" | "conflict"> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await rows.update(expected, change).then(
      (changed): { done: boolean } => ({ done: changed.some((row) => row.v === change.v) }),
      (cause: unknown): { cause: unknown } => ({ cause }),
    );
    if ("done" in outcome) return outcome.done ? "ok" : "conflict";
    const [now] = await rows.find({ k: expected.k });
    if (now?.v === change.v) return "ok";
    // Only while the old version stands can nothing have been written; then the same update may go again.
    if (now?.v !== expected.v || tries >= WRITE_TRIES) return Promise.reject(outcome.cause);
  }
}

async function createRow(rows: DataTableRows, key: string, data: string, version: string): Promise<"ok" | "conflict"> {
  if ((await findRow(rows, key)) !== undefined) return "conflict";
  const root = await readRoot(rows);
  const pending = readPending(root);
  if (pending[key] !== undefined) return "conflict";
  // The root was read after a look for the key, so a rival that registered in between has changed the root's version
  // or has already named its row.
  if ((await rows.find({ k: key })).length > 0) return "conflict";
  const candidate = await rows.insert({ k: `candidate/${version}`, v: version, data });
  const named = await dropNamed(rows, pending);
  const registered = { ...named, [key]: candidate.id };
  const outcome = await replaceRow(
    rows,
    { k: ROOT_KEY, v: root.v },
    { v: `root-${version}`, data: JSON.stringify(registered) },
  );
  if (outcome === "conflict") {
    await rows.remove({ k: candidate.k });
    return "conflict";
  }
  await nameRow(rows, candidate.id, key);
  return "ok";
}

async function readRoot(rows: DataTableRows): Promise<LedgerRow> {
  const [root] = await rows.find({ k: ROOT_KEY });
  if (root === undefined)
    throw ledgerUnavailable("its root row is gone.", "Restore the table from a backup, or start a new one.");
  return root;
}

/** Row ids by key: registered, and perhaps not yet named. */
function readPending(root: LedgerRow): Record<string, number> {
  const pending: unknown = JSON.parse(root.data);
  return typeof pending === "object" && pending !== null ? (pending as Record<string, number>) : {};
}

async function dropNamed(rows: DataTableRows, pending: Record<string, number>): Promise<Record<string, number>> {
  const open: Record<string, number> = {};
  for (const [key, id] of Object.entries(pending)) {
    if ((await rows.find({ k: key })).length === 0) open[key] = id;
  }
  return open;
}

async function nameRow(rows: DataTableRows, id: number, key: string): Promise<LedgerRow> {
  const [row] = await rows.update({ id }, { k: key });
  if (row === undefined)
    throw ledgerUnavailable(`the row of "${key}" is gone.`, "Restore the table from a backup, or start a new one.");
  return row;
}
