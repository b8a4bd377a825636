import { coverageOf, type Coverage, type Size } from "../../basics/crop-geometry.ts";
import type { CutFile } from "../../basics/types.ts";
import type { SizeRule } from "../../models/rows/row.ts";

/** The size to buy for some outputs, and what becomes of it. */
export interface CoveringSize extends Size {
  coverage: Coverage;
}

/** An image may be enlarged by so much for its largest output, which nobody sees; above it the size does not cover. */
export const MOST_ENLARGED = 1.1;

/** An image of which an output keeps less than a quarter is another picture: such a size does not cover. */
const MOST_CUT_AWAY = 0.75;

/** Of sizes that cut away nearly the same (five points of a hundred), the smallest is bought: it costs least. */
const SAME_CUT = 0.05;

/**
 * The size to buy so that all outputs can be cut from one image: the one that covers them with the least cut away, and of
 * those that cut nearly the same the smallest. Undefined when the model makes none that covers them.
 */
export function coverSize(rule: SizeRule, outputs: readonly CutFile[]): CoveringSize | undefined {
  const known = sizesOf(rule, outputs)
    .map((size) => ({ ...size, coverage: coverageOf(size, outputs) }))
    .filter(({ coverage }) => coverage.cutAway <= MOST_CUT_AWAY);
  const within = (scale: number): CoveringSize[] => known.filter(({ coverage }) => coverage.scale <= scale);
  const whole = within(1);
  const covering = whole.length > 0 ? whole : within(MOST_ENLARGED);
  const leastCut = Math.min(...covering.map(({ coverage }) => coverage.cutAway));
  const areaPx = ({ widthPx, heightPx }: Size): number => widthPx * heightPx;
  return covering
    .filter(({ coverage }) => coverage.cutAway <= leastCut + SAME_CUT)
    .toSorted((left, right) => areaPx(left) - areaPx(right) || left.coverage.cutAway - right.coverage.cutAway)[0];
}

function sizesOf(rule: SizeRule, outputs: readonly CutFile[]): readonly Size[] {
  if (rule.kind === "fixed") return rule.sizes;
  if (rule.kind === "table") return rule.entries;
  return rule.kind === "free" ? freeSizes(rule, outputs) : [];
}

/** Shapes that are tried between the widest and the tallest output. */
const SHAPES_TRIED = 24;

/** The smallest size of each shape between those of the outputs that covers them all, on the model's grid, within its limits. */
function freeSizes(rule: Extract<SizeRule, { kind: "free" }>, outputs: readonly CutFile[]): Size[] {
  const ratios = outputs.map(({ widthPx, heightPx }) => clampRatio(widthPx / heightPx, rule.maxRatio));
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  const needed = {
    widthPx: Math.max(...outputs.map(({ widthPx }) => widthPx)),
    heightPx: Math.max(...outputs.map(({ heightPx }) => heightPx)),
  };
  return Array.from({ length: SHAPES_TRIED + 1 }, (_, step) => least * (most / least) ** (step / SHAPES_TRIED))
    .flatMap((ratio) => {
      const smallest = Math.max(needed.widthPx, needed.heightPx * ratio, Math.sqrt(rule.minAreaPx * ratio));
      // The largest of the shape stands in where the smallest that covers is beyond the model.
      const largest = Math.min(rule.maxEdgePx, rule.maxEdgePx * ratio, Math.sqrt(rule.maxAreaPx * ratio));
      return [onGrid(rule, smallest, smallest / ratio, Math.ceil), onGrid(rule, largest, largest / ratio, Math.floor)];
    })
    .filter((size) => isWithin(rule, size));
}

function onGrid(
  rule: { edgeMultiplePx: number },
  widthPx: number,
  heightPx: number,
  round: (value: number) => number,
): Size {
  const step = rule.edgeMultiplePx;
  const toGrid = (edgePx: number): number => Math.max(1, round(Number((edgePx / step).toFixed(6)))) * step;
  return { widthPx: toGrid(widthPx), heightPx: toGrid(heightPx) };
}

function isWithin(rule: Extract<SizeRule, { kind: "free" }>, { widthPx, heightPx }: Size): boolean {
  const areaPx = widthPx * heightPx;
  const [short, long] = [Math.min(widthPx, heightPx), Math.max(widthPx, heightPx)];
  return (
    long <= rule.maxEdgePx && long / short <= rule.maxRatio && areaPx >= rule.minAreaPx && areaPx <= rule.maxAreaPx
  );
}

function clampRatio(ratio: number, maxRatio: number): number {
  return Math.min(maxRatio, Math.max(1 / maxRatio, ratio));
}
