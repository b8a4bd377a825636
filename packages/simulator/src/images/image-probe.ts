import sharp from "sharp";

/** What the simulator needs to know about a picture it was sent. */
export interface ProbedImage {
  readonly format: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly hasAlpha: boolean;
}

/** Reads size and format of an encoded picture; `undefined` when it is none. */
export async function probeImage(bytes: Buffer): Promise<ProbedImage | undefined> {
  try {
    const { format, width, height, hasAlpha } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { format, widthPx: width, heightPx: height, hasAlpha };
  } catch {
    return undefined;
  }
}

/** The bytes of a base64 text; `undefined` when it is not base64. */
export function decodeBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0 ? Buffer.from(text, "base64") : undefined;
}

/** Pixels of a picture in a data URL; undefined when it is none. */
export async function pixelsOf(dataUrl: unknown): Promise<{ widthPx: number; heightPx: number } | undefined> {
  const base64 = /^data:image\/\w+;base64,(.*)$/s.exec(String(dataUrl))?.[1];
  const bytes = base64 === undefined ? undefined : decodeBase64(base64);
  return bytes && (await probeImage(bytes));
}
