import type { PixelSize, Resolution, SizeWish } from "../../basics/types.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import type { Candidate } from "./candidate.ts";
import { buildOfferTable, type TableQuery } from "./offer-table.ts";
import { EDGE_PX, resolveSize, upscaleFactor, type ResolvedSize } from "./resolve-size.ts";

/** More than this invents most of what is seen. */
const MAX_FACTOR = 4;
/** Below this there is too little in the image to enlarge. */
const MIN_BASE_AREA_PX = 768 * 768;

/** Whether there can be a smaller image: not for what is pinned, drawn, edited or small already. */
export function mayTakeTwoSteps({ needs, pin, localOnly, size }: TableQuery): boolean {
  if (needs.operation !== "generate" || pin !== undefined || localOnly) return false;
  return size.kind === "exact" ? size.widthPx * size.heightPx > MIN_BASE_AREA_PX : size.resolution !== "1K";
}

/**
 * Images that a model which cannot make the wanted size makes smaller, each with the cheapest model that enlarges it.
 * Only for what {@link mayTakeTwoSteps}.
 */
export function buildTwoStepTable(query: TableQuery): readonly Candidate[] {
  const { size: wish } = query;
  const enlargers = new Map<string, Candidate | undefined>();
  const found: Candidate[] = [];
  for (const baseWish of baseWishes(query.catalogue.rows, wish)) {
    for (const base of buildOfferTable({ ...query, size: baseWish, preferredId: undefined }).kept) {
      if (typeof resolveSize(base.row.sizes, wish) !== "string") continue;
      const final = enlargedSize(base.size, wish);
      if (final === undefined || base.size.widthPx * base.size.heightPx < MIN_BASE_AREA_PX) continue;
      const key = `${base.size.size} ${final.widthPx}x${final.heightPx}`;
      if (!enlargers.has(key)) enlargers.set(key, cheapestEnlarger(query, base.size, final));
      const enlarger = enlargers.get(key);
      if (enlarger !== undefined) found.push(inTwoSteps(base, enlarger));
    }
  }
  return found;
}

/** Smaller sizes to ask for, each once: whole parts of the wish, and the fixed sizes of models in its shape. */
function baseWishes(rows: readonly CatalogueRow[], wish: SizeWish): readonly SizeWish[] {
  if (wish.kind === "shape") return smallerClasses(wish.resolution).map((resolution) => ({ ...wish, resolution }));
  const sizes = new Map<string, PixelSize>();
  const add = ({ widthPx, heightPx }: PixelSize): void => {
    if (widthPx * heightPx >= MIN_BASE_AREA_PX) sizes.set(`${widthPx}x${heightPx}`, { widthPx, heightPx });
  };
  for (let factor = 2; factor <= MAX_FACTOR; factor += 1) {
    if (wish.widthPx % factor === 0 && wish.heightPx % factor === 0)
      add({ widthPx: wish.widthPx / factor, heightPx: wish.heightPx / factor });
  }
  for (const { sizes: rule } of rows) {
    const own = rule.kind === "fixed" ? rule.sizes : rule.kind === "table" ? rule.entries : [];
    for (const size of own) if (isEnlargement(upscaleFactor(size, wish))) add(size);
  }
  return [...sizes.values()].map((size) => ({ kind: "exact", ...size }));
}

function smallerClasses(resolution: Resolution): readonly Resolution[] {
  const classes = Object.keys(EDGE_PX) as Resolution[];
  return classes.filter((smaller) => isEnlargement(EDGE_PX[resolution] / EDGE_PX[smaller]));
}

function isEnlargement(factor: number | undefined): boolean {
  return factor !== undefined && factor > 1 && factor <= MAX_FACTOR;
}

/** The wanted pixels; for a shape the smaller image times the step between the classes. */
function enlargedSize(base: ResolvedSize, wish: SizeWish): PixelSize | undefined {
  if (wish.kind === "exact") return wish;
  const factor = EDGE_PX[wish.resolution] / classEdgePx(base, wish.resolution);
  return isEnlargement(factor) ? { widthPx: base.widthPx * factor, heightPx: base.heightPx * factor } : undefined;
}

/** Edge of the class that an image belongs to: the largest below the wanted one that its area reaches half of. */
function classEdgePx({ widthPx, heightPx }: PixelSize, wanted: Resolution): number {
  const edges = smallerClasses(wanted).map((resolution) => EDGE_PX[resolution]);
  return Math.max(...edges.filter((edge) => widthPx * heightPx > edge ** 2 / 2), Math.min(...edges));
}

/** The cheapest model that makes this size of that image; of equally cheap ones the fastest, then by its name. */
function cheapestEnlarger(query: TableQuery, source: PixelSize, final: PixelSize): Candidate | undefined {
  const { kept } = buildOfferTable({
    ...query,
    needs: { ...query.needs, operation: "upscale", references: 1, hasMask: false, promptCharacters: 0 },
    size: { kind: "exact", ...final },
    source,
    quality: undefined,
    // No board rates enlarging: what an image is good for is decided by who makes it.
    tier: query.tier === "premium" ? "standard" : query.tier,
    strengths: [],
    preferredId: undefined,
  });
  return kept.toSorted(
    (left, right) =>
      left.price.worstUnits - right.price.worstUnits ||
      left.quality.latencyMs - right.quality.latencyMs ||
      (left.row.id < right.row.id ? -1 : 1),
  )[0];
}

function inTwoSteps(base: Candidate, enlarger: Candidate): Candidate {
  const latencyMs = base.quality.latencyMs + enlarger.quality.latencyMs;
  const size = { ...enlarger.size, factor: undefined, experimental: base.size.experimental };
  return {
    ...base,
    quality: { ...base.quality, latencyMs },
    size,
    preferred: false,
    warnings: [...base.warnings, ...enlarger.warnings],
    steps: [base, enlarger],
  };
}
