import { GLYPH_ROWS, MARK_ROWS, MARKED_LETTERS } from "./bitmap-font-data.ts";

/** One character as pixels. */
export interface Glyph {
  widthPx: number;
  /** Row of the first entry of `rows`; 0 is the top of capitals, 7 is the first row below the base line. */
  topPx: number;
  /** `#` is ink. */
  rows: readonly string[];
}

/** Rows above capitals that accents may take. */
export const ACCENT_ROWS_PX = 3;
/** Rows from the top of capitals to the base line. */
export const CAPITAL_HEIGHT_PX = 7;
/** Rows below the base line. */
export const DESCENDER_ROWS_PX = 2;
/** From one base line to the next. */
export const LINE_HEIGHT_PX = 13;
const GAP_PX = 1;

const UNKNOWN: Glyph = { widthPx: 5, topPx: 0, rows: ["#####", "#...#", "#...#", "#...#", "#...#", "#...#", "#####"] };

/** The glyph of one character (ASCII, Latin-1 and a few typographic signs); a box for any other. */
export function glyphOf(character: string): Glyph {
  const marked = MARKED_LETTERS.get(character);
  const mark = marked === undefined ? undefined : MARK_ROWS[marked.mark];
  if (marked !== undefined && mark !== undefined) return withMark(glyphOf(marked.letter), mark, isCapital(character));
  const drawn = GLYPH_ROWS.get(character);
  if (drawn === undefined) return UNKNOWN;
  const rows = drawn.split("/");
  return { widthPx: widthOf(rows), topPx: 0, rows };
}

/** Width of a text without its last gap, in unscaled pixels. */
export function measureText(text: string): number {
  let widthPx = 0;
  for (const character of text) widthPx += glyphOf(character).widthPx + GAP_PX;
  return Math.max(0, widthPx - GAP_PX);
}

/** Every glyph of a text with the column where it starts. */
export function layOutText(text: string): readonly { glyph: Glyph; leftPx: number }[] {
  const placed: { glyph: Glyph; leftPx: number }[] = [];
  let leftPx = 0;
  for (const character of text) {
    const glyph = glyphOf(character);
    placed.push({ glyph, leftPx });
    leftPx += glyph.widthPx + GAP_PX;
  }
  return placed;
}

function widthOf(rows: readonly string[]): number {
  return rows[0]?.length ?? 0;
}

function isCapital(character: string): boolean {
  return character === character.toUpperCase();
}

/** Puts an accent above a letter, one row clear of it; a cedilla goes below. */
function withMark(base: Glyph, mark: { rows: readonly string[]; below: boolean }, capital: boolean): Glyph {
  const markWidthPx = widthOf(mark.rows);
  const widthPx = Math.max(base.widthPx, markWidthPx);
  if (mark.below) return { ...base, rows: [...padRows(base.rows, widthPx), ...padRows(mark.rows, widthPx)] };
  const topPx = capital ? -ACCENT_ROWS_PX : -1;
  // A small letter leaves its two top rows empty, or holds a dot there that the accent takes the place of.
  const letterTopPx = capital ? 0 : 2;
  const clear = Array.from({ length: letterTopPx - topPx - mark.rows.length }, () => ".".repeat(widthPx));
  return {
    widthPx,
    topPx,
    rows: [...padRows(mark.rows, widthPx), ...clear, ...padRows(base.rows.slice(letterTopPx), widthPx)],
  };
}

/** Centres rows in a wider glyph. */
function padRows(rows: readonly string[], widthPx: number): string[] {
  return rows.map((row) => {
    const left = ".".repeat((widthPx - row.length) >> 1);
    return `${left}${row}`.padEnd(widthPx, ".");
  });
}
