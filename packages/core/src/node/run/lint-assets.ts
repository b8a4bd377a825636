import { advisePrompt, type PromptAdvice } from "../../decide/brief/advise-prompt.ts";
import type { PlannedRequest } from "../../decide/plan/planned-request.ts";
import { findModel } from "../../models/rows/find-model.ts";
import type { AssetDesk } from "./asset-desk.ts";
import { planAsset, toReportError } from "./asset-planning.ts";
import { listStates } from "./list-states.ts";
import type { ReportError } from "./report.ts";

/** What `artdesk lint` says about one asset. */
export interface LintedAsset {
  id: string;
  file: string;
  /** Where its prompt starts. */
  line: number;
  /** The model that would be used, by id; undefined when none may be. */
  model: string | undefined;
  advice: readonly PromptAdvice[];
}

/** The answer of `artdesk lint`. */
export interface LintReport {
  assets: readonly LintedAsset[];
  /** Mistakes in prompt files. */
  problems: readonly ReportError[];
  totals: { assets: number; advised: number; advice: number; problems: number };
}

/** Looks at every prompt, whether its image is to be made or not, for what models are known to drop. Calls nobody. */
export async function lintAssets(desk: AssetDesk, paths: readonly string[] = []): Promise<LintReport> {
  const listing = await listStates(desk, paths);
  const problems = listing.problems.map((problem) => toReportError(problem));
  const assets: LintedAsset[] = [];
  for (const state of listing.assets) {
    const { asset } = state;
    const { planned, error } = await planAsset(desk, state);
    if (error?.code === "invalid_request") problems.push(toReportError(error, asset));
    assets.push({
      id: asset.id,
      file: asset.file,
      line: asset.lines["prompt"] ?? asset.line,
      model: planned?.decision.offers[0]?.model,
      advice: planned ? adviseOn(desk, planned) : [],
    });
  }
  const advised = assets.filter(({ advice }) => advice.length > 0);
  return {
    assets,
    problems,
    totals: {
      assets: assets.length,
      advised: advised.length,
      advice: advised.reduce((sum, { advice }) => sum + advice.length, 0),
      problems: problems.length,
    },
  };
}

/** What models drop in a planned prompt, the model that would be used in mind. Cards that are drawn here drop nothing. */
export function adviseOn({ catalogue }: AssetDesk, { request, decision }: PlannedRequest): readonly PromptAdvice[] {
  const offer = decision.offers[0];
  if (offer && catalogue.providers.get(offer.provider)?.kind === "local") return [];
  // Without a key there is no offer, but a model that is named is known all the same.
  const model = offer?.model ?? request.model;
  return advisePrompt(request, decision.brief, model === undefined ? undefined : findModel(catalogue.rows, model)?.row);
}
