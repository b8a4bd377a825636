import { ArtdeskError } from "../../errors.ts";
import type { ComparedModel, Comparison } from "../../judge/compare-models.ts";
import { compareReportHtml } from "../../judge/compare-report.ts";
import type { AbortSignalLike } from "../../ports.ts";
import { ensureArtdeskFolder } from "../artdesk-folder.ts";
import { writeOwnFile } from "../guarded-file.ts";
import { nodeCodec } from "../node-codec.ts";
import type { AssetDesk } from "./asset-desk.ts";
import { requestOf } from "./asset-planning.ts";

export interface CompareAssetsOptions {
  /** The prompt file, folder or pattern. */
  paths: readonly string[];
  models: readonly string[];
  /** Images per model. @default 5 */
  attempts?: number | undefined;
  signal?: AbortSignalLike | undefined;
  onAsset?: ((id: string) => void) | undefined;
}

/** One compared asset: images are files, not bytes. */
export interface ComparedAsset extends Omit<Comparison, "models"> {
  id: string;
  models: readonly (Omit<ComparedModel, "images"> & { files: readonly string[] })[];
  /** The HTML page, relative to the workspace. */
  report: string;
}

/** The answer of `artdesk compare`. */
export interface CompareReport {
  assets: readonly ComparedAsset[];
  totals: { assets: number; images: number; costMicroUsd: number };
}

/**
 * Compares models on the assets of a prompt file and writes, under `.artdesk/compare/`, every image and a page per asset.
 * Outputs and lock entries stay as they are. Throws `invalid_request` for a broken file or none.
 */
export async function compareAssets(desk: AssetDesk, options: CompareAssetsOptions): Promise<CompareReport> {
  const { assets, problems } = await desk.workspace.listAssets(options.paths);
  const [problem] = problems;
  if (problem) throw problem;
  if (assets.length === 0)
    throw new ArtdeskError({ code: "invalid_request", shortMessage: `No prompt file at ${options.paths.join(", ")}.` });
  const { root } = desk.workspace;
  await ensureArtdeskFolder(root);
  const compared: ComparedAsset[] = [];
  for (const asset of assets) {
    options.onAsset?.(asset.id);
    const comparison = await desk.artdesk.compare(await requestOf(desk, asset), {
      models: options.models,
      attempts: options.attempts,
      signal: options.signal,
      // Not the asset itself: what is found later of this must not become its output.
      subject: `compare ${asset.id}`,
    });
    const folder = `.artdesk/compare/${asset.id.replace(/[^A-Za-z0-9._-]+/g, "-")}`;
    const models: ComparedAsset["models"][number][] = [];
    for (const { images, ...model } of comparison.models) {
      const files: string[] = [];
      for (const [index, image] of images.entries()) {
        const name = model.name.replace(/[^A-Za-z0-9._-]+/g, "-");
        const file = `${folder}/${name}-${index + 1}.${image.mediaType.replace("image/", "").replace("jpeg", "jpg")}`;
        await writeOwnFile(root, file, image.bytes);
        files.push(file);
      }
      models.push({ ...model, files });
      for (const { id } of model.attempts) await desk.journal.delivered(id).catch(() => undefined);
    }
    const report = `${folder}/report.html`;
    await writeOwnFile(root, report, compareReportHtml(comparison, { title: asset.id, codec: nodeCodec }));
    compared.push({ ...comparison, id: asset.id, models, report });
  }
  const sum = (pick: (asset: ComparedAsset) => number): number =>
    compared.reduce((total, asset) => total + pick(asset), 0);
  return {
    assets: compared,
    totals: {
      assets: compared.length,
      images: sum((asset) => asset.models.reduce((total, { files }) => total + files.length, 0)),
      costMicroUsd: sum((asset) => asset.costMicroUsd),
    },
  };
}
