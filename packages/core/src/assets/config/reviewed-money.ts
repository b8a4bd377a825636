import type { Budget } from "../../basics/budget.ts";
import { findSpelling } from "../../basics/tag-value.ts";
import { findModel } from "../../models/rows/find-model.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import type { PriceFields, RowFields } from "./catalogue-schema.ts";
import type { ArtdeskConfig } from "./config.ts";

/** A configuration as far as it may count, and what of it does not yet. */
export interface ReviewedMoney {
  config: ArtdeskConfig;
  /** Settings that wait for a review: `prices.gpt-image-2`, `budget.month`. */
  ignored: readonly string[];
}

/**
 * What a configuration that nobody has reviewed may say about money: it counts where it makes things dearer or stricter
 * than the reviewed one. Lower prices, own models and higher limits wait until they are merged.
 * @param rows - the built-in catalogue, by which names of models are compared
 */
export function withReviewedMoney(
  config: ArtdeskConfig,
  reviewed: ArtdeskConfig,
  rows: readonly CatalogueRow[],
): ReviewedMoney {
  const ignored: string[] = [];
  const catalogue = reviewedRows(config.catalogue, reviewed.catalogue, ignored);
  return {
    config: {
      ...config,
      catalogue,
      prices: reviewedPrices(config, reviewed, catalogue, rows, ignored),
      budget: stricterBudget(config.budget, reviewed.budget, ignored),
    },
    ignored,
  };
}

function reviewedRows(rows: readonly RowFields[], known: readonly RowFields[], ignored: string[]): RowFields[] {
  return rows.flatMap((row) => {
    const before = known.find(({ id }) => id === row.id);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(row)) return [row];
    ignored.push(`catalogue.${row.id}`);
    return before === undefined ? [] : [before];
  });
}

function reviewedPrices(
  { prices }: ArtdeskConfig,
  { prices: known }: ArtdeskConfig,
  own: readonly RowFields[],
  rows: readonly CatalogueRow[],
  ignored: string[],
): Record<string, PriceFields> {
  const modelOf = (name: string): string => findModel(rows, name)?.row.id ?? name;
  const wanted = new Map(Object.entries(prices).map(([name, price]) => [modelOf(name), { name, price }]));
  const result: Record<string, PriceFields> = {};
  for (const [name, price] of Object.entries(known)) {
    const change = wanted.get(modelOf(name));
    wanted.delete(modelOf(name));
    const isDearer = change !== undefined && lowest(change.price) >= highest(price);
    if (change === undefined ? isOwnModelGone(name, own, rows) : isDearer) {
      if (change) result[change.name] = change.price;
      continue;
    }
    result[name] = price;
    if (JSON.stringify(change?.price) !== JSON.stringify(price)) ignored.push(`prices.${name}`);
  }
  // Nobody can say here whether that is dearer than what the provider bills.
  for (const { name } of wanted.values()) ignored.push(`prices.${name}`);
  return result;
}

/** A price for a model of the user's own that this configuration does not have any more. */
function isOwnModelGone(name: string, own: readonly RowFields[], rows: readonly CatalogueRow[]): boolean {
  return findModel(rows, name) === undefined && !own.some(({ id }) => id === name);
}

function figures(price: PriceFields): number[] {
  if (typeof price === "number") return [price];
  return [price.image, ...Object.values(price.quality ?? {}), ...Object.values(price.size ?? {})];
}

function lowest(price: PriceFields): number {
  return Math.min(...figures(price));
}

function highest(price: PriceFields): number {
  return Math.max(...figures(price));
}

function stricterBudget(budget: Budget, known: Budget, ignored: string[]): Budget {
  const stricter = (name: string, wanted: number | undefined, before: number | undefined): number | undefined => {
    if (before === undefined || (wanted !== undefined && wanted <= before)) return wanted;
    ignored.push(`budget.${name}`);
    return before;
  };
  const tags: Record<string, Record<string, number>> = {};
  for (const name of new Set([...Object.keys(budget.tags ?? {}), ...Object.keys(known.tags ?? {})])) {
    const limits = budget.tags?.[name] ?? {};
    const before = known.tags?.[name] ?? {};
    const values: Record<string, number> = {};
    for (const value of new Set([...Object.keys(limits), ...Object.keys(before)])) {
      const limit = stricter(`tags.${name}.${value}`, limitOf(limits, value), limitOf(before, value));
      if (limit !== undefined) values[value] = limit;
    }
    tags[name] = values;
  }
  const isLaxer = known.onExceeded === "stop" && budget.onExceeded !== "stop";
  if (isLaxer) ignored.push("budget.on_exceeded");
  return {
    ...budget,
    monthMicroUsd: stricter("month", budget.monthMicroUsd, known.monthMicroUsd),
    runMicroUsd: stricter("run", budget.runMicroUsd, known.runMicroUsd),
    imageMicroUsd: stricter("image", budget.imageMicroUsd, known.imageMicroUsd),
    tags: Object.keys(tags).length === 0 ? undefined : tags,
    onExceeded: isLaxer ? "stop" : budget.onExceeded,
  };
}

/** The limit that holds for a value: its own, in whatever spelling, else the one for `*`. */
function limitOf(limits: Readonly<Record<string, number>>, value: string): number | undefined {
  const spelling = value === "*" ? undefined : findSpelling(Object.keys(limits), value);
  return spelling === undefined ? limits["*"] : limits[spelling];
}
