import { layOutText, type Glyph } from "./bitmap-font.ts";

/** Steps of an edge between two colours. */
const EDGE_STEPS = 4;
const MOST_COLORS = 256;

/** A drawing surface of palette colours. Everything outside it is cut off. */
export class PaletteCanvas {
  readonly widthPx: number;
  readonly heightPx: number;
  /** One palette index per pixel, row by row. */
  readonly pixels: Uint8Array;
  readonly #palette: number[] = [];
  readonly #indexes = new Map<number, number>();
  readonly #mixes = new Map<number, number>();

  constructor(widthPx: number, heightPx: number, background: number) {
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    this.pixels = new Uint8Array(widthPx * heightPx).fill(this.#indexOf(background));
  }

  /** Colours in use as 0xRRGGBB, by index. */
  get palette(): readonly number[] {
    return this.#palette;
  }

  fillRectangle(left: number, top: number, width: number, height: number, color: number): void {
    const index = this.#indexOf(color);
    const [start, end] = [clamp(left, this.widthPx), clamp(left + width, this.widthPx)];
    const last = clamp(top + height, this.heightPx);
    for (let y = clamp(top, this.heightPx); y < last; y += 1)
      this.pixels.fill(index, y * this.widthPx + start, y * this.widthPx + end);
  }

  /** An outline that lies inside the rectangle. */
  strokeRectangle(left: number, top: number, width: number, height: number, thickness: number, color: number): void {
    this.fillRectangle(left, top, width, thickness, color);
    this.fillRectangle(left, top + height - thickness, width, thickness, color);
    this.fillRectangle(left, top, thickness, height, color);
    this.fillRectangle(left + width - thickness, top, thickness, height, color);
  }

  /** A disc with a smooth edge. */
  fillDisc(centerX: number, centerY: number, radius: number, color: number): void {
    const index = this.#indexOf(color);
    const last = clamp(Math.ceil(centerY + radius), this.heightPx);
    for (let y = clamp(Math.floor(centerY - radius), this.heightPx); y < last; y += 1) {
      const half = Math.sqrt(Math.max(0, radius * radius - (y + 0.5 - centerY) ** 2));
      this.#fillSpan(y, centerX - half, centerX + half, index);
    }
  }

  /** Fills every column of a box from `topOf(x)` down, with a smooth edge. */
  fillBelow(left: number, width: number, bottom: number, topOf: (x: number) => number, color: number): void {
    const index = this.#indexOf(color);
    const [start, end] = [clamp(left, this.widthPx), clamp(left + width, this.widthPx)];
    const last = clamp(bottom, this.heightPx);
    const edges = Float64Array.from({ length: end - start }, (_, column) => topOf(start + column));
    const allFilledFrom = clamp(Math.ceil(edges.reduce((lowest, edge) => Math.max(lowest, edge), 0)), last);
    const firstRow = clamp(Math.floor(edges.reduce((highest, edge) => Math.min(highest, edge), last)), last);
    for (let y = firstRow; y < allFilledFrom; y += 1) {
      const row = y * this.widthPx + start;
      for (let column = 0; column < edges.length; column += 1) {
        const coverage = y + 1 - (edges[column] ?? 0);
        if (coverage >= 1) this.pixels[row + column] = index;
        else if (coverage > 0) this.#blend(row + column, index, coverage);
      }
    }
    this.fillRectangle(start, allFilledFrom, end - start, last - allFilledFrom, color);
  }

  /** One line of text; `top` is the top of its capitals. Diagonal steps of the letters are smoothed. */
  drawText(text: string, left: number, top: number, scale: number, color: number): void {
    const index = this.#indexOf(color);
    for (const { glyph, leftPx } of layOutText(text)) this.#drawGlyph(glyph, left + leftPx * scale, top, scale, index);
  }

  #drawGlyph({ rows, topPx }: Glyph, left: number, top: number, scale: number, index: number): void {
    const isInk = (row: number, column: number): boolean => rows[row]?.[column] === "#";
    rows.forEach((line, row) => {
      const y = top + (topPx + row) * scale;
      for (let column = 0; column < line.length; column += 1) {
        const x = left + column * scale;
        if (isInk(row, column)) this.#fillBlock(x, y, scale, index);
        else if (scale > 1) {
          for (const [down, right] of CORNERS) {
            const joins = isInk(row + down, column) && isInk(row, column + right) && !isInk(row + down, column + right);
            if (joins) this.#fillCorner(x, y, scale, down, right, index);
          }
        }
      }
    });
  }

  #fillBlock(left: number, top: number, size: number, index: number): void {
    const [start, end] = [clamp(left, this.widthPx), clamp(left + size, this.widthPx)];
    const last = clamp(top + size, this.heightPx);
    for (let y = clamp(top, this.heightPx); y < last; y += 1)
      this.pixels.fill(index, y * this.widthPx + start, y * this.widthPx + end);
  }

  /** A triangle in the corner between two inked neighbours that touch only at that corner's ends. */
  #fillCorner(left: number, top: number, size: number, down: number, right: number, index: number): void {
    const reach = size * CORNER_SHARE;
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) {
        const fromX = right > 0 ? size - 1 - x : x;
        const fromY = down > 0 ? size - 1 - y : y;
        const coverage = reach - fromX - fromY;
        if (coverage <= 0 || !this.#isInside(left + x, top + y)) continue;
        this.#blend((top + y) * this.widthPx + left + x, index, Math.min(1, coverage));
      }
    }
  }

  #isInside(x: number, y: number): boolean {
    return x >= 0 && y >= 0 && x < this.widthPx && y < this.heightPx;
  }

  #fillSpan(y: number, from: number, to: number, index: number): void {
    const start = Math.ceil(from);
    const end = Math.floor(to);
    if (start > 0 && start <= this.widthPx) this.#blend(y * this.widthPx + start - 1, index, start - from);
    if (end >= 0 && end < this.widthPx) this.#blend(y * this.widthPx + end, index, to - end);
    if (end > start)
      this.pixels.fill(
        index,
        y * this.widthPx + clamp(start, this.widthPx),
        y * this.widthPx + clamp(end, this.widthPx),
      );
  }

  /** Lays a colour over a pixel; `coverage` is rounded to quarters so that few colours are needed. */
  #blend(position: number, index: number, coverage: number): void {
    const step = Math.round(coverage * EDGE_STEPS);
    if (step === 0) return;
    const under = this.pixels[position] ?? 0;
    if (step === EDGE_STEPS || under === index) {
      this.pixels[position] = index;
      return;
    }
    const key = (under * MOST_COLORS + index) * EDGE_STEPS + step;
    let mixed = this.#mixes.get(key);
    if (mixed === undefined) {
      mixed = this.#indexOf(mixColors(this.#palette[under] ?? 0, this.#palette[index] ?? 0, step / EDGE_STEPS));
      this.#mixes.set(key, mixed);
    }
    this.pixels[position] = mixed;
  }

  #indexOf(color: number): number {
    const known = this.#indexes.get(color);
    if (known !== undefined) return known;
    // A full palette is a drawing with too many edge colours: the closest one is as good.
    if (this.#palette.length === MOST_COLORS) return closest(this.#palette, color);
    this.#palette.push(color);
    this.#indexes.set(color, this.#palette.length - 1);
    return this.#palette.length - 1;
  }
}

const CORNERS = [
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const;

/** How far a smoothed diagonal reaches into the empty pixel beside it. */
const CORNER_SHARE = 0.8;

/** The colour `share` of the way from one colour to another. */
export function mixColors(from: number, to: number, share: number): number {
  let mixed = 0;
  for (const shift of [16, 8, 0]) {
    const [a, b] = [(from >> shift) & 0xff, (to >> shift) & 0xff];
    mixed |= Math.round(a + (b - a) * share) << shift;
  }
  return mixed;
}

function closest(palette: readonly number[], color: number): number {
  const distance = (other: number): number =>
    [16, 8, 0].reduce((total, shift) => total + Math.abs(((other >> shift) & 0xff) - ((color >> shift) & 0xff)), 0);
  return palette.reduce((best, other, index) => (distance(other) < distance(palette[best] ?? 0) ? index : best), 0);
}

function clamp(value: number, limit: number): number {
  return Math.max(0, Math.min(limit, Math.round(value)));
}
