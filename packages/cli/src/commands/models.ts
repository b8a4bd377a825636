import { ArtdeskError, catalogueRows, type CatalogueRow, estimateCallMicroUsd, formatUsd } from "@artdesk/core";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { showTable } from "../show/show-table.ts";

export interface ModelsCommandOptions {
  json?: boolean;
  operation?: string;
  provider?: string[];
}

/**
 * `artdesk models`: the catalogue: what each model costs, is good for, and how long it lives.
 * Throws `invalid_request` for an operation or a provider that there is not.
 */
export function modelsCommand(options: ModelsCommandOptions, io: Io): ExitCode {
  const operations = new Set<string>(catalogueRows.flatMap((row) => row.operations));
  const providers = new Set<string>(catalogueRows.map((row) => row.provider));
  if (options.operation !== undefined) requireKnown("operation", options.operation, operations);
  for (const provider of options.provider ?? []) requireKnown("provider", provider, providers);
  const rows = catalogueRows.filter(
    (row) =>
      (options.operation === undefined || row.operations.some((operation) => operation === options.operation)) &&
      (options.provider === undefined || options.provider.includes(row.provider)),
  );
  if (options.json) {
    io.out(`${JSON.stringify({ models: rows.map((row) => ({ ...row, prices: pricesOf(row) })) }, null, 2)}\n`);
    return EXIT.done;
  }
  io.out(
    showTable(
      [
        { head: "model", maxWidth: 30 },
        { head: "known as", maxWidth: 26 },
        { head: "does", maxWidth: 18 },
        { head: "a square 1K image", maxWidth: 34 },
        { head: "good enough for", maxWidth: 34 },
        { head: "lifecycle", maxWidth: 30 },
        { head: "price from", maxWidth: 30 },
      ],
      rows.map((row) => [
        `${row.provider}/${row.id}`,
        row.name,
        row.operations.join(", "),
        pricesOf(row)
          .map(({ quality, microUsd }) => `${quality} ${formatUsd(microUsd)}`)
          .join(", "),
        row.qualities.map((quality) => `${quality.id}: ${quality.tiers.generate ?? "unrated"}`).join(", "),
        lifecycleOf(row),
        `${row.sources.price.document} (${row.sources.price.date})`,
      ]),
    ),
  );
  return EXIT.done;
}

function requireKnown(what: string, name: string, known: ReadonlySet<string>): void {
  if (known.has(name)) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `Unknown ${what} "${name}".`,
    hint: `Use one of: ${[...known].join(", ")}.`,
  });
}

function pricesOf(row: CatalogueRow): { quality: string; microUsd: number }[] {
  return row.qualities.flatMap((quality) => {
    const square = {
      quality: quality.id,
      widthPx: 1024,
      heightPx: 1024,
      resolution: "1K",
      promptBytes: 0,
      references: 0,
    } as const;
    return [{ quality: quality.id, microUsd: estimateCallMicroUsd(row, { ...square, count: 1 }) }];
  });
}

function lifecycleOf(row: CatalogueRow): string {
  const { shutdownOn, deprecatedOn, successor } = row.lifecycle;
  if (shutdownOn !== undefined) return `ends ${shutdownOn}${successor ? `, then ${successor}` : ""}`;
  if (deprecatedOn !== undefined) return `deprecated ${deprecatedOn}${successor ? `, then ${successor}` : ""}`;
  return "live";
}
