import { chunksOfPng, chunksOfRiff, textAt } from "./content-credentials.ts";
import type { Size } from "../basics/crop-geometry.ts";

/** What a derived file says of itself. */
export interface Disclosure {
  /** Who made the picture: `openai gpt-image-2`. */
  madeBy: string;
  /** Lower-case hex SHA-256 of the master that the file was made from. */
  masterSha256: string;
  /** Text for readers who do not see the image; empty when there is none. */
  alt: string;
  /** True when writing or a logo was put over the picture afterwards. */
  isComposite: boolean;
}

/** IPTC's codes for how a picture came about (Digital Source Type NewsCodes). */
const SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/";

/** The XMP of a picture that a trained model made: IPTC's source type, the tool, the master, the alt text. */
export function writeXmp({ madeBy, masterSha256, alt, isComposite }: Disclosure): string {
  const type = isComposite ? "compositeWithTrainedAlgorithmicMedia" : "trainedAlgorithmicMedia";
  const altText =
    alt === ""
      ? ""
      : `<Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(alt)}</rdf:li></rdf:Alt></Iptc4xmpCore:AltTextAccessibility>`;
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" xmp:CreatorTool="Artdesk" Iptc4xmpExt:DigitalSourceType="${SOURCE_TYPE}${type}" Iptc4xmpExt:AISystemUsed="${escapeXml(madeBy)}"><xmpMM:DerivedFrom stRef:documentID="sha256:${escapeXml(masterSha256)}"/>${altText}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
}

/** What a file says of how it came about: a code of IPTC's list, such as `trainedAlgorithmicMedia`; undefined for nothing. */
export function readDigitalSourceType(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder("latin1").decode(bytes);
  return /digitalsourcetype\/([A-Za-z]{1,60})/.exec(text)?.[1];
}

/**
 * A PNG, JPEG or WebP file with this XMP in it, its pixels untouched. Other formats are returned as they are.
 * Not for a file with Content Credentials: they would no longer match it.
 */
export function embedXmp(bytes: Uint8Array, xmp: string, size: Size & { hasAlpha: boolean }): Uint8Array {
  if (textAt(bytes, 1, 3) === "PNG") return embedInPng(bytes, xmp);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return embedInJpeg(bytes, xmp);
  if (textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP") return embedInWebp(bytes, xmp, size);
  return bytes;
}

/** PNG: an iTXt chunk after IHDR, which all readers find (a compressed one is missed by some). */
function embedInPng(bytes: Uint8Array, xmp: string): Uint8Array {
  const ihdr = chunksOfPng(bytes)[0];
  if (ihdr === undefined) return bytes;
  const data = concat(latin1("XML:com.adobe.xmp\0\0\0\0\0"), utf8(xmp));
  const chunk = concat(uint32(data.length), latin1("iTXt"), data, uint32(0));
  new DataView(chunk.buffer).setUint32(chunk.length - 4, crc32(chunk.subarray(4, chunk.length - 4)));
  return concat(bytes.subarray(0, ihdr.end), chunk, bytes.subarray(ihdr.end));
}

/** Largest content of a JPEG segment. */
const SEGMENT_BYTES = 65_533;

/** JPEG: an APP1 segment after APP0. */
function embedInJpeg(bytes: Uint8Array, xmp: string): Uint8Array {
  const content = concat(latin1("http://ns.adobe.com/xap/1.0/\0"), utf8(xmp));
  if (content.length > SEGMENT_BYTES) return bytes;
  const length = content.length + 2;
  const segment = concat(Uint8Array.of(0xff, 0xe1, length >> 8, length & 0xff), content);
  const isApp0 = bytes[2] === 0xff && bytes[3] === 0xe0;
  const start = isApp0 ? 4 + (((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0)) : 2;
  return concat(bytes.subarray(0, start), segment, bytes.subarray(start));
}

/** Bits of a WebP file's VP8X chunk. */
const VP8X_XMP = 0x04;
const VP8X_ALPHA = 0x10;

/** WebP: the bit in VP8X, which is added where it is missing, and an XMP chunk at the end. */
function embedInWebp(
  bytes: Uint8Array,
  xmp: string,
  { widthPx, heightPx, hasAlpha }: Size & { hasAlpha: boolean },
): Uint8Array {
  const content = utf8(xmp);
  const padding = new Uint8Array(content.length % 2);
  const chunk = concat(latin1("XMP "), uint32le(content.length), content, padding);
  const body = bytes.slice(12);
  const first = chunksOfRiff(bytes)[0];
  if (first?.type === "VP8X") body[8] = (body[8] ?? 0) | VP8X_XMP;
  const edges = [widthPx - 1, heightPx - 1].flatMap((edge) => [edge & 0xff, (edge >> 8) & 0xff, (edge >> 16) & 0xff]);
  const flags = VP8X_XMP | (hasAlpha ? VP8X_ALPHA : 0);
  const head =
    first?.type === "VP8X"
      ? new Uint8Array()
      : concat(latin1("VP8X"), uint32le(10), Uint8Array.of(flags, 0, 0, 0, ...edges));
  const length = 4 + head.length + body.length + chunk.length;
  return concat(latin1("RIFF"), uint32le(length), latin1("WEBP"), head, body, chunk);
}

function escapeXml(text: string): string {
  const plain = text.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "");
  return plain.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function uint32(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function uint32le(value: number): Uint8Array {
  return uint32(value).toReversed();
}
