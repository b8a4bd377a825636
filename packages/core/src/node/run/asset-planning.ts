import { type AssetSpec, assetLocation, promptWithStyle } from "../../assets/asset-spec.ts";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import { blockedError } from "../../buy/compose-result.ts";
import type { VerifiedPlan } from "../../judge/verify/plan-verification.ts";
import type { ScopeBalance } from "../../basics/budget.ts";
import type { ImageRequest } from "../../basics/types.ts";
import type { AssetState } from "../workspace/status-listing.ts";
import type { AssetDesk } from "./asset-desk.ts";
import { cutSizeOf } from "./deliver-images.ts";
import type { ReportError } from "./report.ts";

/** The image request of an asset: its prompt with the workspace's style, its references read. */
export async function requestOf(desk: AssetDesk, asset: AssetSpec, count?: number): Promise<ImageRequest> {
  const { references, mask } = await desk.workspace.readReferences(asset);
  const { style, verify } = desk.workspace.config;
  return {
    ...asset.request,
    prompt: promptWithStyle(asset, style),
    count: count ?? asset.request.count,
    verify: asset.request.verify ?? verify,
    references,
    mask,
    ...(desk.pixels !== undefined && cutsOf(asset)),
    urgency: asset.request.urgency ?? desk.urgency,
  };
}

/** A size that no model makes is cut from a larger image. */
function cutsOf(asset: AssetSpec): Pick<ImageRequest, "cuts"> {
  const size = cutSizeOf(asset);
  return size === undefined ? {} : { cuts: [{ ...size, fit: "cover" }] };
}

/** A planned asset: `error` says why it cannot be made, with `planned` beside it when a decision was reached. */
export interface AssetPlan {
  planned: VerifiedPlan | undefined;
  error: ArtdeskError | undefined;
}

/** Plans one asset, or `change` of its request. An error carries the file and line of the field that it is about. */
export async function planAsset(
  desk: AssetDesk,
  state: AssetState,
  count?: number,
  change: (request: ImageRequest) => ImageRequest = (request) => request,
): Promise<AssetPlan> {
  const { asset } = state;
  try {
    const planned = await desk.artdesk.plan(change(await requestOf(desk, asset, count)));
    if (!planned.decision.blocked) return { planned, error: undefined };
    const blocked = blockedError(planned.decision);
    if (blocked.code === "invalid_policy") return { planned, error: inConfig(blocked, desk) ?? blocked };
    const field =
      /^(\w+): /.exec(blocked.shortMessage)?.[1] ?? (planned.request.model === undefined ? undefined : "model");
    return { planned, error: located(blocked, asset, field) };
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    return { planned: undefined, error: located(error, asset, fieldOf(error)) };
  }
}

/** The field that an `invalid_request` names first: `size: ...` or `text[1]: ...`. */
function fieldOf(error: ArtdeskError): string | undefined {
  return /^`?([A-Za-z]+(?:[.[]\w+\]?)*)`?[: ]/.exec(error.issues[0] ?? error.shortMessage)?.[1];
}

/** A mistake of the configuration with its place there; `models.draft: ...` names the setting. */
function inConfig(error: ArtdeskError, desk: AssetDesk): ArtdeskError | undefined {
  const { config } = desk.workspace;
  const setting = /^([\w.]+): /.exec(error.shortMessage)?.[1] ?? "policy";
  return config.file === undefined
    ? undefined
    : withPlace(error, { file: config.file, line: config.lineOf(setting.split(".")) });
}

function located(error: ArtdeskError, asset: AssetSpec, field: string | undefined): ArtdeskError {
  return error.location ? error : withPlace(error, assetLocation(asset, field));
}

function withPlace(error: ArtdeskError, location: { file: string; line: number }): ArtdeskError {
  return new ArtdeskError({
    code: error.code,
    shortMessage: error.shortMessage,
    details: error.details,
    hint: error.hint,
    issues: error.issues,
    location,
    cause: error,
  });
}

/**
 * Warnings of several assets as lines of one report. What concerns an asset names it; what several have in common, such
 * as a budget that runs low, is said once.
 */
export function collectWarnings(assets: readonly { id: string; warnings: readonly string[] }[]): readonly string[] {
  const owners = new Map<string, string[]>();
  for (const { id, warnings } of assets) {
    for (const warning of warnings) owners.set(warning, [...(owners.get(warning) ?? []), id]);
  }
  return [...owners].map(([warning, [id, ...others]]) =>
    others.length > 0 || warning.startsWith(`${id}: `) ? warning : `${id}: ${warning}`,
  );
}

/** What is spent and left, without the limits of runs that are over. */
export async function budgetOf(desk: AssetDesk): Promise<readonly ScopeBalance[]> {
  const balances = await desk.artdesk.ledger.balances();
  return balances.filter(({ scope }) => !scope.startsWith("run:") || scope === `run:${desk.run}`);
}

/** An error as reports show it; the asset's own place when it names none. */
export function toReportError(error: ArtdeskError, asset?: AssetSpec): ReportError {
  const location = error.location ?? (asset?.file ? { file: asset.file, line: asset.line } : undefined);
  return {
    code: error.code,
    message: error.shortMessage,
    hint: error.hint,
    file: location?.file,
    line: location?.line,
    issues: error.issues.filter((issue) => issue !== error.shortMessage),
  };
}
