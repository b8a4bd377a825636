/** One picture of an icon file: a PNG of a square. */
export interface IcoPicture {
  /** 1 to 256. */
  edgePx: number;
  png: Uint8Array;
}

const HEAD_BYTES = 6;
const ENTRY_BYTES = 16;

/** An ICO file with PNG entries (Microsoft, ICO with PNG since Windows Vista): a head, an entry each, then the pictures. */
export function writeIco(pictures: readonly IcoPicture[]): Uint8Array {
  const start = HEAD_BYTES + ENTRY_BYTES * pictures.length;
  const bytes = new Uint8Array(start + pictures.reduce((sum, { png }) => sum + png.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint16(2, 1, true);
  view.setUint16(4, pictures.length, true);
  let offset = start;
  for (const [index, { edgePx, png }] of pictures.entries()) {
    const entry = HEAD_BYTES + ENTRY_BYTES * index;
    // 0 stands for 256.
    view.setUint8(entry, edgePx % 256);
    view.setUint8(entry + 1, edgePx % 256);
    view.setUint16(entry + 4, 1, true);
    view.setUint16(entry + 6, 32, true);
    view.setUint32(entry + 8, png.length, true);
    view.setUint32(entry + 12, offset, true);
    bytes.set(png, offset);
    offset += png.length;
  }
  return bytes;
}
