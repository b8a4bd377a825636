/** Type and size of an AVIF file, whether it is whole; undefined when the bytes are no AVIF file. */
export interface AvifHeader {
  widthPx: number;
  heightPx: number;
  isWhole: boolean;
}

/** Boxes that hold boxes, and how many bytes of their own come first. */
const CONTAINERS: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0 };
const BOX_HEAD_BYTES = 8;

/**
 * AVIF (AV1 Image File Format 1.1, on ISO/IEC 14496-12): boxes with a length and a type each. `ftyp` names the brand, and
 * the largest `ispe` property is the picture; smaller ones are its alpha plane or thumbnails.
 */
export function readAvifHeader(bytes: Uint8Array): AvifHeader | undefined {
  const brandsEnd = uint32(bytes, 0);
  if (typeAt(bytes, 4) !== "ftyp" || brandsEnd < 16 || brandsEnd > bytes.length) return undefined;
  const brands = Array.from({ length: (brandsEnd - BOX_HEAD_BYTES) / 4 }, (_, index) =>
    typeAt(bytes, BOX_HEAD_BYTES + index * 4),
  );
  if (!brands.some((brand) => brand === "avif" || brand === "avis")) return undefined;
  const header = { widthPx: 0, heightPx: 0 };
  const end = walk(bytes, 0, bytes.length, (type, start) => {
    if (type !== "ispe") return;
    const [widthPx, heightPx] = [uint32(bytes, start + 4), uint32(bytes, start + 8)];
    if (widthPx * heightPx > header.widthPx * header.heightPx) Object.assign(header, { widthPx, heightPx });
  });
  return { ...header, isWhole: end === bytes.length };
}

/** Visits every box up to `end`. @returns where the last one ends: beyond `end` when it is cut off */
function walk(bytes: Uint8Array, from: number, end: number, visit: (type: string, start: number) => void): number {
  let position = from;
  while (position + BOX_HEAD_BYTES <= end) {
    const stated = uint32(bytes, position);
    // 0: up to the end of the file. 1: the length stands in the eight bytes after the type.
    const isLong = stated === 1;
    const length = stated === 0 ? end - position : isLong ? uint32(bytes, position + 12) : stated;
    if (length < BOX_HEAD_BYTES) return end + 1;
    const type = typeAt(bytes, position + 4);
    const start = position + (isLong ? 16 : BOX_HEAD_BYTES);
    visit(type, start);
    const own = CONTAINERS[type];
    if (own !== undefined) walk(bytes, start + own, Math.min(end, position + length), visit);
    position += length;
  }
  return position;
}

function uint32(bytes: Uint8Array, offset: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(offset, offset + 4);
  return first * 0x1000000 + (second << 16) + (third << 8) + fourth;
}

function typeAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}
