import type { Decision, Tier } from "../../basics/types.ts";
import { closestModel, findModel, type FoundModel } from "../../models/rows/find-model.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import type { Policy } from "../policy/policy.ts";

/** Why a plan is empty. */
export type Blocked = NonNullable<Decision["blocked"]>;

/** The models that a request and its policy name, found in the catalogue. */
export interface NamedModels {
  /** The pinned model. */
  pin: CatalogueRow | undefined;
  /** Ids of the only models allowed. */
  only: readonly string[] | undefined;
  avoid: readonly string[];
  warnings: string[];
  /** A name that no model has. */
  problem: Blocked | undefined;
}

/** The models that a policy's settings name. */
export interface PolicyModels {
  preferred: Readonly<Partial<Record<Tier, string>>>;
  /** Free images a month by model id. */
  freeAllowance: ReadonlyMap<string, number>;
  warnings: readonly string[];
  problem: Blocked | undefined;
}

/** Finds what `model` in the request, and `models` and `avoidModels` in the policy's rules name. */
export function resolveNames(
  rows: readonly CatalogueRow[],
  pinName: string | undefined,
  onlyNames: readonly string[] | undefined,
  avoidNames: readonly string[],
  today: string,
): NamedModels {
  const named: NamedModels = { pin: undefined, only: undefined, avoid: avoidNames, warnings: [], problem: undefined };
  if (pinName !== undefined) {
    const found = findModel(rows, pinName);
    if (found === undefined) named.problem = unknownModel(rows, pinName, "invalid_request", "model");
    else named.pin = followSuccession(rows, found, today, named.warnings);
  }
  if (onlyNames !== undefined) named.only = idsOf(rows, onlyNames, named);
  if (avoidNames.length > 0) named.avoid = idsOf(rows, avoidNames, named);
  return named;
}

const NOTHING_NAMED: PolicyModels = { preferred: {}, freeAllowance: new Map(), warnings: [], problem: undefined };
const policyModels = new WeakMap<Policy, { rows: readonly CatalogueRow[]; models: PolicyModels }>();

/** Finds what `models` and `free_allowance` in a policy name; remembered per policy. */
export function resolvePolicyModels(rows: readonly CatalogueRow[], policy: Policy): PolicyModels {
  const known = policyModels.get(policy);
  if (known?.rows === rows) return known.models;
  const models = readPolicyModels(rows, policy);
  policyModels.set(policy, { rows, models });
  return models;
}

function readPolicyModels(rows: readonly CatalogueRow[], policy: Policy): PolicyModels {
  const tiers = Object.entries(policy.models);
  const allowances = Object.entries(policy.freeAllowance);
  if (tiers.length === 0 && allowances.length === 0) return NOTHING_NAMED;
  const preferred: Partial<Record<Tier, string>> = {};
  const freeAllowance = new Map<string, number>();
  const warnings: string[] = [];
  let problem: Blocked | undefined;
  const find = (name: string, setting: string): string | undefined => {
    const found = findModel(rows, name);
    if (found === undefined) problem ??= unknownModel(rows, name, "invalid_policy", setting);
    else if (found.alias?.note !== undefined) warnings.push(`${setting}: ${found.alias.note}`);
    return found?.row.id;
  };
  for (const tier of ["draft", "standard", "premium"] as const) {
    const name = policy.models[tier];
    const id = name === undefined ? undefined : find(name, `models.${tier}`);
    if (id !== undefined) preferred[tier] = id;
  }
  for (const [name, images] of allowances) {
    const id = find(name, "free_allowance");
    if (id !== undefined) freeAllowance.set(id, images);
  }
  return { preferred, freeAllowance, warnings, problem };
}

function idsOf(rows: readonly CatalogueRow[], names: readonly string[], named: NamedModels): string[] {
  const ids: string[] = [];
  for (const name of names) {
    const found = findModel(rows, name);
    if (found === undefined) named.problem ??= unknownModel(rows, name, "invalid_policy", "rules");
    else {
      ids.push(found.row.id);
      if (found.alias?.note !== undefined) named.warnings.push(found.alias.note);
    }
  }
  return ids;
}

/** The row that a pinned name leads to. Names that are gone lead to their successor, with a warning. */
function followSuccession(
  rows: readonly CatalogueRow[],
  found: FoundModel,
  today: string,
  warnings: string[],
): CatalogueRow {
  const { row, alias } = found;
  if (alias?.note !== undefined) warnings.push(alias.note);
  else if (alias?.retiredOn !== undefined)
    warnings.push(`${alias.id} was retired on ${alias.retiredOn}; ${row.id} is used instead.`);
  const { shutdownOn, successor } = row.lifecycle;
  if (shutdownOn === undefined || today < shutdownOn || successor === undefined) return row;
  const next = rows.find((candidate) => candidate.id === successor);
  if (next === undefined) return row;
  warnings.push(`${row.id} was shut down on ${shutdownOn}; its successor ${next.id} is used instead.`);
  return next;
}

function unknownModel(rows: readonly CatalogueRow[], name: string, code: Blocked["code"], setting: string): Blocked {
  const meant = closestModel(rows, name);
  const known = rows.map((row) => row.id).join(", ");
  return {
    code,
    message: `${setting}: there is no model called ${JSON.stringify(name)}.`,
    hint: meant === undefined ? `Known models: ${known}.` : `Did you mean ${meant}?`,
  };
}
