import { type AssetSpec, formatOfPath, outputPaths } from "../../assets/asset-spec.ts";
import type { LockEntry } from "../../assets/lock/lock-entry.ts";
import { placeMaster, type Size } from "../../basics/crop-geometry.ts";
import type { ImageFormat } from "../../basics/types.ts";
import { MOST_ENLARGED } from "../../decide/plan/cover-size.ts";
import { finishImage } from "../../finish/finish-image.ts";
import type { OutputRecipe } from "../../finish/output-recipe.ts";
import type { Pixels } from "../../finish/pixels.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import { inspectImage } from "../../wire/image-header.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** An image of an asset, as it was bought. */
export interface BoughtImage {
  /** Which of the asset's images it is, counted from 0; undefined for one that nobody asked for. */
  position: number | undefined;
  bytes: Uint8Array;
  /** Lower-case hex SHA-256. */
  sha256: string;
}

/** What delivering takes. */
export interface DeliveryHost {
  workspace: Pick<Workspace, "writeOutput" | "writeMaster">;
  /** Undefined: images are written as they were bought. */
  pixels: Pixels | undefined;
  catalogue: { readonly rows: readonly CatalogueRow[] };
}

/**
 * Writes an asset's images where its prompt file wants them: byte for byte where they have the pixels and the format
 * that were asked for, else cut from the image that was bought, which is kept as a master.
 * @returns what was written, in the order of the images
 */
export async function deliverImages(
  host: DeliveryHost,
  asset: AssetSpec,
  model: string | undefined,
  images: readonly BoughtImage[],
): Promise<LockEntry["outputs"]> {
  const paths = outputPaths(asset);
  const written: { path: string; sha256: string; master?: string }[] = [];
  for (const { position = -1, bytes, sha256 } of images) {
    const path = paths[position];
    if (path === undefined) continue;
    const recipe = host.pixels && recipeFor(host, asset, path, model, bytes);
    if (host.pixels === undefined || recipe === undefined) {
      await host.workspace.writeOutput(path, bytes);
      written.push({ path, sha256 });
      continue;
    }
    await host.workspace.writeMaster(sha256, bytes);
    const madeBy = model ?? "unknown";
    const { outputs, unmet } = await finishImage(host.pixels, bytes, [recipe], {
      madeBy,
      masterSha256: sha256,
      alt: asset.alt ?? "",
    });
    const [output] = outputs;
    if (output === undefined) throw unmet[0]?.error ?? new TypeError("a recipe is made or unmet");
    written.push({ path, sha256: await host.workspace.writeOutput(path, output.bytes), master: sha256 });
  }
  return written;
}

/** What is left to do to an image; undefined when it is what was asked for, or so small that cutting would not help. */
function recipeFor(
  { catalogue }: DeliveryHost,
  asset: AssetSpec,
  path: string,
  model: string | undefined,
  bytes: Uint8Array,
): OutputRecipe | undefined {
  const { header } = inspectImage(bytes);
  if (header === undefined) return undefined;
  const size = cutSizeOf(asset) ?? { widthPx: header.widthPx, heightPx: header.heightPx };
  const format = formatOfPath(path);
  const isRightSize = header.widthPx === size.widthPx && header.heightPx === size.heightPx;
  const isRightFormat = header.mediaType === `image/${format}` || writes(catalogue.rows, model, format);
  if (isRightSize && isRightFormat) return undefined;
  if (placeMaster(header, size, "cover", { x: 0.5, y: 0.5 }).scale > MOST_ENLARGED) return undefined;
  return {
    name: "output",
    file: path,
    ...size,
    format,
    fit: "cover",
    focus: "auto",
    maxBytes: undefined,
    quality: undefined,
  };
}

/** Exact pixels that an asset's files are cut to; undefined where the image's own size will do. */
export function cutSizeOf({ request }: Pick<AssetSpec, "request">): Size | undefined {
  if (request.size === undefined || request.operation === "upscale") return undefined;
  const [widthPx = 0, heightPx = 0] = request.size.split("x").map(Number);
  return { widthPx, heightPx };
}

/** A model that writes a format itself was asked for it: what came instead is kept, and told. */
function writes(rows: readonly CatalogueRow[], model: string | undefined, format: ImageFormat): boolean {
  return rows.find(({ id }) => id === model)?.formats.includes(format) ?? true;
}
