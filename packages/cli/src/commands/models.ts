import { ArtdeskError, type CatalogueRow, closestModel, findModel } from "@artdesk/core";
import { checkModels, createUndiciHttp, type ModelCheck, withPlatforms } from "@artdesk/core/node";
import { deskOptions, readAmount } from "../host/command-options.ts";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { hasEnded, pricesOf, showModels } from "../show/show-models.ts";

export interface ModelsCommandOptions {
  cwd?: string;
  config?: string;
  json?: boolean;
  operation?: string;
  provider?: string[];
  maxPrice?: string;
  check?: boolean;
}

/**
 * `artdesk models`: what each model of the workspace costs, is good for, and how long it lives. With `--check` it asks
 * the providers what their own lists say: exit 4 when the catalogue differs, 1 when one could not be asked.
 * Throws `invalid_request` for an operation, a provider or a model that there is not.
 */
export async function modelsCommand(
  names: readonly string[],
  options: ModelsCommandOptions,
  io: Io,
): Promise<ExitCode> {
  const { cwd, config } = options;
  const desk = await openDesk(
    {
      ...deskOptions({ ...(cwd !== undefined && { cwd }), ...(config !== undefined && { config }) }, io),
      readOnly: true,
    },
    io,
  );
  try {
    const { catalogue } = desk;
    const rows = chooseRows(catalogue.rows, [...catalogue.providers.keys()], names, options);
    const today = new Date(desk.clock.nowMs()).toISOString().slice(0, 10);
    if (!options.check) {
      const models = rows.map((row) => ({ ...row, prices: pricesOf(row), ended: hasEnded(row, today) }));
      io.out(options.json ? `${JSON.stringify({ models }, null, 2)}\n` : showModels(rows, names, today));
      return EXIT.done;
    }
    const { baseUrls, connections } = desk.workspace.config;
    const providers = withPlatforms(catalogue.providers.values(), io.env, baseUrls);
    const http = createUndiciHttp({ providers, env: io.env, baseUrls, connections });
    try {
      const checks = await checkModels({ http, catalogue: { ...catalogue, rows }, known: catalogue, today });
      io.out(options.json ? `${JSON.stringify({ checks }, null, 2)}\n` : showChecks(checks));
      return exitCodeOfChecks(checks);
    } finally {
      await http.close();
    }
  } finally {
    await desk.close();
  }
}

function chooseRows(
  rows: readonly CatalogueRow[],
  providers: readonly string[],
  names: readonly string[],
  options: ModelsCommandOptions,
): readonly CatalogueRow[] {
  if (options.operation !== undefined) requireKnown("operation", options.operation, ["generate", "edit", "upscale"]);
  for (const provider of options.provider ?? []) requireKnown("provider", provider, providers);
  const named = names.map((name) => requireModel(rows, name));
  const mostMicroUsd = options.maxPrice === undefined ? undefined : readAmount("--max-price", options.maxPrice);
  return rows.filter(
    (row) =>
      (named.length === 0 || named.includes(row)) &&
      (options.operation === undefined || row.operations.some((operation) => operation === options.operation)) &&
      (options.provider === undefined || options.provider.includes(row.provider)) &&
      (mostMicroUsd === undefined || pricesOf(row).some(({ microUsd }) => microUsd <= mostMicroUsd)),
  );
}

function requireModel(rows: readonly CatalogueRow[], name: string): CatalogueRow {
  const found = findModel(rows, name);
  if (found) return found.row;
  const meant = closestModel(rows, name);
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `There is no model called "${name}".`,
    hint: meant === undefined ? "`artdesk models` lists them." : `Did you mean ${meant}?`,
  });
}

function requireKnown(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `Unknown ${what} "${name}".`,
    hint: `Use one of: ${known.join(", ")}.`,
  });
}

function showChecks(checks: readonly ModelCheck[]): string {
  const lines = checks.flatMap(({ provider, state, reason, models, findings }) => [
    state === "checked" ? `${provider}: ${models} models compared` : `${provider}: ${state}, ${reason ?? ""}`,
    ...findings.map(
      (finding) => `  ${finding.state === "drift" ? "differs" : "note"}: ${finding.model} ${finding.message}`,
    ),
  ]);
  const drift = checks.flatMap(({ findings }) => findings).filter(({ state }) => state === "drift").length;
  const isAnyChecked = checks.some(({ state }) => state === "checked");
  const sum = drift > 0 ? `${drift} differences from the catalogue.` : "No differences from the catalogue.";
  return `${[...lines, isAnyChecked ? sum : "Nothing was compared."].join("\n")}\n`;
}

/** A failure weighs more than a difference; with no key at all there was nothing to check. */
function exitCodeOfChecks(checks: readonly ModelCheck[]): ExitCode {
  if (checks.some(({ state }) => state === "failed")) return EXIT.failed;
  if (!checks.some(({ state }) => state === "checked")) return EXIT.invalid;
  return checks.some(({ findings }) => findings.some(({ state }) => state === "drift")) ? EXIT.stale : EXIT.done;
}
