import { type AccountTerms, accountTermsOf } from "./limits-schema.ts";
import type { Budget } from "../../basics/budget.ts";
import type { Tier, Urgency, VerifyMode } from "../../basics/types.ts";
import type { PriceFields, RowFields } from "./catalogue-schema.ts";
import { type BudgetFields, configSchema, type ProviderFields, type VolumeFields } from "./config-schema.ts";
import { readFields } from "../fields/read-fields.ts";
import { inputError } from "../fields/input-problem.ts";
import { checkText } from "../prompts/prompt-text.ts";
import { usdToMicroUsd } from "../../basics/money.ts";
import { nearestLine, type YamlPath, type YamlReader } from "../fields/yaml-document.ts";

/** Where prompt files are looked for when `artdesk.yml` does not say it. */
export const DEFAULT_PROMPT_PATTERNS: readonly string[] = ["**/*.image.md"];

/** Images made at the same time when `artdesk.yml` does not say it. */
export const DEFAULT_CONCURRENCY = 8;

/** How a provider is reached, beside its base URL. */
export type ProviderConnection = Omit<ProviderFields, "base_url">;

/** `artdesk.yml`, checked, with defaults, money in micro-USD. */
export interface ArtdeskConfig {
  /** As given to {@link parseConfig}; undefined for the defaults. */
  file: string | undefined;
  prompts: readonly string[];
  /** Preset name or rules, still unchecked: the policy's parser reads it. Undefined when not set. */
  policy: unknown;
  budget: Budget;
  /** As in the file; see {@link policyInput}. */
  volume: Readonly<VolumeFields>;
  /** Text added to every prompt; empty when not set. */
  style: string;
  /** For prompt files that do not say it; undefined when not set. */
  verify: VerifyMode | undefined;
  models: Readonly<Partial<Record<Tier, string>>>;
  /** `github`, `sqlite:PATH`, `redis://...` or `postgres://...`; undefined when not set. */
  ledger: string | undefined;
  /** Base URLs in the place of the providers' own, by provider id. */
  baseUrls: Readonly<Record<string, string>>;
  /** Headers, query parameters and ways to sign, by provider id. */
  connections: Readonly<Record<string, ProviderConnection>>;
  /** The user's own prices, by model id or alias; see `workspaceCatalogue`. */
  prices: Readonly<Record<string, PriceFields>>;
  /** The user's own models; see `workspaceCatalogue`. */
  catalogue: readonly RowFields[];
  concurrency: number;
  /** `concurrency` stands in the file: it holds whatever the providers allow. */
  isConcurrencySet: boolean;
  /** Limits, cheap hours and batch discounts of the accounts. */
  terms: AccountTerms;
  /** For prompt files that do not say it; undefined when not set. */
  urgency: Urgency | undefined;
  /** Line of a key or list item of the file, else of the nearest one above it. For errors of later checks. */
  lineOf: (path: YamlPath) => number;
}

/**
 * Reads `artdesk.yml`. Throws one `invalid_request` with the location of the first mistake and all others as `issues`.
 */
export function parseConfig(options: { file: string; text: string; readYaml: YamlReader }): ArtdeskConfig {
  const { file, text, readYaml } = options;
  checkText(file, text);
  const document = readYaml(text.replace(/^\uFEFF/, ""), file, 1);
  const result = readFields({
    schema: configSchema,
    document: { ...document, value: document.value ?? {} },
    file,
    fallbackLine: 1,
  });
  if ("problems" in result) throw inputError(result.problems);
  const fields = result.value;
  return {
    file,
    prompts: fields.prompts ?? DEFAULT_PROMPT_PATTERNS,
    policy: fields.policy,
    budget: budgetOf(fields.budget ?? {}),
    volume: fields.volume ?? {},
    style: fields.style ?? "",
    verify: fields.verify,
    models: modelsOf(fields.models ?? {}),
    ledger: fields.ledger,
    baseUrls: Object.fromEntries(
      Object.entries(fields.providers ?? {}).flatMap(([id, { base_url: url }]) =>
        url === undefined ? [] : [[id, url]],
      ),
    ),
    connections: connectionsOf(fields.providers ?? {}),
    prices: fields.prices ?? {},
    catalogue: fields.catalogue ?? [],
    concurrency: fields.concurrency ?? DEFAULT_CONCURRENCY,
    isConcurrencySet: fields.concurrency !== undefined,
    terms: accountTermsOf(fields.limits ?? {}),
    urgency: fields.urgency,
    lineOf: (path) => nearestLine(document, path, 1),
  };
}

/** What holds in a workspace without `artdesk.yml`: no limits, the preset policy, every `*.image.md`. */
export function defaultConfig(): ArtdeskConfig {
  return {
    file: undefined,
    prompts: DEFAULT_PROMPT_PATTERNS,
    policy: undefined,
    budget: {},
    volume: {},
    style: "",
    verify: undefined,
    models: {},
    ledger: undefined,
    baseUrls: {},
    connections: {},
    prices: {},
    catalogue: [],
    concurrency: DEFAULT_CONCURRENCY,
    isConcurrencySet: false,
    terms: accountTermsOf({}),
    urgency: undefined,
    lineOf: () => 1,
  };
}

/**
 * What the policy's parser reads: the `policy` of the file with its `volume` and `models` beside it. What the policy
 * itself says wins over these.
 */
export function policyInput(config: ArtdeskConfig): unknown {
  const { policy = {}, volume, models } = config;
  const own: unknown = typeof policy === "string" ? { preset: policy } : policy;
  if (typeof own !== "object" || own === null || Array.isArray(own)) return own;
  const { free_allowance, ...thresholds } = volume;
  return { volume: thresholds, models, ...(free_allowance && { free_allowance }), ...own };
}

function connectionsOf(providers: Readonly<Record<string, ProviderFields>>): Record<string, ProviderConnection> {
  return Object.fromEntries(
    Object.entries(providers).flatMap(([id, { base_url: _url, ...connection }]) =>
      Object.keys(connection).length === 0 ? [] : [[id, connection]],
    ),
  );
}

function modelsOf(fields: Partial<Record<Tier, string | undefined>>): Partial<Record<Tier, string>> {
  const models: Partial<Record<Tier, string>> = {};
  for (const tier of ["draft", "standard", "premium"] as const) {
    const model = fields[tier];
    if (model !== undefined) models[tier] = model;
  }
  return models;
}

function budgetOf(fields: BudgetFields): Budget {
  const tags = Object.entries(fields.tags ?? {}).map(([tag, limits]) => {
    return [
      tag,
      Object.fromEntries(Object.entries(limits).map(([value, usd]) => [value, exactMicroUsd(usd)])),
    ] as const;
  });
  return {
    monthMicroUsd: fields.month === undefined ? undefined : exactMicroUsd(fields.month),
    runMicroUsd: fields.run === undefined ? undefined : exactMicroUsd(fields.run),
    imageMicroUsd: fields.image === undefined ? undefined : exactMicroUsd(fields.image),
    tags: tags.length === 0 ? undefined : Object.fromEntries(tags),
    onExceeded: fields.on_exceeded,
    warnAtPercent: fields.warn_at,
  };
}

/** For amounts that the schema has accepted. */
function exactMicroUsd(usd: number): number {
  const microUsd = usdToMicroUsd(usd);
  if (microUsd === undefined) throw new RangeError(`${usd} passed the schema as an amount`);
  return microUsd;
}
