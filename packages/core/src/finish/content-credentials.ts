/** Where a file's C2PA manifest lies: inside it, only named in it by an address, or nowhere. */
export type ContentCredentials = "embedded" | "remote" | "none";

/**
 * Whether a picture carries Content Credentials (C2PA 2.2, embedding manifests in PNG, JPEG, RIFF and BMFF files).
 * It says that a manifest is there, never that it is valid.
 */
export function findContentCredentials(bytes: Uint8Array): ContentCredentials {
  if (hasManifest(bytes)) return "embedded";
  // XMP is text inside every container; the property stands in the first part of a file as encoders write it.
  return includesText(bytes, "dcterms:provenance") ? "remote" : "none";
}

function hasManifest(bytes: Uint8Array): boolean {
  if (textAt(bytes, 1, 3) === "PNG") return chunksOfPng(bytes).some(({ type }) => type === "caBX");
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegHasManifest(bytes);
  if (textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP") return riffHasChunk(bytes, "C2PA");
  if (textAt(bytes, 4, 4) === "ftyp") return bmffHasManifest(bytes);
  return false;
}

/** A chunk of a PNG file. */
export interface PngChunk {
  type: string;
  /** Where its length field begins. */
  start: number;
  /** Where the next chunk begins. */
  end: number;
}

/** The chunks of a PNG file, as far as it is whole. */
export function chunksOfPng(bytes: Uint8Array): PngChunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: PngChunk[] = [];
  let start = 8;
  while (start + 12 <= bytes.length) {
    const end = start + 12 + view.getUint32(start);
    if (end > bytes.length) break;
    chunks.push({ type: textAt(bytes, start + 4, 4), start, end });
    start = end;
  }
  return chunks;
}

/** APP11 segments with a JUMBF box labelled c2pa (ISO 19566-5). */
function jpegHasManifest(bytes: Uint8Array): boolean {
  let position = 2;
  while (position + 4 <= bytes.length && bytes[position] === 0xff) {
    const marker = bytes[position + 1] ?? 0;
    if (marker === 0xda || marker === 0xd9) return false;
    if (marker === 0xff) {
      position += 1;
      continue;
    }
    const length = ((bytes[position + 2] ?? 0) << 8) | (bytes[position + 3] ?? 0);
    const segment = bytes.subarray(position + 4, position + 2 + length);
    if (
      marker === 0xeb &&
      textAt(segment, 0, 2) === "JP" &&
      includesText(segment, "jumb") &&
      includesText(segment, "c2pa")
    )
      return true;
    position += 2 + length;
  }
  return false;
}

function riffHasChunk(bytes: Uint8Array, type: string): boolean {
  return chunksOfRiff(bytes).some((chunk) => chunk.type === type);
}

/** The chunks of a RIFF file: type, where the eight bytes of its head begin, and its length without padding. */
export function chunksOfRiff(bytes: Uint8Array): { type: string; start: number; lengthBytes: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: { type: string; start: number; lengthBytes: number }[] = [];
  let start = 12;
  while (start + 8 <= bytes.length) {
    const lengthBytes = view.getUint32(start + 4, true);
    chunks.push({ type: textAt(bytes, start, 4), start, lengthBytes });
    start += 8 + lengthBytes + (lengthBytes % 2);
  }
  return chunks;
}

/** The `uuid` box of C2PA. */
const C2PA_UUID = [0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81];

function bmffHasManifest(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  while (start + 24 <= bytes.length) {
    const isUuid = textAt(bytes, start + 4, 4) === "uuid";
    if (isUuid && C2PA_UUID.every((byte, index) => bytes[start + 8 + index] === byte)) return true;
    const lengthBytes = view.getUint32(start);
    if (lengthBytes < 8) return false;
    start += lengthBytes;
  }
  return false;
}

function includesText(bytes: Uint8Array, text: string): boolean {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1))
    if (textAt(bytes, at, text.length) === text) return true;
  return false;
}

/** ASCII text at a place of a file. */
export function textAt(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}
