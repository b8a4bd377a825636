import type { AssetSpec } from "../../assets/asset-spec.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import type { AbortSignalLike } from "../../basics/ports.ts";
import { releaseHeld } from "../../buy/ledger/release-held.ts";
import { comparePlanned, holdComparisons, planComparison } from "../../judge/compare/compare-models.ts";
import { compareReportHtml } from "../../judge/compare/compare-report.ts";
import type { ComparedModel, Comparison, PlannedComparison } from "../../judge/compare/comparison.ts";
import { ensureArtdeskFolder } from "../files/artdesk-folder.ts";
import { writeOwnFile } from "../files/guarded-file.ts";
import { nodeCodec } from "../platform/node-codec.ts";
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
 * Outputs and lock entries stay as they are. The money for all images is set aside before the first is bought. Throws
 * `invalid_request` for a broken file or none, `budget_exceeded` when not all of them fit.
 */
export async function compareAssets(desk: AssetDesk, options: CompareAssetsOptions): Promise<CompareReport> {
  const { assets, problems } = await desk.workspace.listAssets(options.paths);
  const [problem] = problems;
  if (problem) throw problem;
  if (assets.length === 0)
    throw new ArtdeskError({ code: "invalid_request", shortMessage: `No prompt file at ${options.paths.join(", ")}.` });
  await ensureArtdeskFolder(desk.workspace.root);
  const compared: ComparedAsset[] = [];
  const plans: { asset: AssetSpec; comparison: PlannedComparison; subject: string }[] = [];
  for (const asset of assets) {
    const comparison = await planComparison(desk.artdesk, await requestOf(desk, asset), options);
    // Not the asset itself: what is found later of this must not become its output.
    plans.push({ asset, comparison, subject: `compare ${asset.id}` });
  }
  const held = await holdComparisons(desk.artdesk, plans);
  let started = 0;
  try {
    for (const { asset, comparison, subject } of plans) {
      options.onAsset?.(asset.id);
      const run = { signal: options.signal, subject, held: held[started] };
      started += 1;
      compared.push(await writeComparison(desk, asset, await comparePlanned(desk.artdesk, comparison, run)));
    }
  } finally {
    await releaseHeld(desk.artdesk.ledger, held.slice(started).flat(2)).catch(() => undefined);
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

/** Writes what was compared for one asset. */
async function writeComparison(desk: AssetDesk, asset: AssetSpec, comparison: Comparison): Promise<ComparedAsset> {
  const { root } = desk.workspace;
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
  return { ...comparison, id: asset.id, models, report };
}
