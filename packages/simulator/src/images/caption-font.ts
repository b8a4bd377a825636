// A 5 x 7 pixel font, so that captions look the same on machines without any fonts. One string per glyph:
// seven rows of five cells, each row as two hexadecimal digits.
const GLYPHS: Readonly<Record<string, string>> = {
  A: "0E11111F111111",
  B: "1E11111E11111E",
  C: "0E11101010110E",
  D: "1E11111111111E",
  E: "1F10101E10101F",
  F: "1F10101E101010",
  G: "0E11101713110F",
  H: "1111111F111111",
  I: "0E04040404040E",
  J: "0702020202120C",
  K: "11121418141211",
  L: "1010101010101F",
  M: "111B1515111111",
  N: "11191513111111",
  O: "0E11111111110E",
  P: "1E11111E101010",
  Q: "0E11111115120D",
  R: "1E11111E141211",
  S: "0F10100E01011E",
  T: "1F040404040404",
  U: "1111111111110E",
  V: "11111111110A04",
  W: "11111115151B11",
  X: "11110A040A1111",
  Y: "11110A04040404",
  Z: "1F01020408101F",
  "0": "0E11131519110E",
  "1": "040C040404040E",
  "2": "0E11010204081F",
  "3": "1F02040201110E",
  "4": "02060A121F0202",
  "5": "1F101E0101110E",
  "6": "0608101E11110E",
  "7": "1F010204080808",
  "8": "0E11110E11110E",
  "9": "0E11110F01020C",
  ".": "00000000000C0C",
  "-": "0000001F000000",
  ":": "000C0C000C0C00",
  "/": "00010204081000",
  "#": "0A0A1F0A1F0A0A",
};

const GLYPH_WIDTH = 6;

/** Height of a line of text, in cells. */
export const CAPTION_HEIGHT_CELLS = 7;

/** Width of a text, in cells. */
export function captionWidthCells(text: string): number {
  return text.length * GLYPH_WIDTH;
}

/** SVG path data of a text, one square per cell. Unknown characters are left blank. */
export function captionPath(text: string, leftPx: number, topPx: number, cellPx: number): string {
  const squares: string[] = [];
  for (let position = 0; position < text.length; position += 1) {
    const rows = GLYPHS[text.charAt(position).toUpperCase()];
    if (!rows) continue;
    for (let row = 0; row < CAPTION_HEIGHT_CELLS; row += 1) {
      const bits = Number.parseInt(rows.slice(row * 2, row * 2 + 2), 16);
      for (let column = 0; column < 5; column += 1) {
        if ((bits & (16 >> column)) === 0) continue;
        const x = leftPx + (position * GLYPH_WIDTH + column) * cellPx;
        const y = topPx + row * cellPx;
        squares.push(`M${x} ${y}h${cellPx}v${cellPx}h-${cellPx}z`);
      }
    }
  }
  return squares.join("");
}
