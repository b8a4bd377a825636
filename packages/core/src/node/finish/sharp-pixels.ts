import type { Sharp } from "sharp";
import { ArtdeskError } from "../../basics/errors.ts";
import type { EncodeOptions, Picture, Pixels } from "../../finish/pixels.ts";

/** Pictures of more pixels than this are not decoded: 268 megapixels, as much as one gigabyte of memory holds. */
const MAX_DECODED_PX = 268_000_000;

/** PNG without loss: `effort` and `quality` would cut it down to 256 colours without a word. */
const PNG = { palette: false } as const;

/** AVIF's bytes depend on the number of threads, so that it gets one; and effort 4 takes five to eight times as long as 2 (2026-12-01). */
const AVIF_EFFORT = 2;

/** {@link sharpPixels} where sharp is installed; undefined elsewhere. Loads nothing. */
export function sharpPixelsIfInstalled(): Pixels | undefined {
  try {
    import.meta.resolve("sharp");
    return sharpPixels();
  } catch {
    return undefined;
  }
}

/**
 * Pixel work by sharp, which is loaded when the first picture is decoded.
 * Throws `invalid_request` from `decode` for bytes that are no picture, and when sharp is not installed.
 */
export function sharpPixels(): Pixels {
  return {
    formats: ["png", "jpeg", "webp", "avif", "ico"],
    decode: async (bytes) => {
      const sharp = await loadSharp();
      const open = (): Sharp => sharp(bytes, { limitInputPixels: MAX_DECODED_PX, failOn: "error" }).autoOrient();
      try {
        // Once to raw pixels: every output starts from them.
        const { data, info } = await open().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
        const raw = { width: info.width, height: info.height, channels: info.channels };
        return pictureOf(sharp, data, raw);
      } catch (error) {
        throw new ArtdeskError({
          code: "invalid_request",
          shortMessage: "The master cannot be decoded.",
          hint: "Is the file whole? Look at it in a viewer.",
          details: error instanceof Error ? error.message : String(error),
          cause: error,
        });
      }
    },
  };
}

/** Raw pixels as sharp describes them. */
interface RawPixels {
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
}

type SharpFactory = typeof import("sharp").default;

function pictureOf(sharp: SharpFactory, data: Uint8Array, raw: RawPixels): Picture {
  const open = (): Sharp => sharp(data, { raw, limitInputPixels: MAX_DECODED_PX });
  const { width, height, channels } = raw;
  return {
    widthPx: width,
    heightPx: height,
    hasAlpha: channels === 4 || channels === 2,
    findSubject: async (shape) => {
      const { info } = await open()
        .resize({ width: shape.widthPx, height: shape.heightPx, fit: "cover", position: "attention" })
        .raw()
        .toBuffer({ resolveWithObject: true });
      const scale = Math.max(shape.widthPx / width, shape.heightPx / height);
      const left = -(info.cropOffsetLeft ?? 0) / scale;
      const top = -(info.cropOffsetTop ?? 0) / scale;
      return {
        x: (left + shape.widthPx / scale / 2) / width,
        y: (top + shape.heightPx / scale / 2) / height,
      };
    },
    encode: (options) => encode(sharp, open(), options),
    edgeColor: async () => meanOfEdge(data, raw),
  };
}

/** Mean colour of the outermost hundredth of a picture. */
function meanOfEdge(
  data: Uint8Array,
  { width, height, channels }: RawPixels,
): readonly [number, number, number, number] {
  const edgePx = Math.max(1, Math.round(Math.min(width, height) / 100));
  const sums = [0, 0, 0, 0];
  let counted = 0;
  for (let y = 0; y < height; y += 1) {
    const isEdgeRow = y < edgePx || y >= height - edgePx;
    for (let x = 0; x < width; x = !isEdgeRow && x === edgePx - 1 ? Math.max(edgePx, width - edgePx) : x + 1) {
      const start = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel += 1)
        sums[channel] = (sums[channel] ?? 0) + (data[start + channel] ?? 0);
      counted += 1;
    }
  }
  const mean = (channel: number): number => Math.round((sums[channel] ?? 0) / counted);
  const isGrey = channels < 3;
  const alpha = channels % 2 === 0 ? mean(channels - 1) : 255;
  return isGrey ? [mean(0), mean(0), mean(0), alpha] : [mean(0), mean(1), mean(2), alpha];
}

async function encode(
  sharp: SharpFactory,
  picture: Sharp,
  { placement, size, format, quality, margin, xmp }: EncodeOptions,
): Promise<Uint8Array> {
  const { crop, place } = placement;
  const [r, g, b, alpha] = margin;
  const background = { r, g, b, alpha: alpha / 255 };
  let image = picture
    .extract({ left: crop.leftPx, top: crop.topPx, width: crop.widthPx, height: crop.heightPx })
    .resize({ width: place.widthPx, height: place.heightPx, fit: "fill" })
    .extend({
      left: place.leftPx,
      top: place.topPx,
      right: size.widthPx - place.leftPx - place.widthPx,
      bottom: size.heightPx - place.topPx - place.heightPx,
      background,
    });
  if (format === "jpeg") image = image.flatten({ background: { r: 255, g: 255, b: 255 } });
  if (format === "png") return image.png(PNG).toBuffer();
  if (format === "jpeg") return image.jpeg({ quality, mozjpeg: true }).toBuffer();
  if (format === "webp") return image.webp({ quality }).toBuffer();
  const avif = image.avif({ quality, effort: AVIF_EFFORT });
  const threads = sharp.concurrency();
  sharp.concurrency(1);
  try {
    return await (xmp === undefined ? avif : avif.withXmp(xmp)).toBuffer();
  } finally {
    sharp.concurrency(threads);
  }
}

async function loadSharp(): Promise<SharpFactory> {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "Outputs are cut by the package sharp, which is not installed.",
      hint: "Install it: npm install sharp",
      cause: error,
    });
  }
}
