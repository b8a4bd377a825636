import type { CollectReport, GenerateAsset, GenerateReport } from "@artdesk/core/node";
import type { Project } from "../asked/project.ts";

/**
 * Puts what earlier batches brought into the report of the run that collected it: those images are made by now, and an
 * image that its batch could not make has failed, although the same run hands it in again.
 */
export function withCollected(
  report: GenerateReport,
  { collected, failed, waiting, costMicroUsd, warnings }: CollectReport,
  { workspace }: Pick<Project, "workspace">,
): GenerateReport {
  const errors = new Map(failed.map(({ id, error }) => [id, error]));
  const assets = report.assets.map((asset): GenerateAsset => {
    const error = errors.get(asset.id);
    if (error) return { ...asset, status: "failed", error };
    if (asset.status !== "unchanged" || !collected.includes(asset.id)) return asset;
    const lock = workspace.readLockEntry(asset.id);
    const { model = asset.model, quality = asset.quality, size = asset.size } = lock ?? {};
    return {
      ...asset,
      status: "generated",
      model,
      quality,
      size,
      images: lock?.outputs.length ?? 0,
      costMicroUsd: lock?.costMicroUsd ?? 0,
      reasons: ["Made in a batch that an earlier run handed in.", ...asset.reasons],
    };
  });
  const count = (status: GenerateAsset["status"]): number => assets.filter((asset) => asset.status === status).length;
  return {
    ...report,
    assets,
    totals: {
      ...report.totals,
      generated: count("generated"),
      unchanged: count("unchanged"),
      failed: count("failed"),
      submitted: count("submitted"),
      costMicroUsd: report.totals.costMicroUsd + costMicroUsd,
    },
    warnings: [
      ...report.warnings,
      ...warnings,
      ...waiting.map(({ batch, provider, assets: { length }, state }) => {
        return `Batch ${batch} at ${provider} with ${length} ${length === 1 ? "image" : "images"}: ${state}.`;
      }),
    ],
  };
}
