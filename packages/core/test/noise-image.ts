import sharp from "sharp";
import type { ImageFormat, PixelSize } from "../src/basics/types.ts";

/**
 * A real image file that does not compress well, the same bytes for the same arguments.
 *
 * @param seed Another seed gives other pixels.
 */
export async function noiseImage(
  { widthPx, heightPx }: PixelSize,
  format: ImageFormat | "gif" = "png",
  seed: number = 1,
): Promise<Uint8Array> {
  const pixels = Buffer.alloc(widthPx * heightPx * 3);
  let state = seed;
  for (let index = 0; index < pixels.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[index] = state >>> 24;
  }
  const image = sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 3 } });
  return new Uint8Array(await image.toFormat(format).toBuffer());
}
