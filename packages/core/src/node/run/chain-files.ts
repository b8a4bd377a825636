import { hash } from "node:crypto";
import {
  type Chain,
  chainCostMicroUsd,
  chainFolder,
  type ChainImage,
  chainImages,
  type ChainStep,
  parseChain,
  serializeChain,
} from "../../assets/chain/draft-chain.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import type { ImageInput } from "../../basics/types.ts";
import { inspectImage } from "../../wire/image-header.ts";
import { ensureArtdeskFolder } from "../files/artdesk-folder.ts";
import { MAX_IMAGE_FILE_BYTES, readOwnFile, writeOwnFile } from "../files/guarded-file.ts";
import { sha256Hex } from "../workspace/asset-listing.ts";
import type { AssetDesk } from "./asset-desk.ts";

/** A record of drafts may not be larger. */
export const MAX_CHAIN_BYTES = 10_000_000;
const REFERENCE_TYPES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/webp"]);

/** Folder of an asset's drafts, relative to the workspace. */
export function chainFolderOf(id: string): string {
  return chainFolder(id, sha256Hex);
}

/** What was drafted for an asset; an empty chain when nothing was. Throws `invalid_request` for a broken record. */
export function readChain(desk: AssetDesk, id: string): Chain {
  const folder = chainFolderOf(id);
  const file = `${folder}/chain.json`;
  const bytes = readOwnFile(desk.workspace.root, file, { maxBytes: MAX_CHAIN_BYTES });
  return bytes ? parseChain({ file, folder, text: bytes.toString("utf8") }) : { id, steps: [] };
}

/**
 * Writes drafts or refinements and records them; the images first, so that the record names only what is there.
 * @returns false when an earlier run had done it already
 */
export async function deliverDrafts(
  desk: AssetDesk,
  id: string,
  step: Omit<ChainStep, "outputs">,
  images: readonly { bytes: Uint8Array; mediaType: string; sha256: string }[],
): Promise<boolean> {
  const { root } = desk.workspace;
  const chain = readChain(desk, id);
  if (isRecorded(chain, step)) return false;
  const folder = chainFolderOf(id);
  const before = chainImages(chain).length;
  const outputs: ChainStep["outputs"][number][] = [];
  await ensureArtdeskFolder(root);
  for (const [index, { bytes, mediaType, sha256 }] of images.entries()) {
    const path = `${folder}/${before + index + 1}.${extensionOf(mediaType)}`;
    await writeOwnFile(root, path, bytes);
    outputs.push({ path, sha256 });
  }
  await writeChain(desk, { id, steps: [...chain.steps, { ...step, outputs }] });
  return true;
}

/** Records a final whose files and lock entry are written; a second time it changes nothing. */
export async function recordFinal(desk: AssetDesk, id: string, step: ChainStep): Promise<void> {
  const chain = readChain(desk, id);
  if (!isRecorded(chain, step)) await writeChain(desk, { id, steps: [...chain.steps, step] });
}

/** What the chain costs with this step, whether it is recorded already or not. Micro-USD. */
export function chainCostWith(desk: AssetDesk, id: string, step: ChainStep): number {
  const chain = readChain(desk, id);
  return chainCostMicroUsd(chain) + (isRecorded(chain, step) ? 0 : step.costMicroUsd);
}

/** A draft or refinement as a reference. Throws `invalid_request` when it is not the image that was received. */
export function chainReference(desk: AssetDesk, image: ChainImage): ImageInput {
  const bytes = readOwnFile(desk.workspace.root, image.path, { maxBytes: MAX_IMAGE_FILE_BYTES });
  const mediaType = bytes && inspectImage(bytes).header?.mediaType;
  if (bytes && hash("sha256", bytes, "hex") === image.sha256 && REFERENCE_TYPES.has(mediaType ?? ""))
    return { bytes, mediaType: mediaType ?? "", name: image.path };
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `Image ${image.number} (${image.path}) ${bytes ? "is not the file that was received" : "does not exist any more"}.`,
    hint: "Take another one with --pick, or draft again.",
  });
}

function isRecorded(chain: Chain, { attemptIds }: Pick<ChainStep, "attemptIds">): boolean {
  return chain.steps.some((step) => step.attemptIds.some((id) => attemptIds.includes(id)));
}

function writeChain(desk: AssetDesk, chain: Chain): Promise<void> {
  return writeOwnFile(desk.workspace.root, `${chainFolderOf(chain.id)}/chain.json`, serializeChain(chain));
}

function extensionOf(mediaType: string): string {
  return { "image/jpeg": "jpg", "image/webp": "webp" }[mediaType] ?? "png";
}
