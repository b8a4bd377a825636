import type {
  CutFile,
  ImageFormat,
  Operation,
  PixelSize,
  Purpose,
  SizeWish,
  Strength,
  Tier,
} from "../../basics/types.ts";
import type { Provider } from "../../models/adapter/provider.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import type { Candidate } from "./candidate.ts";
import { buildOfferTable, type OfferTable, type TableQuery } from "./offer-table.ts";
import { buildTwoStepTable, mayTakeTwoSteps } from "./two-step-table.ts";

/** Tables kept per catalogue; when there are more kinds of requests than this, all are forgotten. */
const MAX_TABLES = 512;

interface CatalogueTables {
  providers: ReadonlyMap<string, Provider>;
  /** The providers of the rows, each once. */
  providerIds: readonly string[];
  /** Prompts up to this length suit every row, so that their length makes no difference. */
  anyPromptCharacters: number;
  /** The day that all tables are for. */
  today: string;
  count: number;
  /** By providers with a key, then by {@link kindCode}, then by {@link shapeCode}. */
  usual: Map<number, Map<number, Map<number, OfferTable>>>;
  /** Whatever has no such code, by all that a table depends on in one string. */
  unusual: Map<string, OfferTable>;
  /** Ways in two steps, likewise. */
  twoSteps: Map<string, readonly Candidate[]>;
}

const tablesByRows = new WeakMap<readonly CatalogueRow[], CatalogueTables>();

/** The offer table of a query, remembered for the next request of the same kind. */
export function offerTable(query: TableQuery): OfferTable {
  const known = tablesOf(query);
  const kind = isUsual(query, known) ? kindCode(query) : -1;
  const shape = kind < 0 ? -1 : shapeCode(query.size);
  if (shape < 0) return unusualTable(query, known);
  const keys = keysCode(query, known.providerIds);
  const table = known.usual.get(keys)?.get(kind)?.get(shape);
  if (table !== undefined) return table;
  const built = build(query, known);
  const byKind = childOf(known.usual, keys);
  childOf(byKind, kind).set(shape, built);
  return built;
}

function unusualTable(query: TableQuery, known: CatalogueTables): OfferTable {
  const key = keyOf(query, known);
  const table = known.unusual.get(key);
  if (table !== undefined) return table;
  const built = build(query, known);
  known.unusual.set(key, built);
  return built;
}

/** The ways in two steps of a query, remembered likewise. */
export function twoStepTable(query: TableQuery): readonly Candidate[] {
  if (!mayTakeTwoSteps(query)) return NONE;
  const known = tablesOf(query);
  const key = keyOf(query, known);
  const table = known.twoSteps.get(key);
  if (table !== undefined) return table;
  makeRoom(known);
  const built = buildTwoStepTable(query);
  known.twoSteps.set(key, built);
  return built;
}

const NONE: readonly Candidate[] = [];

function build(query: TableQuery, known: CatalogueTables): OfferTable {
  makeRoom(known);
  return buildOfferTable(query);
}

function makeRoom(known: CatalogueTables): void {
  if (known.count >= MAX_TABLES) {
    known.count = 0;
    known.usual.clear();
    known.unusual.clear();
    known.twoSteps.clear();
  }
  known.count += 1;
}

function childOf<Child>(parent: Map<number, Map<number, Child>>, key: number): Map<number, Child> {
  let child = parent.get(key);
  if (child === undefined) {
    child = new Map();
    parent.set(key, child);
  }
  return child;
}

function tablesOf({ catalogue, needs }: TableQuery): CatalogueTables {
  const known = tablesByRows.get(catalogue.rows);
  if (known?.providers === catalogue.providers && known.today === needs.today) return known;
  const fresh: CatalogueTables = {
    providers: catalogue.providers,
    providerIds: [...new Set(catalogue.rows.map((row) => row.provider))],
    anyPromptCharacters: Math.min(...catalogue.rows.map((row) => row.maxPromptCharacters)),
    today: needs.today,
    count: 0,
    usual: new Map(),
    unusual: new Map(),
    twoSteps: new Map(),
  };
  tablesByRows.set(catalogue.rows, fresh);
  return fresh;
}

const OPERATIONS: Readonly<Record<Operation, number>> = { generate: 0, edit: 1, upscale: 2 };
const PURPOSES: Readonly<Record<Purpose, number>> = { draft: 0, internal: 1, docs: 2, social: 3, client: 4, print: 5 };
const FORMATS: Readonly<Record<ImageFormat, number>> = { png: 0, jpeg: 1, webp: 2 };
const TIERS: Readonly<Record<Tier, number>> = { draft: 0, standard: 1, premium: 2 };
const RESOLUTIONS = { "1K": 0, "2K": 1, "4K": 2 } as const;
/** From 1, so that every order of strengths has its own number. */
const STRENGTHS: Readonly<Record<Strength, number>> = {
  text: 1,
  long_prompt: 2,
  people: 3,
  hard_light: 4,
  photorealism: 5,
};
const MAX_CODED_PROVIDERS = 30;
const MAX_CODED_REFERENCES = 31;
const MAX_CODED_RATIO = 1 << 8;
const MAX_CODED_EDGE_PX = 1 << 14;

/** Whether nothing is named, and every number is small enough for its place in a code. */
function isUsual(query: TableQuery, known: CatalogueTables): boolean {
  return (
    query.pin === undefined &&
    query.only === undefined &&
    query.avoid.length === 0 &&
    query.quality === undefined &&
    query.enabledProviders === undefined &&
    query.preferredId === undefined &&
    query.source === undefined &&
    query.needs.references <= MAX_CODED_REFERENCES &&
    query.needs.promptCharacters <= known.anyPromptCharacters &&
    known.providerIds.length <= MAX_CODED_PROVIDERS
  );
}

/** What is asked for apart from the shape, in less than 2^30: no two kinds share a number. */
function kindCode({ needs, tier, strengths, predictablePrice, localOnly }: TableQuery): number {
  let code = 0;
  for (const strength of strengths) code = code * 6 + STRENGTHS[strength];
  code = code * 3 + OPERATIONS[needs.operation];
  code = code * 6 + PURPOSES[needs.purpose];
  code = code * 4 + (needs.format === undefined ? 3 : FORMATS[needs.format]);
  code = code * 3 + TIERS[tier];
  code = code * 16 + flagsOf(needs.hasMask, needs.transparent, predictablePrice, localOnly);
  return code * (MAX_CODED_REFERENCES + 1) + needs.references;
}

function flagsOf(hasMask: boolean, transparent: boolean, predictablePrice: boolean, localOnly: boolean): number {
  return (hasMask ? 1 : 0) + (transparent ? 2 : 0) + (predictablePrice ? 4 : 0) + (localOnly ? 8 : 0);
}

/** A size or a shape in less than 2^29; -1 when its numbers are too large for that. */
function shapeCode(size: SizeWish): number {
  if (size.kind === "exact") {
    const { widthPx, heightPx, cuts } = size;
    if (cuts !== undefined) return -1;
    const isSmall = isBelow(widthPx, MAX_CODED_EDGE_PX) && isBelow(heightPx, MAX_CODED_EDGE_PX);
    return isSmall ? (widthPx * MAX_CODED_EDGE_PX + heightPx) * 2 : -1;
  }
  const { aspectWidth, aspectHeight, resolution } = size;
  if (!isBelow(aspectWidth, MAX_CODED_RATIO) || !isBelow(aspectHeight, MAX_CODED_RATIO)) return -1;
  return ((aspectWidth * MAX_CODED_RATIO + aspectHeight) * 3 + RESOLUTIONS[resolution]) * 2 + 1;
}

function isBelow(value: number, limit: number): boolean {
  return value >= 0 && value < limit && Number.isInteger(value);
}

/** One bit per provider that has a key. */
function keysCode(query: TableQuery, providerIds: readonly string[]): number {
  let code = 0;
  for (const id of providerIds) code = code * 2 + (query.hasKey(id) ? 1 : 0);
  return code;
}

/** All that a table depends on, in one string. Free text goes through JSON, so that no two queries share a key. */
function keyOf(query: TableQuery, known: CatalogueTables): string {
  const { needs, pin, only, avoid, quality, strengths, enabledProviders } = query;
  const keys = known.providerIds.map((id) => (query.hasKey(id) ? "1" : "0")).join("");
  const flags = flagsOf(needs.hasMask, needs.transparent, query.predictablePrice, query.localOnly);
  const characters = needs.promptCharacters <= known.anyPromptCharacters ? 0 : needs.promptCharacters;
  const plain = `${needs.operation} ${needs.purpose} ${needs.format} ${needs.references} ${flags} ${query.tier} ${sizeKey(query.size)}${sourceKey(query.source)} ${keys} ${characters} ${strengths.join()}`;
  return `${plain} ${JSON.stringify([pin?.id, only, avoid, quality, enabledProviders, query.preferredId])}`;
}

function sourceKey(source: PixelSize | undefined): string {
  return source === undefined ? "" : `<${source.widthPx}x${source.heightPx}`;
}

function cutsKey(cuts: readonly CutFile[] = []): string {
  return cuts.map(({ widthPx, heightPx, fit }) => `>${widthPx}x${heightPx}${fit}`).join("");
}

function sizeKey(size: SizeWish): string {
  return size.kind === "exact"
    ? `${size.widthPx}x${size.heightPx}${cutsKey(size.cuts)}`
    : `${size.aspectWidth}:${size.aspectHeight}:${size.resolution}`;
}
