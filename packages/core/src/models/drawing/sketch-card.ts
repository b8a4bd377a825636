import { CAPITAL_HEIGHT_PX, DESCENDER_ROWS_PX, LINE_HEIGHT_PX, measureText } from "./bitmap-font.ts";
import { encodePng } from "./encode-png.ts";
import { mixColors, PaletteCanvas } from "./palette-canvas.ts";
import { drawScene } from "./sketch-scene.ts";
import { cutLines, wrapWords } from "./word-wrap.ts";

/** What stands on a storyboard card. */
export interface SketchCard {
  widthPx: number;
  heightPx: number;
  prompt: string;
  /** Writing that the finished image must show. */
  text: readonly string[];
  /** Short facts for the foot of the card, for example `social` or `2 of 4`. */
  facts: readonly string[];
  /** What would have been used instead, with its price. */
  note: string | undefined;
  /** Anything; the same seed gives the same colours and scene. */
  seed: number;
}

const INK = 0x1f2430;
const PAPER = 0xffffff;
/** Card edge that one pixel of the font takes, in pixels: about 50 characters across a square card. */
const EDGE_PER_SCALE_PX = 330;
/** The first that fits beside the label. */
const CAPTIONS = ["storyboard card, no model was called", "no model was called"];

/** Draws a storyboard card: clearly a sketch, with the whole order written on it. Returns a PNG file. */
export function drawSketchCard(card: SketchCard): Uint8Array {
  const { widthPx, heightPx } = card;
  const colors = tint(card.seed);
  const canvas = new PaletteCanvas(widthPx, heightPx, colors.light);
  const shortEdge = Math.min(widthPx, heightPx);
  const scale = Math.max(1, Math.round(shortEdge / EDGE_PER_SCALE_PX));
  const margin = Math.round(shortEdge * 0.045);
  const inner = { left: margin, top: margin, width: widthPx - 2 * margin, height: heightPx - 2 * margin };

  const headHeight = drawHead(canvas, card, inner.left, inner.top, inner.width, scale, colors);
  const foot = measureFoot(card, inner.width, scale);
  const footTop = inner.top + inner.height - foot.height;
  const bodyTop = inner.top + headHeight + margin;
  const bodyHeight = footTop - margin - bodyTop;
  drawFoot(canvas, foot, inner.left, footTop, inner.width, scale);
  if (bodyHeight < LINE_HEIGHT_PX * scale) return encodePng(canvas);

  if (widthPx >= heightPx * 1.3) {
    const sceneWidth = Math.round(inner.width * 0.56);
    drawScene(
      canvas,
      { left: inner.left, top: bodyTop, width: sceneWidth, height: bodyHeight },
      card.seed,
      colors,
      scale,
    );
    const textLeft = inner.left + sceneWidth + margin;
    drawOrder(
      canvas,
      card,
      { left: textLeft, top: bodyTop, width: inner.left + inner.width - textLeft, height: bodyHeight },
      scale,
      colors,
    );
  } else {
    const sceneHeight = Math.round(Math.min(bodyHeight * 0.5, inner.width * 0.75));
    drawScene(
      canvas,
      { left: inner.left, top: bodyTop, width: inner.width, height: sceneHeight },
      card.seed,
      colors,
      scale,
    );
    const textTop = bodyTop + sceneHeight + margin;
    drawOrder(
      canvas,
      card,
      { left: inner.left, top: textTop, width: inner.width, height: bodyTop + bodyHeight - textTop },
      scale,
      colors,
    );
  }
  return encodePng(canvas);
}

/** Colours of one card. 0xRRGGBB. */
export interface CardColors {
  light: number;
  medium: number;
  dark: number;
  accent: number;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The label and the size. Returns its height. */
function drawHead(
  canvas: PaletteCanvas,
  card: SketchCard,
  left: number,
  top: number,
  width: number,
  scale: number,
  colors: CardColors,
): number {
  const large = scale + Math.ceil(scale / 2);
  const padding = 3 * scale;
  const height = CAPITAL_HEIGHT_PX * large + 2 * padding;
  const labelWidth = measureText("SKETCH") * large + 2 * padding + 2 * scale;
  canvas.fillRectangle(left, top, labelWidth, height, INK);
  canvas.drawText("SKETCH", left + padding + scale, top + padding, large, colors.light);
  const textTop = top + Math.round((height - CAPITAL_HEIGHT_PX * scale) / 2);
  const size = `${card.widthPx} × ${card.heightPx}`;
  const sizeLeft = left + width - measureText(size) * scale;
  const captionLeft = left + labelWidth + 4 * scale;
  if (sizeLeft > captionLeft) canvas.drawText(size, sizeLeft, textTop, scale, INK);
  const caption = CAPTIONS.find((text) => captionLeft + (measureText(text) + 8) * scale < sizeLeft);
  if (caption !== undefined) canvas.drawText(caption, captionLeft, textTop, scale, colors.dark);
  return height;
}

/** The prompt, and under it the writing that the image must show. */
function drawOrder(canvas: PaletteCanvas, card: SketchCard, box: Box, scale: number, colors: CardColors): void {
  const lineHeight = LINE_HEIGHT_PX * scale;
  const measure = (text: string): number => measureText(text) * scale;
  const chipWidth = box.width - 10 * scale;
  const chips = card.text.flatMap((text) =>
    cutLines(wrapWords(`“${text}”`, chipWidth, measure), 2, chipWidth, measure),
  );
  const chipRoom = Math.floor((box.height * 0.45) / lineHeight);
  const shownChips = cutLines(chips, chipRoom, chipWidth, measure);
  const chipHeight = shownChips.length === 0 ? 0 : shownChips.length * lineHeight + 6 * scale;
  const lineCount = Math.floor(
    (box.height - chipHeight + (LINE_HEIGHT_PX - CAPITAL_HEIGHT_PX - DESCENDER_ROWS_PX) * scale) / lineHeight,
  );
  const lines = cutLines(wrapWords(card.prompt.normalize("NFC"), box.width, measure), lineCount, box.width, measure);
  lines.forEach((line, index) => canvas.drawText(line, box.left, box.top + index * lineHeight, scale, INK));
  if (shownChips.length === 0) return;
  const top = box.top + lines.length * lineHeight + scale;
  const height = shownChips.length * lineHeight;
  const widest = Math.max(...shownChips.map(measure));
  canvas.fillRectangle(box.left, top, widest + 10 * scale, height, PAPER);
  canvas.fillRectangle(box.left, top, 2 * scale, height, colors.accent);
  shownChips.forEach((line, index) =>
    canvas.drawText(line, box.left + 6 * scale, top + 3 * scale + index * lineHeight, scale, INK),
  );
}

interface Foot {
  lines: readonly string[];
  height: number;
}

function measureFoot(card: SketchCard, width: number, scale: number): Foot {
  const measure = (text: string): number => measureText(text) * scale;
  const wrap = (text: string, most: number): string[] =>
    cutLines(wrapWords(text.normalize("NFC"), width, measure), most, width, measure);
  const lines = [...wrap(card.facts.join("  ·  "), 1), ...(card.note === undefined ? [] : wrap(card.note, 2))];
  return { lines, height: (lines.length * LINE_HEIGHT_PX + 2) * scale };
}

function drawFoot(
  canvas: PaletteCanvas,
  { lines }: Foot,
  left: number,
  top: number,
  width: number,
  scale: number,
): void {
  canvas.fillRectangle(left, top, width, Math.max(1, Math.round(scale / 2)), INK);
  lines.forEach((line, index) => canvas.drawText(line, left, top + (6 + index * LINE_HEIGHT_PX) * scale, scale, INK));
}

/** Light paper, its darker tones and an accent from the other side of the colour wheel. */
function tint(seed: number): CardColors {
  const hue = seed % 360;
  const medium = hueColor(hue, 0.42, 0.74);
  return {
    light: mixColors(hueColor(hue, 0.5, 0.93), PAPER, 0.2),
    medium,
    dark: hueColor(hue, 0.35, 0.42),
    accent: hueColor((hue + 160) % 360, 0.58, 0.62),
  };
}

/** HSL to 0xRRGGBB (CSS Color 4). */
function hueColor(hue: number, saturation: number, lightness: number): number {
  const amplitude = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const turn = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - amplitude * Math.max(-1, Math.min(turn - 3, 9 - turn, 1))));
  };
  return (channel(0) << 16) | (channel(8) << 8) | channel(4);
}
