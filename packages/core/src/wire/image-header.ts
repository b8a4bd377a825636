import { readAvifHeader } from "./avif-header.ts";

/** What the first bytes of an image file say. */
export interface ImageHeader {
  mediaType: "image/png" | "image/jpeg" | "image/webp" | "image/gif" | "image/avif";
  /** As stored: an EXIF rotation is not applied. */
  widthPx: number;
  heightPx: number;
}

/** A header of a whole file, or why the file is not usable, as the end of a sentence that starts with `the image`. */
export type ImageInspection = { header: ImageHeader; problem: undefined } | { header: undefined; problem: string };

/**
 * Reads type and pixel size of a PNG, JPEG, WebP, GIF or AVIF file and checks that the file is there to its end.
 * Looks at the structure only: no pixel is decoded and no checksum is computed.
 */
export function inspectImage(bytes: Uint8Array): ImageInspection {
  if (startsWith(bytes, PNG_SIGNATURE)) return inspectPng(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return inspectJpeg(bytes);
  if (textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP") return inspectWebp(bytes);
  if (textAt(bytes, 0, 6) === "GIF87a" || textAt(bytes, 0, 6) === "GIF89a") return inspectGif(bytes);
  const avif = readAvifHeader(bytes);
  if (avif !== undefined) {
    const { widthPx, heightPx, isWhole } = avif;
    return isWhole ? success({ mediaType: "image/avif", widthPx, heightPx }) : failure(TRUNCATED);
  }
  if (bytes.length === 0) return failure("is empty");
  const start = textAt(bytes, 0, 256).trimStart().toLowerCase();
  if (start.startsWith("<!doctype html") || start.startsWith("<html")) return failure("is an HTML page");
  if (start.startsWith("<svg") || start.startsWith("<?xml")) return failure("is an SVG or XML document");
  return failure("is not a PNG, JPEG, WebP, GIF or AVIF file");
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** PNG (W3C, 2025): an IHDR chunk first, an IEND chunk last; each chunk is length, type, data, checksum. */
function inspectPng(bytes: Uint8Array): ImageInspection {
  const view = viewOf(bytes);
  if (bytes.length < 33 || textAt(bytes, 12, 4) !== "IHDR") return failure(TRUNCATED);
  const header = { mediaType: "image/png", widthPx: view.getUint32(16), heightPx: view.getUint32(20) } as const;
  let position = PNG_SIGNATURE.length;
  while (position + 12 <= bytes.length) {
    const end = position + 12 + view.getUint32(position);
    if (textAt(bytes, position + 4, 4) === "IEND") return end <= bytes.length ? success(header) : failure(TRUNCATED);
    position = end;
  }
  return failure(TRUNCATED);
}

/** JPEG (ITU-T T.81): markers up to the first frame header give the size; the last marker is EOI. */
function inspectJpeg(bytes: Uint8Array): ImageInspection {
  const view = viewOf(bytes);
  let position = 2;
  while (position + 4 <= bytes.length) {
    if (bytes[position] !== 0xff) return failure("is a damaged JPEG file");
    const marker = bytes[position + 1] ?? 0;
    // Fill bytes, and markers without a length.
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      position += marker === 0xff ? 1 : 2;
      continue;
    }
    if (isFrameHeader(marker)) {
      if (position + 9 > bytes.length) break;
      const header = {
        mediaType: "image/jpeg",
        widthPx: view.getUint16(position + 7),
        heightPx: view.getUint16(position + 5),
      } as const;
      const end = endWithoutZeros(bytes);
      return bytes[end - 2] === 0xff && bytes[end - 1] === 0xd9 ? success(header) : failure(TRUNCATED);
    }
    // A scan or the end before any frame header: there is no size to read.
    if (marker === 0xda || marker === 0xd9) return failure("is a damaged JPEG file");
    position += 2 + view.getUint16(position + 2);
  }
  return failure(TRUNCATED);
}

/** SOF0 to SOF15 without DHT, JPG and DAC. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** WebP (RFC 9649): a RIFF container whose first chunk is VP8, VP8L or VP8X. */
function inspectWebp(bytes: Uint8Array): ImageInspection {
  const view = viewOf(bytes);
  if (bytes.length < 30 || view.getUint32(4, true) + 8 > bytes.length) return failure(TRUNCATED);
  const chunk = textAt(bytes, 12, 4);
  if (chunk === "VP8X")
    return success({ mediaType: "image/webp", widthPx: 1 + uint24(bytes, 24), heightPx: 1 + uint24(bytes, 27) });
  if (chunk === "VP8L" && bytes[20] === 0x2f) {
    const packed = view.getUint32(21, true);
    return success({
      mediaType: "image/webp",
      widthPx: 1 + (packed & 0x3fff),
      heightPx: 1 + ((packed >>> 14) & 0x3fff),
    });
  }
  if (chunk === "VP8 " && bytes[23] === 0x9d && bytes[24] === 0x01 && bytes[25] === 0x2a) {
    return success({
      mediaType: "image/webp",
      widthPx: view.getUint16(26, true) & 0x3fff,
      heightPx: view.getUint16(28, true) & 0x3fff,
    });
  }
  return failure("is a damaged WebP file");
}

/** GIF89a (CompuServe, 1990): the logical screen gives the size; blocks follow until the trailer. */
function inspectGif(bytes: Uint8Array): ImageInspection {
  const view = viewOf(bytes);
  if (bytes.length < 13) return failure(TRUNCATED);
  const header = {
    mediaType: "image/gif",
    widthPx: view.getUint16(6, true),
    heightPx: view.getUint16(8, true),
  } as const;
  let position = 13 + colorTableBytes(bytes[10] ?? 0);
  while (position < bytes.length) {
    const block = bytes[position];
    if (block === 0x3b) return success(header);
    // An extension has a label; an image has a descriptor, maybe a colour table, and a code size.
    if (block === 0x21) position += 2;
    else if (block === 0x2c) position += 11 + colorTableBytes(bytes[position + 9] ?? 0);
    else return failure("is a damaged GIF file");
    // Sub-blocks, each with its length before it, end with an empty one.
    for (let length = bytes[position] ?? 0; length !== 0; length = bytes[position] ?? 0) position += 1 + length;
    position += 1;
  }
  return failure(TRUNCATED);
}

function colorTableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

const TRUNCATED = "is cut off";

function success(header: ImageHeader): ImageInspection {
  if (header.widthPx === 0 || header.heightPx === 0) return failure("has no pixels");
  return { header, problem: undefined };
}

function failure(problem: string): ImageInspection {
  return { header: undefined, problem };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

function textAt(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}

function uint24(bytes: Uint8Array, offset: number): number {
  const [low = 0, middle = 0, high = 0] = bytes.subarray(offset, offset + 3);
  return low | (middle << 8) | (high << 16);
}

/** Some writers pad a file with zeros. */
function endWithoutZeros(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}
