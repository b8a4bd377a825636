/**
 * How a picture comes into a box of another shape.
 * `cover`: fills it, what is too much is cut away. `contain`: all of it is there, the rest is transparent (white where
 * the format has no transparency). `pad`: all of it is there, the rest takes the colour of the picture's own edge.
 */
export type Fit = "cover" | "contain" | "pad";

/** Whole pixels. */
export interface Size {
  widthPx: number;
  heightPx: number;
}

/** A rectangle in whole pixels of the picture that it lies in. */
export interface Box extends Size {
  leftPx: number;
  topPx: number;
}

/** How a master becomes an output: cut this box out of the master, scale it to `scaled`, put it at `place` in the output. */
export interface Placement {
  /** In pixels of the master. */
  crop: Box;
  /** In pixels of the output. */
  place: Box;
  /** Above 1 the picture is enlarged, which makes it soft. */
  scale: number;
  /** Share of the master's area that is cut away, 0 to 1. */
  cutAway: number;
}

/**
 * Where a master lies in an output of exactly these pixels.
 * @param focus - the point that stays in the picture, as shares of the master's width and height; clamped to its edges
 */
export function placeMaster(master: Size, output: Size, fit: Fit, focus: { x: number; y: number }): Placement {
  return fit === "cover" ? cover(master, output, focus) : contain(master, output);
}

/** How well a size that could be bought serves outputs: the one with the lowest `cutAway` that needs no enlarging is best. */
export interface Coverage {
  /** The largest share that any output cuts away, 0 to 1. */
  cutAway: number;
  /** The largest scale of any output; 1 or less covers all of them. */
  scale: number;
  /** What all outputs keep, as a box of shares: the common safe area. Undefined when they have no part in common. */
  safe: { x: number; y: number; width: number; height: number } | undefined;
}

/** What would become of a master of this size when all of these outputs were cut from its middle. */
export function coverageOf(master: Size, outputs: readonly (Size & { fit: Fit })[]): Coverage {
  const placements = outputs.map((output) => placeMaster(master, output, output.fit, { x: 0.5, y: 0.5 }));
  const left = Math.max(0, ...placements.map(({ crop }) => crop.leftPx)) / master.widthPx;
  const top = Math.max(0, ...placements.map(({ crop }) => crop.topPx)) / master.heightPx;
  const right = Math.min(master.widthPx, ...placements.map(({ crop }) => crop.leftPx + crop.widthPx)) / master.widthPx;
  const bottom =
    Math.min(master.heightPx, ...placements.map(({ crop }) => crop.topPx + crop.heightPx)) / master.heightPx;
  return {
    cutAway: Math.max(0, ...placements.map(({ cutAway }) => cutAway)),
    scale: Math.max(0, ...placements.map(({ scale }) => scale)),
    safe: right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : undefined,
  };
}

function cover(master: Size, output: Size, focus: { x: number; y: number }): Placement {
  const scale = Math.max(output.widthPx / master.widthPx, output.heightPx / master.heightPx);
  const widthPx = clamp(Math.round(output.widthPx / scale), 1, master.widthPx);
  const heightPx = clamp(Math.round(output.heightPx / scale), 1, master.heightPx);
  const leftPx = clamp(Math.round(focus.x * master.widthPx - widthPx / 2), 0, master.widthPx - widthPx);
  const topPx = clamp(Math.round(focus.y * master.heightPx - heightPx / 2), 0, master.heightPx - heightPx);
  const kept = (widthPx * heightPx) / (master.widthPx * master.heightPx);
  return {
    crop: { leftPx, topPx, widthPx, heightPx },
    place: { leftPx: 0, topPx: 0, widthPx: output.widthPx, heightPx: output.heightPx },
    scale,
    cutAway: 1 - kept,
  };
}

function contain(master: Size, output: Size): Placement {
  const scale = Math.min(output.widthPx / master.widthPx, output.heightPx / master.heightPx);
  const widthPx = clamp(Math.round(master.widthPx * scale), 1, output.widthPx);
  const heightPx = clamp(Math.round(master.heightPx * scale), 1, output.heightPx);
  return {
    crop: { leftPx: 0, topPx: 0, widthPx: master.widthPx, heightPx: master.heightPx },
    place: {
      leftPx: Math.floor((output.widthPx - widthPx) / 2),
      topPx: Math.floor((output.heightPx - heightPx) / 2),
      widthPx,
      heightPx,
    },
    scale,
    cutAway: 0,
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
