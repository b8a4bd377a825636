import { closestName } from "../../basics/closest-name.ts";
import type { Alias, CatalogueRow } from "./row.ts";

/** A row and, when it was found by another id, the alias that led there. */
export interface FoundModel {
  row: CatalogueRow;
  alias: Alias | undefined;
}

interface ModelIndex {
  byName: Map<string, FoundModel>;
  /** Aliases that end in `*`, without the star. */
  byStart: [string, FoundModel][];
}

const indexes = new WeakMap<readonly CatalogueRow[], ModelIndex>();

/** Finds a model by id, name or alias, without regard to case and punctuation: `gpt image 2.0` finds `gpt-image-2`. */
export function findModel(rows: readonly CatalogueRow[], idOrAlias: string): FoundModel | undefined {
  let index = indexes.get(rows);
  if (index === undefined) {
    index = indexRows(rows);
    indexes.set(rows, index);
  }
  const name = plainName(idOrAlias);
  return index.byName.get(name) ?? index.byStart.find(([start]) => name.startsWith(start))?.[1];
}

/** The id or name that was probably meant by an unknown one. */
export function closestModel(rows: readonly CatalogueRow[], wanted: string): string | undefined {
  return closestName(
    wanted,
    rows.flatMap((row) => [row.id, row.name, ...row.aliases.map((alias) => alias.id)]),
  );
}

/** A name as it is compared: small letters and digits only. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "");
}

function indexRows(rows: readonly CatalogueRow[]): ModelIndex {
  const index: ModelIndex = { byName: new Map(), byStart: [] };
  for (const row of rows) {
    index.byName.set(plainName(row.name), { row, alias: undefined });
    index.byName.set(plainName(row.id), { row, alias: undefined });
  }
  for (const row of rows) {
    for (const alias of row.aliases) {
      const name = plainName(alias.id);
      if (alias.id.endsWith("*")) index.byStart.push([name, { row, alias }]);
      else if (!index.byName.has(name)) index.byName.set(name, { row, alias });
    }
  }
  return index;
}
