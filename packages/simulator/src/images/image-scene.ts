import { digestStream } from "../basics/digest.ts";
import { captionPath, captionWidthCells, CAPTION_HEIGHT_CELLS } from "./caption-font.ts";

/** What a drawn image is made from. */
export interface Scene {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Text of the strip at the bottom. */
  readonly caption: string;
  /** Leaves the background out. */
  readonly transparent: boolean;
  /** Fixes colours and shapes. */
  readonly key: readonly (string | number)[];
}

const SHAPES = 7;

/** Draws a poster-like picture as SVG: a gradient, some shapes, and a caption strip. */
export function drawScene(scene: Scene): string {
  const { widthPx, heightPx } = scene;
  const random = digestStream("scene", ...scene.key);
  const hue = Math.floor(random() * 360);
  const accentHue = (hue + 90 + Math.floor(random() * 180)) % 360;
  const background = scene.transparent
    ? ""
    : `<defs><linearGradient id="sky" x1="0" y1="0" x2="${random().toFixed(3)}" y2="1">` +
      `<stop offset="0" stop-color="hsl(${hue},55%,78%)"/><stop offset="1" stop-color="hsl(${accentHue},45%,38%)"/>` +
      `</linearGradient></defs><rect width="${widthPx}" height="${heightPx}" fill="url(#sky)"/>`;
  const shapes = Array.from({ length: SHAPES }, () => drawShape(random, widthPx, heightPx, accentHue));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}">` +
    `${background}${shapes.join("")}${drawCaption(scene)}</svg>`
  );
}

function drawShape(random: () => number, widthPx: number, heightPx: number, accentHue: number): string {
  const shortPx = Math.min(widthPx, heightPx);
  const x = random() * widthPx;
  const y = random() * heightPx;
  const size = shortPx * (0.08 + random() * 0.22);
  const hue = (accentHue + Math.floor(random() * 120) - 60 + 360) % 360;
  const fill = `fill="hsl(${hue},65%,${Math.floor(40 + random() * 40)}%)" fill-opacity="${(0.55 + random() * 0.4).toFixed(2)}"`;
  const kind = Math.floor(random() * 3);
  if (kind === 0) return `<circle cx="${px(x)}" cy="${px(y)}" r="${px(size)}" ${fill}/>`;
  if (kind === 1) {
    const angle = Math.floor(random() * 90);
    return `<rect x="${px(x)}" y="${px(y)}" width="${px(size * 1.6)}" height="${px(size)}" rx="${px(size / 6)}" transform="rotate(${angle} ${px(x)} ${px(y)})" ${fill}/>`;
  }
  return `<path d="M${px(x)} ${px(y - size)}L${px(x + size)} ${px(y + size)}L${px(x - size)} ${px(y + size)}z" ${fill}/>`;
}

function drawCaption({ widthPx, heightPx, caption }: Scene): string {
  const stripPx = Math.max(14, Math.round(Math.min(widthPx, heightPx) * 0.05));
  const fittingPx = Math.floor((widthPx - 4) / captionWidthCells(caption));
  const cellPx = Math.max(1, Math.min(fittingPx, Math.floor((stripPx * 0.6) / CAPTION_HEIGHT_CELLS)));
  const topPx = heightPx - stripPx + Math.floor((stripPx - CAPTION_HEIGHT_CELLS * cellPx) / 2);
  return (
    `<rect y="${heightPx - stripPx}" width="${widthPx}" height="${stripPx}" fill="#111"/>` +
    `<path d="${captionPath(caption, cellPx * 2, topPx, cellPx)}" fill="#fff"/>`
  );
}

function px(value: number): string {
  return value.toFixed(1);
}
