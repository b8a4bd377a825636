import { deflateRows } from "./deflate.ts";
import type { PaletteCanvas } from "./palette-canvas.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const FILTER_NONE = 0;
const FILTER_UP = 2;

/** Encodes a canvas as a PNG file with a palette, 8 bits per pixel (W3C PNG, third edition). */
export function encodePng(canvas: PaletteCanvas): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, canvas.widthPx);
  view.setUint32(4, canvas.heightPx);
  // Bit depth 8, colour type 3 (palette), standard compression and filters, not interlaced.
  header.set([8, 3, 0, 0, 0], 8);
  const palette = Uint8Array.from(
    canvas.palette.flatMap((color) => [(color >> 16) & 0xff, (color >> 8) & 0xff, color & 0xff]),
  );
  const rows = deflateRows(filterRows(canvas), canvas.widthPx + 1);
  const chunks = [chunk("IHDR", header), chunk("PLTE", palette), chunk("IDAT", rows), chunk("IEND", new Uint8Array())];
  const file = new Uint8Array(chunks.reduce((total, part) => total + part.length, SIGNATURE.length));
  file.set(SIGNATURE);
  let offset = SIGNATURE.length;
  for (const part of chunks) {
    file.set(part, offset);
    offset += part.length;
  }
  return file;
}

/** A row like the one above becomes zeros, which compress to nothing; any other row stays as it is. */
function filterRows({ pixels, widthPx, heightPx }: PaletteCanvas): Uint8Array {
  const filtered = new Uint8Array((widthPx + 1) * heightPx);
  for (let y = 0; y < heightPx; y += 1) {
    const start = y * widthPx;
    const isRepeated = y > 0 && isSameRow(pixels, start, start - widthPx, widthPx);
    filtered[y * (widthPx + 1)] = isRepeated ? FILTER_UP : FILTER_NONE;
    if (!isRepeated) filtered.set(pixels.subarray(start, start + widthPx), y * (widthPx + 1) + 1);
  }
  return filtered;
}

function isSameRow(pixels: Uint8Array, start: number, other: number, length: number): boolean {
  for (let index = 0; index < length; index += 1) if (pixels[start + index] !== pixels[other + index]) return false;
  return true;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const part = new Uint8Array(data.length + 12);
  const view = new DataView(part.buffer);
  view.setUint32(0, data.length);
  for (let index = 0; index < 4; index += 1) part[4 + index] = type.charCodeAt(index);
  part.set(data, 8);
  view.setUint32(data.length + 8, crc32(part.subarray(4, data.length + 8)));
  return part;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
