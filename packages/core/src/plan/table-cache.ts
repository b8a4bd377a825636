import type { CatalogueRow } from "../catalogue/row.ts";
import type { Provider } from "../provider.ts";
import type { PixelSize, SizeWish } from "../types.ts";
import type { Candidate } from "./candidate.ts";
import { buildOfferTable, type OfferTable, type TableQuery } from "./offer-table.ts";
import { buildTwoStepTable } from "./two-step-table.ts";

/** Tables kept per catalogue; when there are more kinds of requests than this, all are forgotten. */
const MAX_TABLES = 512;

interface CatalogueTables {
  providers: ReadonlyMap<string, Provider>;
  /** The providers of the rows, each once. */
  providerIds: readonly string[];
  tables: Map<string, OfferTable>;
  twoStepTables: Map<string, readonly Candidate[]>;
}

const tablesByRows = new WeakMap<readonly CatalogueRow[], CatalogueTables>();

/** The offer table of a query, remembered for the next request of the same kind. */
export function offerTable(query: TableQuery): OfferTable {
  const known = tablesOf(query);
  return remembered(known.tables, keyOf(query, known.providerIds), () => buildOfferTable(query));
}

/** The ways in two steps of a query, remembered likewise. */
export function twoStepTable(query: TableQuery): readonly Candidate[] {
  const known = tablesOf(query);
  return remembered(known.twoStepTables, keyOf(query, known.providerIds), () => buildTwoStepTable(query));
}

function remembered<T>(tables: Map<string, T>, key: string, build: () => T): T {
  let table = tables.get(key);
  if (table === undefined) {
    if (tables.size >= MAX_TABLES) tables.clear();
    table = build();
    tables.set(key, table);
  }
  return table;
}

function tablesOf({ catalogue }: TableQuery): CatalogueTables {
  const known = tablesByRows.get(catalogue.rows);
  if (known?.providers === catalogue.providers) return known;
  const providerIds = [...new Set(catalogue.rows.map((row) => row.provider))];
  const fresh: CatalogueTables = {
    providers: catalogue.providers,
    providerIds,
    tables: new Map(),
    twoStepTables: new Map(),
  };
  tablesByRows.set(catalogue.rows, fresh);
  return fresh;
}

/** All that a table depends on, in one string. Free text goes last or through JSON, so that no two queries share a key. */
function keyOf(query: TableQuery, providerIds: readonly string[]): string {
  const { needs, pin, only, avoid, quality, strengths, enabledProviders } = query;
  let keys = "";
  for (const id of providerIds) keys += query.hasKey(id) ? "1" : "0";
  const flags =
    (needs.hasMask ? 1 : 0) +
    (needs.transparent ? 2 : 0) +
    (query.predictablePrice ? 4 : 0) +
    (query.localOnly ? 8 : 0);
  const plain = `${needs.operation} ${needs.purpose} ${needs.format} ${needs.references} ${flags} ${needs.today} ${query.tier} ${sizeKey(query.size)}${sourceKey(query.source)} ${keys} ${needs.promptCharacters} ${strengths.join()}`;
  const isPlain =
    pin === undefined &&
    only === undefined &&
    avoid.length === 0 &&
    quality === undefined &&
    enabledProviders === undefined &&
    query.preferredId === undefined;
  if (isPlain) return plain;
  return `${plain} ${JSON.stringify([pin?.id, only, avoid, quality, enabledProviders, query.preferredId])}`;
}

function sourceKey(source: PixelSize | undefined): string {
  return source === undefined ? "" : `<${source.widthPx}x${source.heightPx}`;
}

function sizeKey(size: SizeWish): string {
  return size.kind === "exact"
    ? `${size.widthPx}x${size.heightPx}`
    : `${size.aspectWidth}:${size.aspectHeight}:${size.resolution}`;
}
