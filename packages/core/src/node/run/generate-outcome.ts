import { type AssetSpec, outputPaths } from "../../assets/asset-spec.ts";
import type { ArtdeskError } from "../../basics/errors.ts";
import type { AssetState } from "../workspace/status-listing.ts";
import { describeEdited } from "./own-files.ts";
import { toReportError } from "./asset-planning.ts";
import type { GenerateAsset } from "./report.ts";

/** The report of an asset for which nothing was called. */
function untouched(asset: AssetSpec, status: GenerateAsset["status"]): GenerateAsset {
  return {
    id: asset.id,
    file: asset.file,
    output: asset.output,
    outputs: outputPaths(asset),
    status,
    images: 0,
    model: undefined,
    quality: undefined,
    size: undefined,
    costMicroUsd: 0,
    possiblyBilledMicroUsd: 0,
    reasons: [],
    warnings: [],
    durationMs: 0,
    purpose: asset.request.purpose,
    prompt: asset.request.prompt,
    tags: asset.request.tags ?? {},
    attempts: [],
    error: undefined,
  };
}

export function unchangedAsset(state: AssetState): GenerateAsset {
  const warnings = state.status === "edited_output" ? [describeEdited(state)] : [];
  return { ...untouched(state.asset, "unchanged"), warnings };
}

export function failedAsset(asset: AssetSpec, error: ArtdeskError): GenerateAsset {
  return { ...untouched(asset, "failed"), error: toReportError(error, asset) };
}

export function skippedAsset(asset: AssetSpec, reason: string): GenerateAsset {
  return { ...untouched(asset, "skipped"), reasons: [reason] };
}

export function submittedAsset(asset: AssetSpec, reason: string): GenerateAsset {
  return { ...untouched(asset, "submitted"), reasons: [reason] };
}

/** A prompt file, reference or lock entry with a mistake. */
export function problemReport(problem: ArtdeskError): GenerateAsset {
  const file = problem.location?.file ?? "";
  const asset: AssetSpec = {
    id: file.replace(/\.image\.md$/, ""),
    file,
    line: problem.location?.line ?? 1,
    output: "",
    request: { prompt: "" },
    references: [],
    mask: undefined,
    alt: undefined,
    lines: {},
  };
  return { ...failedAsset(asset, problem), outputs: [], prompt: undefined };
}
