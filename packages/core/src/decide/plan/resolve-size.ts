import type { CutFile, PixelSize, Resolution, SizeWish } from "../../basics/types.ts";
import type { SizeRule } from "../../models/rows/row.ts";
import { coverSize } from "./cover-size.ts";

/** The pixels that a model will make for a wish. */
export interface ResolvedSize extends PixelSize {
  /** `WIDTHxHEIGHT`. */
  size: string;
  /** Shape and class, for models that take no pixels. */
  aspect: string | undefined;
  resolution: Resolution | undefined;
  /** For upscalers: how many times the edges of the image that goes in. */
  factor?: number | undefined;
  /** The provider calls this size experimental. */
  experimental: boolean;
}

/** Edge of a square of each class. */
export const EDGE_PX: Readonly<Record<Resolution, number>> = { "1K": 1024, "2K": 2048, "4K": 4096 };
/** A shape's exact whole-number size is taken when it has at least this share of the class's area. */
const LEAST_SHARE_OF_CLASS = 0.8;

/**
 * Finds the pixels for a wish by a model's rule. Exact pixels are honoured or refused, never changed, unless files are cut
 * from the image: then a larger size covers them. A shape becomes the model's own size of that class.
 * @param source - size of the image that goes in, for upscalers
 * @returns a sentence that says why when the model cannot make it.
 */
export function resolveSize(rule: SizeRule, wish: SizeWish, source?: PixelSize): ResolvedSize | string {
  if (rule.kind === "factor") return upscaledSize(rule, wish, source);
  if (wish.kind === "exact" && wish.cuts !== undefined) return coveringSize(rule, wish, wish.cuts);
  if (rule.kind === "fixed") return fixedSize(rule.sizes, wish);
  if (rule.kind === "table") return tableSize(rule.entries, wish);
  return wish.kind === "exact" ? exactFreeSize(rule, wish) : freeShape(rule, wish);
}

/** Exact pixels where the model makes them and nothing else is cut from them; else the best size to cut from. */
function coveringSize(rule: SizeRule, wish: ExactWish, cuts: readonly CutFile[]): ResolvedSize | string {
  const { widthPx, heightPx } = wish;
  const exact = resolveSize(rule, { kind: "exact", widthPx, heightPx });
  const isAlone = cuts.every((cut) => cut.widthPx === widthPx && cut.heightPx === heightPx);
  if (typeof exact !== "string" && isAlone) return exact;
  const size = coverSize(rule, cuts);
  if (size === undefined) return exact;
  return resolveSize(rule, { kind: "exact", widthPx: size.widthPx, heightPx: size.heightPx });
}

/** How a wish is written in reasons: `1000x1000`, `3:2 at 2K`. */
export function describeWish(wish: SizeWish): string {
  return wish.kind === "exact"
    ? `${wish.widthPx}x${wish.heightPx}`
    : `${wish.aspectWidth}:${wish.aspectHeight} at ${wish.resolution}`;
}

/** How far an edge may be from an exact multiple: upscalers round. */
const FACTOR_ROUNDING_PX = 1;

/** By how much an upscaler must enlarge; undefined when the size wanted has another shape. */
export function upscaleFactor(source: PixelSize, wanted: PixelSize): number | undefined {
  const exact = Math.max(wanted.widthPx, wanted.heightPx) / Math.max(source.widthPx, source.heightPx);
  const fits = (sourcePx: number, wantedPx: number): boolean =>
    Math.abs(sourcePx * exact - wantedPx) <= FACTOR_ROUNDING_PX;
  if (!fits(source.widthPx, wanted.widthPx) || !fits(source.heightPx, wanted.heightPx)) return undefined;
  const whole = Math.round(exact);
  return Math.abs(exact - whole) * Math.max(source.widthPx, source.heightPx) <= FACTOR_ROUNDING_PX ? whole : exact;
}

function upscaledSize(
  rule: Extract<SizeRule, { kind: "factor" }>,
  wish: SizeWish,
  source: PixelSize | undefined,
): ResolvedSize | string {
  const wanted = `Cannot make ${describeWish(wish)}`;
  if (source === undefined || wish.kind !== "exact") return `${wanted}: it only enlarges an image.`;
  const from = `${source.widthPx}x${source.heightPx}`;
  const factor = upscaleFactor(source, wish);
  if (factor === undefined) return `${wanted} from ${from}: it keeps the shape.`;
  const { minFactor, maxFactor } = rule;
  if (rule.chosenByModel !== true) {
    if (factor < minFactor || factor > maxFactor)
      return `${wanted} from ${from}: it enlarges ${minFactor} to ${maxFactor} times, not ${Number(factor.toFixed(2))}.`;
    if (rule.wholeFactors && !Number.isInteger(factor)) return `${wanted} from ${from}: it takes whole factors only.`;
  }
  const areaPx = wish.widthPx * wish.heightPx;
  if (areaPx > rule.maxAreaPx) return `${wanted}: ${areaPx} pixels are above its most, ${rule.maxAreaPx}.`;
  const { widthPx, heightPx } = wish;
  return {
    widthPx,
    heightPx,
    size: `${widthPx}x${heightPx}`,
    aspect: undefined,
    resolution: undefined,
    experimental: false,
    factor,
  };
}

type FreeRule = Extract<SizeRule, { kind: "free" }>;
type ExactWish = Extract<SizeWish, { kind: "exact" }>;
type ShapeWish = Extract<SizeWish, { kind: "shape" }>;

function exactFreeSize(rule: FreeRule, wish: ExactWish): ResolvedSize | string {
  const { widthPx, heightPx } = wish;
  const step = rule.edgeMultiplePx;
  const wanted = `Cannot make ${describeWish(wish)}`;
  if (widthPx % step !== 0 || heightPx % step !== 0) {
    const nearest = [widthPx, heightPx].map((edge) => Math.max(1, Math.round(edge / step)) * step).join("x");
    return `${wanted}: edges must be multiples of ${step} px, for example ${nearest}.`;
  }
  if (Math.max(widthPx, heightPx) > rule.maxEdgePx) return `${wanted}: the longest edge is ${rule.maxEdgePx} px.`;
  if (ratioOf(widthPx, heightPx) > rule.maxRatio) return `${wanted}: the longest shape is ${rule.maxRatio}:1.`;
  const areaPx = widthPx * heightPx;
  if (areaPx < rule.minAreaPx) return `${wanted}: ${areaPx} pixels are below its least, ${rule.minAreaPx}.`;
  if (areaPx > rule.maxAreaPx) return `${wanted}: ${areaPx} pixels are above its most, ${rule.maxAreaPx}.`;
  return freeResult(rule, widthPx, heightPx);
}

/** The largest size of the shape, in the model's steps, within the class's area and the model's limits. */
function freeShape(rule: FreeRule, wish: ShapeWish): ResolvedSize | string {
  const { aspectWidth, aspectHeight } = wish;
  const ratio = ratioOf(aspectWidth, aspectHeight);
  const wanted = `Cannot make ${describeWish(wish)}`;
  if (ratio > rule.maxRatio) return `${wanted}: the longest shape is ${rule.maxRatio}:1.`;
  const areaPx = Math.min(EDGE_PX[wish.resolution] ** 2, rule.maxAreaPx, rule.maxEdgePx ** 2 / ratio);
  const unitWidth = rule.edgeMultiplePx * aspectWidth;
  const unitHeight = rule.edgeMultiplePx * aspectHeight;
  const steps = Math.floor(Math.sqrt(areaPx / (unitWidth * unitHeight)) + 1e-9);
  const exactAreaPx = unitWidth * unitHeight * steps * steps;
  const [widthPx, heightPx] =
    exactAreaPx >= areaPx * LEAST_SHARE_OF_CLASS
      ? [unitWidth * steps, unitHeight * steps]
      : nearestOnGrid(rule, aspectWidth / aspectHeight, areaPx);
  if (widthPx * heightPx < rule.minAreaPx) return `${wanted}: its least is ${rule.minAreaPx} pixels.`;
  return freeResult(rule, widthPx, heightPx);
}

/** Both edges on the grid, inside the area, as close to the shape as the grid allows. */
function nearestOnGrid(rule: FreeRule, ratio: number, areaPx: number): [number, number] {
  const step = rule.edgeMultiplePx;
  const heightPx = Math.max(step, Math.floor(Math.sqrt(areaPx / ratio) / step) * step);
  const mostPx = Math.min(rule.maxEdgePx, areaPx / heightPx, heightPx * rule.maxRatio);
  const widthPx = Math.min(Math.round((heightPx * ratio) / step), Math.floor(mostPx / step + 1e-9)) * step;
  return [Math.max(step, widthPx), heightPx];
}

function freeResult(rule: FreeRule, widthPx: number, heightPx: number): ResolvedSize {
  const experimental = rule.experimentalAboveAreaPx !== undefined && widthPx * heightPx > rule.experimentalAboveAreaPx;
  return { widthPx, heightPx, size: `${widthPx}x${heightPx}`, aspect: undefined, resolution: undefined, experimental };
}

function fixedSize(sizes: readonly PixelSize[], wish: SizeWish): ResolvedSize | string {
  const found = sizes.find((size) => (wish.kind === "exact" ? isSame(size, wish) : isShape(size, wish)));
  if (found === undefined) return `Cannot make ${describeWish(wish)}: makes only ${listSizes(sizes)}.`;
  return {
    ...found,
    size: `${found.widthPx}x${found.heightPx}`,
    aspect: undefined,
    resolution: undefined,
    experimental: false,
  };
}

type TableEntry = Extract<SizeRule, { kind: "table" }>["entries"][number];

function tableSize(entries: readonly TableEntry[], wish: SizeWish): ResolvedSize | string {
  const found = entries.find((entry) => (wish.kind === "exact" ? isSame(entry, wish) : isEntry(entry, wish)));
  if (found !== undefined) return { ...found, size: `${found.widthPx}x${found.heightPx}`, experimental: false };
  const wanted = `Cannot make ${describeWish(wish)}`;
  if (wish.kind === "exact")
    return `${wanted}: takes a shape instead of pixels; its nearest size is ${nearestSize(entries, wish)}.`;
  const classes = [...new Set(entries.map((entry) => entry.resolution))];
  if (!classes.includes(wish.resolution)) return `${wanted}: makes only ${classes.join(", ")}.`;
  const shapes = [...new Set(entries.map((entry) => entry.aspect))];
  return `${wanted}: makes only the shapes ${shapes.join(", ")}.`;
}

function isSame(size: PixelSize, wish: ExactWish): boolean {
  return size.widthPx === wish.widthPx && size.heightPx === wish.heightPx;
}

function isShape(size: PixelSize, wish: ShapeWish): boolean {
  const classAreaPx = EDGE_PX[wish.resolution] ** 2;
  const areaPx = size.widthPx * size.heightPx;
  return (
    size.widthPx * wish.aspectHeight === size.heightPx * wish.aspectWidth &&
    areaPx > classAreaPx / 2 &&
    areaPx < classAreaPx * 2
  );
}

function isEntry(entry: TableEntry, wish: ShapeWish): boolean {
  if (entry.resolution !== wish.resolution) return false;
  const [width = 0, height = 0] = entry.aspect.split(":").map(Number);
  return width * wish.aspectHeight === height * wish.aspectWidth;
}

function nearestSize(sizes: readonly PixelSize[], wish: ExactWish): string {
  const distance = (size: PixelSize): number =>
    Math.log(size.widthPx / wish.widthPx) ** 2 + Math.log(size.heightPx / wish.heightPx) ** 2;
  let best: PixelSize | undefined;
  for (const size of sizes) if (best === undefined || distance(size) < distance(best)) best = size;
  return best === undefined ? "none" : `${best.widthPx}x${best.heightPx}`;
}

function listSizes(sizes: readonly PixelSize[]): string {
  return sizes.map((size) => `${size.widthPx}x${size.heightPx}`).join(", ");
}

function ratioOf(left: number, right: number): number {
  return Math.max(left, right) / Math.min(left, right);
}
