import type { Size, Placement } from "../basics/crop-geometry.ts";
import type { OutputFormat } from "./output-recipe.ts";

/** A decoded picture, as the host's codec keeps it. */
export interface Picture extends Size {
  hasAlpha: boolean;
  /** A point where most is to be seen, as shares of width and height; for `focus: auto`. */
  findSubject(shape: Size): Promise<{ x: number; y: number }>;
  /**
   * The picture, cut and scaled by `placement`, in exactly `size`, as a file.
   * `margin` fills what the picture does not: an RGBA colour, 0 to 255.
   */
  encode(options: EncodeOptions): Promise<Uint8Array>;
  /** Mean colour of its outermost pixels, RGBA 0 to 255. */
  edgeColor(): Promise<readonly [number, number, number, number]>;
}

/** How a picture becomes a file. */
export interface EncodeOptions {
  placement: Placement;
  size: Size;
  format: Exclude<OutputFormat, "ico">;
  /** 1 to 100; png has none and stays lossless. */
  quality: number;
  margin: readonly [number, number, number, number];
  /** For avif, where only its encoder can write XMP; the other formats get theirs afterwards. */
  xmp: string | undefined;
}

/** Pixel work, which each host does its own way. */
export interface Pixels {
  /** Formats that this host writes. */
  readonly formats: readonly OutputFormat[];
  /** Throws `invalid_request` for bytes that are no picture, and for one of more pixels than it can take. */
  decode(bytes: Uint8Array): Promise<Picture>;
}
