import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  builtInCatalogue,
  type CatalogueRow,
  estimateCallMicroUsd,
  findModel,
  formatUsd,
} from "../packages/core/src/index.ts";
import { NAMED_MODELS } from "./named-models.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const START = "<!-- models: written by `pnpm models-doc` from the catalogue -->";
const END = "<!-- /models -->";

/** The tables of both documents, by path relative to the repository. */
export function generateModelTables(): Readonly<Record<string, string>> {
  const models = NAMED_MODELS.map(({ name }) => ({ name, ...requireModel(name) }));
  return {
    "README.md": table(
      ["name", "made by", "price", "lifecycle"],
      models.map(({ name, row, note }) => [
        name,
        `${providerName(row)}, \`${row.id}\``,
        priceOf(row),
        note ?? lifecycleOf(row),
      ]),
    ),
    "docs/models.md": table(
      [
        "name",
        "callable at",
        "key",
        "also answers to",
        "does",
        "price",
        "lifecycle",
        "good enough for",
        "estimated",
        "sources",
      ],
      models.map(({ name, row, note }) => [
        name,
        `${providerName(row)}, \`${row.id}\``,
        keyOf(row),
        row.aliases
          .filter((alias) => alias.note === undefined)
          .map(({ id }) => `\`${id}\``)
          .join(", "),
        row.operations.join(", "),
        priceOf(row),
        note ?? lifecycleOf(row),
        tiersOf(row),
        row.estimated.join(", "),
        [
          ...new Set([row.sources.price, row.sources.lifecycle].map(({ document, date }) => `${document} (${date})`)),
        ].join("; "),
      ]),
    ),
  };
}

/** A document with its table replaced. Throws when the place for it is missing. */
export function withTable(text: string, tableText: string): string {
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`the place for the table is missing: ${START} ... ${END}`);
  return `${text.slice(0, start)}${START}\n\n${tableText}\n${text.slice(end)}`;
}

function requireModel(name: string): { row: CatalogueRow; note: string | undefined } {
  const found = findModel(builtInCatalogue.rows, name);
  if (found === undefined) throw new Error(`the catalogue has no model called ${name}`);
  return { row: found.row, note: found.alias?.note };
}

function providerName(row: CatalogueRow): string {
  return builtInCatalogue.providers.get(row.provider)?.name ?? row.provider;
}

function keyOf(row: CatalogueRow): string {
  const provider = builtInCatalogue.providers.get(row.provider);
  return provider === undefined || provider.kind === "local" ? "none" : `\`${provider.auth.keyVariable}\``;
}

/** Prices of an image that the model makes: a square 1K one, as `artdesk models` shows it. */
function priceOf(row: CatalogueRow): string {
  if (row.price.kind === "unknown") return "none published: write yours under `prices`";
  if (row.price.kind === "per_area") {
    return `${formatUsd(row.price.microUsdPerBlock)} per ${row.price.blockPx / 1_000_000} megapixels`.replace(
      "1 megapixels",
      "megapixel",
    );
  }
  const image = { widthPx: 1024, heightPx: 1024, resolution: "1K", promptBytes: 0, references: 0, count: 1 } as const;
  const prices = row.qualities.map(({ id }) => estimateCallMicroUsd(row, { ...image, quality: id }));
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  return least === most ? formatUsd(least) : `${formatUsd(least)} to ${formatUsd(most)}`;
}

function lifecycleOf({ lifecycle: { shutdownOn, deprecatedOn, successor } }: CatalogueRow): string {
  const next = successor === undefined ? "" : `, then \`${successor}\``;
  if (shutdownOn !== undefined) return `ends ${shutdownOn}${next}`;
  return deprecatedOn === undefined ? "live" : `deprecated ${deprecatedOn}${next}`;
}

/** The best tier of any quality, per operation. */
function tiersOf(row: CatalogueRow): string {
  const order = ["premium", "standard", "unrated", "draft"] as const;
  return row.operations
    .map((operation) => {
      const tiers = row.qualities.map((quality) => quality.tiers[operation] ?? "unrated");
      return `${operation}: ${order.find((tier) => tiers.includes(tier)) ?? "unrated"}`;
    })
    .join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generateModelTables())) {
    const file = join(root, path);
    writeFileSync(file, withTable(readFileSync(file, "utf8"), text));
    console.log(`wrote the table of ${path}`);
  }
}
