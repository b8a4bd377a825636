import { hash } from "node:crypto";
import { type AssetSpec, assetLocation } from "../../assets/asset-spec.ts";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { ImageInput } from "../../basics/types.ts";
import { inspectImage } from "../../wire/image-header.ts";
import { readFileGuarded } from "../files/guarded-file.ts";
import { withLocation } from "./asset-listing.ts";

const REFERENCE_TYPES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/webp"]);

/** An asset's reference images and mask, with the hashes that its fingerprint needs (lower-case hex SHA-256). */
export interface AssetReferences {
  references: readonly ImageInput[];
  referenceHashes: readonly string[];
  mask: ImageInput | undefined;
  maskHash: string | undefined;
}

/**
 * Reads the images that go in. Only real PNG, JPEG and WebP files inside the workspace pass: whatever is read here may
 * be sent to a provider. Throws `invalid_request` with the file and line that name the reference.
 */
export async function readReferences(root: string, asset: AssetSpec): Promise<AssetReferences> {
  const references: ImageInput[] = [];
  for (const [index, path] of asset.references.entries()) {
    references.push(await readImage(root, path, assetLocation(asset, `references.${index}`)));
  }
  const mask = asset.mask === undefined ? undefined : await readImage(root, asset.mask, assetLocation(asset, "mask"));
  return {
    references,
    referenceHashes: references.map((reference) => hash("sha256", reference.bytes, "hex")),
    mask,
    maskHash: mask && hash("sha256", mask.bytes, "hex"),
  };
}

async function readImage(root: string, path: string, location: { file: string; line: number }): Promise<ImageInput> {
  try {
    const bytes = await readFileGuarded(root, path);
    const mediaType = inspectImage(bytes).header?.mediaType;
    if (mediaType !== undefined && REFERENCE_TYPES.has(mediaType)) return { bytes, mediaType, name: path };
  } catch (error) {
    throw isArtdeskError(error) ? withLocation(error, location) : error;
  }
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `The reference ${path} is not a PNG, JPEG or WebP image, whatever its name says.`,
    hint: "Save it as one of these formats.",
    location,
  });
}
