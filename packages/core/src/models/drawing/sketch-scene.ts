import { mixColors, type PaletteCanvas } from "./palette-canvas.ts";

/** A rectangle of the canvas, in pixels. */
export interface SceneBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Tones of a scene, 0xRRGGBB. */
export interface SceneColors {
  light: number;
  medium: number;
  dark: number;
  accent: number;
}

const PAPER = 0xffffff;

/**
 * Fills a box with a picture frame: sky, a sun and three hills that the seed shapes, and the lines of thirds and corner
 * marks of a viewfinder. It stands for a composition; it does not claim to show the prompt.
 */
export function drawScene(
  canvas: PaletteCanvas,
  box: SceneBox,
  seed: number,
  colors: SceneColors,
  scale: number,
): void {
  const { left, top, width, height } = box;
  const share = (shift: number): number => ((seed >>> shift) & 0xff) / 255;
  canvas.fillRectangle(left, top, width, height, mixColors(colors.medium, PAPER, 0.62));
  const sunRadius = Math.min(width, height) * (0.1 + 0.05 * share(3));
  const sunX = left + width * (share(5) < 0.5 ? 1 / 3 : 2 / 3);
  canvas.fillDisc(sunX, top + height / 3, sunRadius, mixColors(colors.accent, PAPER, 0.15));

  const tones = [mixColors(colors.medium, PAPER, 0.3), colors.medium, mixColors(colors.medium, colors.dark, 0.6)];
  tones.forEach((tone, layer) => {
    const base = top + height * (0.5 + layer * 0.15);
    const swing = height * (0.09 - layer * 0.015);
    const phase = share(7 + layer * 4) * 2 * Math.PI;
    const waves = (1.1 + share(11 + layer * 3) * 1.2 + layer * 0.3) * 2 * Math.PI;
    const topOf = (x: number): number => {
      const turn = ((x - left) / width) * waves + phase;
      return base - swing * (Math.sin(turn) + 0.35 * Math.sin(2.1 * turn + 1));
    };
    canvas.fillBelow(left, width, top + height, topOf, tone);
  });

  const hair = Math.max(1, Math.round(scale / 2));
  const line = mixColors(colors.dark, PAPER, 0.1);
  for (const third of [1, 2]) {
    drawDashes(canvas, left + (width * third) / 3, top, height, true, hair, scale, line);
    drawDashes(canvas, left, top + (height * third) / 3, width, false, hair, scale, line);
  }
  canvas.strokeRectangle(left, top, width, height, hair, colors.dark);
  drawCornerMarks(canvas, box, scale, 0x1f2430);
}

function drawDashes(
  canvas: PaletteCanvas,
  left: number,
  top: number,
  length: number,
  isVertical: boolean,
  thickness: number,
  scale: number,
  color: number,
): void {
  const step = 8 * scale;
  for (let along = step / 2; along + step / 2 < length; along += step) {
    if (isVertical) canvas.fillRectangle(left, top + along, thickness, step / 2, color);
    else canvas.fillRectangle(left + along, top, step / 2, thickness, color);
  }
}

function drawCornerMarks(
  canvas: PaletteCanvas,
  { left, top, width, height }: SceneBox,
  scale: number,
  color: number,
): void {
  const inset = 5 * scale;
  const arm = Math.min(12 * scale, width / 4, height / 4);
  const thickness = scale;
  for (const isRight of [false, true]) {
    for (const isBottom of [false, true]) {
      const x = isRight ? left + width - inset : left + inset;
      const y = isBottom ? top + height - inset : top + inset;
      canvas.fillRectangle(isRight ? x - arm : x, isBottom ? y - thickness : y, arm, thickness, color);
      canvas.fillRectangle(isRight ? x - thickness : x, isBottom ? y - arm : y, thickness, arm, color);
    }
  }
}
