import { inflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { GLYPH_ROWS, MARKED_LETTERS } from "./bitmap-font-data.ts";
import { ACCENT_ROWS_PX, CAPITAL_HEIGHT_PX, DESCENDER_ROWS_PX, glyphOf, measureText } from "./bitmap-font.ts";
import { deflateRows } from "./deflate.ts";
import { encodePng } from "./encode-png.ts";
import { mixColors, PaletteCanvas } from "./palette-canvas.ts";
import { cutLines, wrapWords } from "./word-wrap.ts";

test("zlib reads back what is compressed, whatever it is", () => {
  const repetitive = fc.array(fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.nat({ max: 700 })), { maxLength: 12 });
  fc.assert(
    fc.property(repetitive, fc.integer({ min: 1, max: 40_000 }), (runs, rowBytes) => {
      const data = Uint8Array.from(
        runs.flatMap(([piece, times]) => Array.from({ length: times }, () => [...piece]).flat()),
      );
      const stream = deflateRows(data, rowBytes);
      expect(Buffer.from(data).equals(inflateSync(stream))).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test("runs and repeated rows of every length are compressed to almost nothing", () => {
  for (const length of [3, 10, 11, 12, 257, 258, 259, 260, 100_000]) {
    const run = new Uint8Array(length).fill(9);
    expect(inflateSync(deflateRows(run, 50)).equals(Buffer.from(run))).toBe(true);
  }
  const row = Uint8Array.from({ length: 3841 }, (_, index) => index * index);
  const rows = new Uint8Array(3841 * 200);
  for (let y = 0; y < 200; y += 1) rows.set(row, y * 3841);
  const stream = deflateRows(rows, 3841);
  expect(inflateSync(stream).equals(Buffer.from(rows))).toBe(true);
  expect(stream.length).toBeLessThan(3841 * 1.2 + 200 * 60);
});

test("a PNG holds exactly the pixels of its canvas", async () => {
  const canvas = new PaletteCanvas(37, 23, 0x102030);
  canvas.fillRectangle(5, 4, 10, 30, 0xff8800);
  canvas.fillDisc(20, 12, 8.5, 0x00ff00);
  canvas.drawText("Aé?", 2, 5, 2, 0xffffff);
  const { data, info } = await sharp(encodePng(canvas)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([37, 23]);
  const expected = [...canvas.pixels].flatMap((index) =>
    [16, 8, 0].map((shift) => ((canvas.palette[index] ?? 0) >> shift) & 0xff),
  );
  expect([...data]).toEqual(expected);
});

describe("a canvas", () => {
  test("cuts off what lies outside", () => {
    const canvas = new PaletteCanvas(8, 8, 0);
    canvas.fillRectangle(-5, -5, 7, 7, 0xff0000);
    canvas.fillDisc(8, 8, 3, 0x00ff00);
    canvas.fillDisc(-30, 4, 3, 0x00ff00);
    canvas.fillBelow(-4, 50, 90, (x) => x - 2, 0x0000ff);
    canvas.drawText("WWWW", -6, -7, 4, 0xffffff);
    canvas.drawText("WWWW", 6, 6, 4, 0xffffff);
    expect(canvas.pixels).toHaveLength(64);
  });

  test("draws a disc of the right area, smooth at its edge", () => {
    const canvas = new PaletteCanvas(100, 100, 0x000000);
    canvas.fillDisc(50, 50, 30, 0xffffff);
    const brightness = [...canvas.pixels].reduce(
      (total, index) => total + ((canvas.palette[index] ?? 0) & 0xff) / 255,
      0,
    );
    expect(Math.abs(brightness - Math.PI * 900)).toBeLessThan(40);
    expect(canvas.palette.length).toBeGreaterThan(2);
  });

  test("never needs more than 256 colours", () => {
    const canvas = new PaletteCanvas(300, 4, 0);
    for (let x = 0; x < 300; x += 1) canvas.fillRectangle(x, 0, 1, 4, (x * 0x01_0b_07) & 0xffffff);
    expect(canvas.palette).toHaveLength(256);
  });

  test("mixes colours per channel", () => {
    expect(mixColors(0x000000, 0xff8040, 0.5)).toBe(0x804020);
    expect([mixColors(0x123456, 0xffffff, 0), mixColors(0x123456, 0xfedcba, 1)]).toEqual([0x123456, 0xfedcba]);
  });
});

describe("the font", () => {
  const latin1 = [
    ...Array.from({ length: 95 }, (_, index) => 0x20 + index),
    ...Array.from({ length: 96 }, (_, index) => 0xa0 + index),
  ];

  test("has every character of ASCII and Latin-1, each of its own", () => {
    const box = JSON.stringify(glyphOf("日"));
    const drawn = latin1.map((code) => String.fromCharCode(code));
    expect(drawn.filter((character) => JSON.stringify(glyphOf(character)) === box)).toEqual([]);
    // A no-break space is blank too, and a soft hyphen is a hyphen.
    const twins = new Set(["\u00a0", "\u00ad"]);
    const looks = drawn
      .filter((character) => !twins.has(character))
      .map((character) => JSON.stringify(glyphOf(character)));
    expect(new Set(looks).size).toBe(looks.length);
  });

  test("has rows of one width that stay in their line", () => {
    const wrong = [...GLYPH_ROWS.keys(), ...MARKED_LETTERS.keys()].filter((character) => {
      const { widthPx, topPx, rows } = glyphOf(character);
      const isEven = rows.every((row) => row.length === widthPx && /^[.#]+$/.test(row));
      return !isEven || topPx < -ACCENT_ROWS_PX || topPx + rows.length > CAPITAL_HEIGHT_PX + DESCENDER_ROWS_PX;
    });
    expect(wrong).toEqual([]);
  });

  test("measures a text as its glyphs and the gaps between them", () => {
    expect([measureText(""), measureText("i"), measureText("ii"), measureText("A日")]).toEqual([0, 1, 3, 11]);
  });
});

describe("word wrap", () => {
  const measure = (text: string): number => Array.from(text).length;

  test("breaks at spaces and line breaks, and inside words that are too long", () => {
    expect(wrapWords("one two three\n\nfour abcdefghijkl", 7, measure)).toEqual([
      "one two",
      "three",
      "",
      "four",
      "abcdefg",
      "hijkl",
    ]);
  });

  test("loses no character and makes no line too wide", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme-ascii", maxLength: 200 }),
        fc.integer({ min: 1, max: 30 }),
        (text, width) => {
          const lines = wrapWords(text, width, measure);
          expect(lines.join("").replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""));
          for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  test("says when lines are left out", () => {
    expect(cutLines(["one", "two", "three"], 2, 3, measure)).toEqual(["one", "tw…"]);
    expect(cutLines(["one", "two"], 2, 3, measure)).toEqual(["one", "two"]);
    expect(cutLines(["one"], 0, 3, measure)).toEqual([]);
  });
});
