import type { Fit } from "../basics/crop-geometry.ts";

/** File formats of outputs. `ico` holds several PNG pictures. */
export type OutputFormat = "png" | "jpeg" | "webp" | "avif" | "ico";

/** What a cut keeps: the part where most is to be seen, the middle, or a point as shares of width and height (0 to 1). */
export type Focus = "auto" | "center" | { readonly x: number; readonly y: number };

/** One file to make from a master. Plain data: the same recipe and master give the same file. */
export interface OutputRecipe {
  /** Name of the preset that it came from, else its pixels: `og`, `1080x1350`. */
  name: string;
  /** Path in the workspace, with `/`. */
  file: string;
  widthPx: number;
  heightPx: number;
  format: OutputFormat;
  fit: Fit;
  focus: Focus;
  /** The most that the file may weigh, in bytes. Undefined: no limit. */
  maxBytes: number | undefined;
  /** Quality of the encoder, 1 to 100. Undefined: the format's usual one. Under `maxBytes` it is the most that is tried. */
  quality: number | undefined;
  /** Edges of the pictures inside an `ico` file, in pixels. */
  icoEdgesPx?: readonly number[] | undefined;
}

/** The largest output, in pixels: 100 megapixels, as much as the decoders take. */
export const MAX_OUTPUT_PX = 100_000_000;

/** Quality when none is given: where a photo shows no difference at arm's length (measured 2026-12-01, SSIM >= 0.997). */
export const USUAL_QUALITY: Readonly<Record<Exclude<OutputFormat, "png" | "ico">, number>> = {
  jpeg: 82,
  webp: 82,
  avif: 55,
};
