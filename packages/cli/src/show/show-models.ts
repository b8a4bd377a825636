import { type CatalogueRow, estimateCallMicroUsd, findModel, formatUsd } from "@artdesk/core";
import { showTable } from "./show-table.ts";

/** The catalogue as a table, with the names that lead elsewhere below it. `today` is an ISO day in UTC. */
export function showModels(rows: readonly CatalogueRow[], names: readonly string[], today: string): string {
  if (rows.length === 0) return "No model fits.\n";
  const sources = [...new Set(rows.map(sourceOf))];
  const table = showTable(
    [
      { head: "model", maxWidth: 60 },
      { head: "known as", maxWidth: 24 },
      { head: "does", maxWidth: 10 },
      { head: "a square 1K image", maxWidth: 26 },
      { head: "good enough for", maxWidth: 26 },
      { head: "evidence", maxWidth: 40 },
      { head: "lifecycle", maxWidth: 24 },
      { head: "estimated", maxWidth: 24 },
      { head: "price from" },
    ],
    rows.map((row) => [
      `${row.provider}/${row.id}`,
      row.name,
      row.operations.join(", "),
      showPrices(row),
      row.qualities.map((quality) => `${quality.id}: ${tiersOf(quality.tiers)}`).join("; "),
      [...new Set(row.qualities.map(({ evidence }) => evidence))].join(" "),
      lifecycleOf(row, today),
      row.estimated.join(", "),
      `[${sources.indexOf(sourceOf(row)) + 1}] ${row.sources.price.date}`.trimEnd(),
    ]),
  );
  const legend = sources.map((source, index) => `  [${index + 1}] ${source}\n`).join("");
  return `${table}\nPrices from:\n${legend}${showAliases(rows, names)}`;
}

/** Retired and redirected names: all of these rows, or those that were asked for. */
function showAliases(rows: readonly CatalogueRow[], names: readonly string[]): string {
  const asked = names.map((name) => findModel(rows, name)?.alias);
  const notes = rows
    .flatMap(({ aliases }) => aliases)
    .filter((alias) => names.length === 0 || asked.includes(alias))
    .flatMap(({ id, note }) => (note === undefined ? [] : [`  ${id}: ${note}`]));
  return notes.length === 0 ? "" : `\nNames that lead elsewhere:\n${notes.join("\n")}\n`;
}

/** Price of a square 1K image per quality; none for a model without a published price. Micro-USD. */
export function pricesOf(row: CatalogueRow): { quality: string; microUsd: number }[] {
  if (row.price.kind === "unknown") return [];
  const image = { widthPx: 1024, heightPx: 1024, resolution: "1K", promptBytes: 0, references: 0, count: 1 } as const;
  return row.qualities.map(({ id: quality }) => ({
    quality,
    microUsd: estimateCallMicroUsd(row, { ...image, quality }),
  }));
}

function showPrices(row: CatalogueRow): string {
  const prices = pricesOf(row);
  if (prices.length === 0) return "none published: write yours under `prices`";
  return prices.map(({ quality, microUsd }) => `${quality} ${formatUsd(microUsd)}`).join(", ");
}

function tiersOf(tiers: CatalogueRow["qualities"][number]["tiers"]): string {
  const rated = Object.entries(tiers).map(([operation, tier]) => `${tier} (${operation})`);
  return rated.length === 0 ? "unrated" : rated.join(", ");
}

/** True from the day of its shutdown on: whoever asks for it by name gets its successor, with a warning. */
export function hasEnded({ lifecycle: { shutdownOn } }: CatalogueRow, today: string): boolean {
  return shutdownOn !== undefined && today >= shutdownOn;
}

function lifecycleOf(row: CatalogueRow, today: string): string {
  const {
    lifecycle: { shutdownOn, deprecatedOn, successor },
    sources,
  } = row;
  const next = successor ? `, then ${successor}` : "";
  const date = sources.lifecycle.date === "" ? "" : ` (${sources.lifecycle.date})`;
  if (hasEnded(row, today)) return `ENDED ${shutdownOn}${successor ? `, ${successor} is used instead` : ""}${date}`;
  if (shutdownOn !== undefined) return `ends ${shutdownOn}${next}${date}`;
  return deprecatedOn === undefined ? `live${date}` : `deprecated ${deprecatedOn}${next}${date}`;
}

function sourceOf({ sources: { price } }: CatalogueRow): string {
  return price.date === "" ? price.document : `${price.document} (${price.date})`;
}
