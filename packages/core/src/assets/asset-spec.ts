import type { ImageFormat, ImageRequest } from "../basics/types.ts";

/** What a prompt file asks for, before its reference files are read. */
export type AssetRequest = Omit<ImageRequest, "references" | "mask">;

/** One asset: one or more images in the repository that one prompt file (or one variant of it) describes. Plain data. */
export interface AssetSpec {
  /**
   * Path of the prompt file without `.image.md`, then `@variant` and `#key=value,...` where they apply. Stable as long
   * as the file is not moved; unique in a workspace.
   */
  id: string;
  /** The prompt file, relative to the workspace. */
  file: string;
  /** Line of the variant, or of the prompt. */
  line: number;
  /** Where the image goes, relative to the workspace; see {@link outputPaths} for several images. */
  output: string;
  request: AssetRequest;
  /** Relative to the workspace. */
  references: readonly string[];
  mask: string | undefined;
  /** Text for readers who do not see the image. */
  alt: string | undefined;
  /** Lines of the fields that the file sets, by field of the request: `size`, `text.0`, `maxCostUsd`, `prompt`. */
  lines: Readonly<Record<string, number>>;
}

/** The files of an asset, one per image: the output itself, or `NAME-1.png` to `NAME-n.png` for `count: n`. */
export function outputPaths(asset: Pick<AssetSpec, "output" | "request">): readonly string[] {
  const count = asset.request.count ?? 1;
  if (count === 1) return [asset.output];
  return Array.from({ length: count }, (_, index) => insertBeforeExtension(asset.output, `-${index + 1}`));
}

/** The prompt of an asset as it is planned: with the style of its workspace. */
export function promptWithStyle({ request }: Pick<AssetSpec, "request">, style: string): string {
  return style === "" ? request.prompt : `${request.prompt}\n\n${style}`;
}

/** File and line of a request's field (`size`, `text[0]`, `references.1`), else of the asset: for the location of an error. */
export function assetLocation(asset: AssetSpec, field?: string): { file: string; line: number } {
  const names = (field ?? "").replace(/\[(\d+)\]/g, ".$1").split(".");
  for (let length = names.length; length > 0; length -= 1) {
    const line = asset.lines[names.slice(0, length).join(".")];
    if (line !== undefined) return { file: asset.file, line };
  }
  return { file: asset.file, line: asset.line };
}

/** `docs/hero.png` and `-dark` give `docs/hero-dark.png`. */
export function insertBeforeExtension(path: string, addition: string): string {
  const dot = path.lastIndexOf(".");
  const slash = path.lastIndexOf("/");
  return dot > slash + 1 ? path.slice(0, dot) + addition + path.slice(dot) : path + addition;
}

/** The format that a file name asks for. */
export function formatOfPath(path: string): ImageFormat {
  const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  if (extension === "jpg" || extension === "jpeg") return "jpeg";
  return extension === "webp" ? "webp" : "png";
}
