import { suggestName } from "../../basics/closest-name.ts";
import { usdToMicroUsd } from "../../basics/money.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { closestModel, findModel, plainName } from "../../models/rows/find-model.ts";
import {
  type CatalogueRow,
  ESTIMABLE_FIGURES,
  type EstimableFigure,
  type PriceRule,
  type QualityRow,
  type SizeRule,
  type Source,
} from "../../models/rows/row.ts";
import { type InputProblem, throwProblems } from "../fields/input-problem.ts";
import type { PriceFields, RowFields } from "./catalogue-schema.ts";
import type { ArtdeskConfig } from "./config.ts";

type Settings = Pick<ArtdeskConfig, "file" | "prices" | "catalogue" | "lineOf">;

/**
 * The catalogue of a workspace: the built-in one with the models under `catalogue` and the `prices` of artdesk.yml.
 * The same catalogue comes back when there are none.
 * @throws ArtdeskError `invalid_request` with file and line for a model or provider that there is not, or a mistake.
 */
export function workspaceCatalogue(base: Catalogue, settings: Settings): Catalogue {
  const { prices, catalogue: added } = settings;
  if (added.length === 0 && Object.keys(prices).length === 0) return base;
  const problems: InputProblem[] = [];
  const report = (path: readonly (string | number)[], message: string): void => {
    problems.push({ file: settings.file ?? "artdesk.yml", line: settings.lineOf(path), message });
  };
  const rows: CatalogueRow[] = [...base.rows];
  added.forEach((fields, index) => {
    const mistakes = mistakesOf(fields, rows, base);
    for (const [field, message] of mistakes)
      report(["catalogue", index, field], `\`catalogue[${index}].${field}\` ${message}`);
    if (mistakes.length === 0) rows.push(rowOf(fields, rows, sourceOf(fields, settings, index)));
  });
  added.forEach(({ successor }, index) => {
    if (successor === undefined || findModel(rows, successor) !== undefined) return;
    report(["catalogue", index, "successor"], `\`catalogue[${index}].successor\` ${unknownModel(rows, successor)}`);
  });
  const priced = new Map<CatalogueRow, { name: string; price: PriceFields }>();
  for (const [name, price] of Object.entries(prices)) {
    const path = ["prices", name];
    const row = findModel(rows, name)?.row;
    const other = row && priced.get(row);
    if (row === undefined) report(path, `\`prices\`: ${unknownModel(rows, name)}`);
    else if (other !== undefined) report(path, `\`prices\`: ${other.name} and ${name} are the same model, ${row.id}.`);
    else if (base.providers.get(row.provider)?.kind === "local") report(path, `\`prices\`: ${row.id} is free.`);
    else priced.set(row, { name, price });
    const strayQuality = row && typeof price !== "number" && unknownQuality(row, Object.keys(price.quality ?? {}));
    if (strayQuality) report([...path, "quality"], `\`prices.${name}.quality\`: ${strayQuality}`);
  }
  throwProblems(problems);
  return {
    ...base,
    rows: rows.map((row) => {
      const own = priced.get(row);
      if (own === undefined) return row;
      const source = {
        document: `${settings.file ?? "artdesk.yml"}:${settings.lineOf(["prices", own.name])}`,
        date: "",
      };
      return {
        ...row,
        price: priceOf(own.price),
        predictablePrice: true,
        sources: { ...row.sources, price: source },
        estimated: row.estimated.filter((figure) => figure !== "price"),
      };
    }),
  };
}

/** What is wrong with a row, by its field. */
function mistakesOf(fields: RowFields, rows: readonly CatalogueRow[], base: Catalogue): [keyof RowFields, string][] {
  const mistakes: [keyof RowFields, string][] = [];
  const provider = base.providers.get(fields.provider);
  const known = [...base.providers.values()].filter(({ kind }) => kind !== "local").map(({ id }) => id);
  if (provider === undefined || provider.kind === "local")
    mistakes.push([
      "provider",
      `names no provider that serves models: ${JSON.stringify(fields.provider)}. ${suggestName(fields.provider, known)}`,
    ]);
  const taken = (name: string): boolean =>
    rows.some((row) => [row.id, row.name].some((other) => plainName(other) === plainName(name)));
  if (taken(fields.id))
    mistakes.push(["id", `is taken: there is a model ${fields.id} already. Use \`prices\` to give it a price.`]);
  if (fields.name !== undefined && taken(fields.name)) mistakes.push(["name", "is the name of another model."]);
  const like = fields.like === undefined ? undefined : findModel(rows, fields.like)?.row;
  if (fields.like !== undefined && like === undefined) mistakes.push(["like", unknownModel(rows, fields.like)]);
  if (fields.sizes !== undefined && fields.free_sizes !== undefined)
    mistakes.push(["free_sizes", "cannot stand beside `sizes`."]);
  if (fields.sizes === undefined && fields.free_sizes === undefined && fields.like === undefined)
    mistakes.push(["id", "has no sizes: give it `sizes`, `free_sizes` or `like`."]);
  const operations: readonly string[] = fields.operations ?? like?.operations ?? ["generate"];
  for (const operation of Object.keys(fields.tiers ?? {})) {
    if (!operations.includes(operation))
      mistakes.push(["tiers", `has a tier for ${operation}, which is not among its operations.`]);
  }
  if (fields.max_references === 0 && operations.some((operation) => operation !== "generate"))
    mistakes.push(["max_references", "must be at least 1 for a model that edits or upscales."]);
  if (fields.parameters !== undefined && !(provider?.kind === "http" && provider.modelsByHand === true))
    mistakes.push(["parameters", "is for servers of your own only."]);
  return mistakes;
}

function rowOf(fields: RowFields, rows: readonly CatalogueRow[], source: Source): CatalogueRow {
  const like = fields.like === undefined ? undefined : findModel(rows, fields.like)?.row;
  const operations = fields.operations ?? like?.operations ?? ["generate"];
  const isEditor = operations.some((operation) => operation !== "generate");
  return {
    provider: fields.provider,
    id: fields.id,
    name: fields.name ?? fields.id,
    aliases: (fields.aliases ?? []).map((id) => ({ id })),
    operations,
    sizes: sizesOf(fields) ?? like?.sizes ?? { kind: "fixed", sizes: [] },
    qualities: qualitiesOf(fields, like, source),
    formats: fields.formats ?? like?.formats ?? ["png"],
    transparent: fields.transparent ?? like?.transparent ?? false,
    mask: fields.mask ?? like?.mask ?? false,
    maxReferences: fields.max_references ?? like?.maxReferences ?? (isEditor ? 1 : 0),
    maxImagesPerCall: fields.max_images ?? like?.maxImagesPerCall ?? 1,
    maxPromptCharacters: fields.max_prompt ?? like?.maxPromptCharacters ?? 32_000,
    strengths: fields.strengths ?? [],
    price: fields.price === undefined ? { kind: "unknown" } : priceOf(fields.price),
    predictablePrice: true,
    commercialUse: fields.commercial_use ?? like?.commercialUse ?? false,
    imagesPerMinute: undefined,
    lifecycle: {
      availableFrom: undefined,
      deprecatedOn: undefined,
      shutdownOn: fields.shutdown,
      successor: fields.successor,
    },
    sources: {
      price: source,
      sizes: source,
      lifecycle: source,
      limits: source,
      strengths: source,
      ...(fields.latency_seconds === undefined ? {} : { latency: source }),
    },
    estimated: unstatedIn(fields),
    parameters: fields.parameters,
  };
}

/** What the user left out, so that a default or the figure of another model stands in. */
function unstatedIn(fields: RowFields): readonly EstimableFigure[] {
  const stated: Readonly<Partial<Record<EstimableFigure, unknown>>> = {
    latency: fields.latency_seconds,
    sizes: fields.sizes ?? fields.free_sizes,
    formats: fields.formats,
    maxReferences: fields.max_references,
    maxImagesPerCall: fields.max_images,
    maxPromptCharacters: fields.max_prompt,
    commercialUse: fields.commercial_use,
  };
  return ESTIMABLE_FIGURES.filter((figure) => figure in stated && stated[figure] === undefined);
}

function sizesOf({ sizes, free_sizes: free }: RowFields): SizeRule | undefined {
  if (sizes !== undefined) {
    return {
      kind: "fixed",
      sizes: sizes.map((size) => {
        const [widthPx = 0, heightPx = 0] = size.split("x").map(Number);
        return { widthPx, heightPx };
      }),
    };
  }
  return (
    free && {
      kind: "free",
      edgeMultiplePx: free.multiple_of,
      minAreaPx: free.min_area,
      maxAreaPx: free.max_area,
      maxEdgePx: free.max_edge,
      maxRatio: free.max_ratio,
    }
  );
}

/** Tiers are the user's judgement; those of the model that it is like do not carry over. */
function qualitiesOf(fields: RowFields, like: CatalogueRow | undefined, source: Source): readonly QualityRow[] {
  const ids = fields.qualities ?? like?.qualities.map(({ id }) => id) ?? ["default"];
  const { tiers = {} } = fields;
  const isRated = Object.keys(tiers).length > 0;
  return ids.map((id) => ({
    id,
    tiers: Object.fromEntries(Object.entries(tiers).filter(([, tier]) => tier !== undefined)),
    evidence: isRated ? "Your own rating." : "No published score yet.",
    evidenceSource: isRated ? source : undefined,
    latencyMs: Math.round((fields.latency_seconds ?? 30) * 1000),
  }));
}

function priceOf(price: PriceFields): PriceRule {
  if (typeof price === "number") return { kind: "per_image", microUsdPerImage: microUsd(price) };
  const variants = [...Object.entries(price.size ?? {}), ...Object.entries(price.quality ?? {})];
  return {
    kind: "per_image",
    microUsdPerImage: microUsd(price.image),
    microUsdByVariant: Object.fromEntries(variants.map(([name, usd]) => [name, microUsd(usd)])),
  };
}

/** The schema has seen to it that the amount is whole micro-USD. */
function microUsd(usd: number): number {
  return usdToMicroUsd(usd) ?? 0;
}

function unknownQuality(row: CatalogueRow, names: readonly string[]): string | undefined {
  const known = row.qualities.map(({ id }) => id);
  const stray = names.find((name) => !known.includes(name));
  return stray === undefined ? undefined : `${row.id} has no quality ${stray}. ${suggestName(stray, known)}`;
}

function unknownModel(rows: readonly CatalogueRow[], name: string): string {
  const meant = closestModel(rows, name);
  const hint = meant === undefined ? "`artdesk models` lists them." : `Did you mean ${meant}?`;
  return `there is no model called ${JSON.stringify(name)}. ${hint}`;
}

function sourceOf({ source, checked_on: date }: RowFields, settings: Settings, index: number): Source {
  const place = `${settings.file ?? "artdesk.yml"}:${settings.lineOf(["catalogue", index])}`;
  return { document: source === undefined ? place : `${source} (${place})`, date: date ?? "" };
}
