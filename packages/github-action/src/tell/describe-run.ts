import type { ScopeBalance } from "@artdesk/core";
import type { GenerateAsset, GenerateReport, PlanAsset, PlanReport } from "@artdesk/core/node";
import type { EventContext } from "../asked/event-context.ts";
import type { Mode } from "../asked/inputs.ts";
import type { ListedAsset, Project } from "../asked/project.ts";
import type { AssetState, BudgetLine, ReportAsset, ReportModel } from "./report-model.ts";

/** What core reported; nothing when every image matched its prompt. */
export type CoreReport =
  | { kind: "plan"; report: PlanReport }
  | { kind: "generate"; report: GenerateReport }
  | { kind: "nothing" };

/** Turns what core reported into what people are told. Paths become the repository's. */
export function describeRun(options: {
  mode: Mode;
  core: CoreReport;
  project: Project;
  event: EventContext;
  notes: readonly string[];
}): ReportModel {
  const { mode, core, project, event } = options;
  const assets = assetsOf(core, project, mode);
  const balances = core.kind === "nothing" ? [] : core.report.budget;
  const warnings = core.kind === "nothing" ? [] : core.report.warnings;
  const orphans = project.listing.orphans.map(
    ({ file }) => `${project.repositoryPath(file)}: its prompt file is gone.`,
  );
  return {
    mode,
    onPullRequest: event.pullRequest !== undefined,
    assets,
    leftToOthers: project.leftToOthers,
    budgets: budgetsOf(balances),
    budgetStop: core.kind === "generate" ? budgetStop(core.report) : undefined,
    notes: [
      ...options.notes,
      ...warnings,
      ...(core.kind === "generate" ? [] : handEdited(project)),
      ...orphans.slice(0, 10),
    ],
    commit: undefined,
    pullRequest: undefined,
    runUrl: event.runUrl,
  };
}

/** Core warns of these itself when it makes. */
function handEdited({ listing }: Project): string[] {
  return listing.assets.flatMap(({ asset, status, reason }) =>
    status === "edited_output" ? [`${asset.id}: ${reason} It is kept.`] : [],
  );
}

function assetsOf(core: CoreReport, project: Project, mode: Mode): ReportAsset[] {
  const { repositoryPath } = project;
  if (core.kind === "plan") return core.report.assets.map((asset) => plannedAsset(asset, project, mode));
  if (core.kind === "generate") return core.report.assets.map((asset) => madeAsset(asset, project));
  return project.listing.assets.map(({ asset, status, reason }) => ({
    ...blank(asset.id, repositoryPath(asset.file), repositoryPath(asset.output)),
    state: stateOf(status, mode),
    reasons: [reason],
  }));
}

function plannedAsset(asset: PlanAsset, { repositoryPath }: Project, mode: Mode): ReportAsset {
  const offer = asset.error ? undefined : asset.decision?.offers[0];
  return {
    ...blank(asset.id, repositoryPath(asset.file), repositoryPath(asset.output)),
    state: asset.error ? "invalid" : stateOf(asset.status, mode),
    model: offer?.model,
    quality: offer?.quality,
    size: offer?.size,
    estimateMicroUsd: offer?.estimateMicroUsd,
    worstCaseMicroUsd: offer?.worstCaseMicroUsd,
    reasons: offer ? [asset.why, ...offer.reasons] : [asset.why],
    rejected: asset.decision?.rejected ?? [],
    problem: problemOf(asset.error),
  };
}

function madeAsset(asset: GenerateAsset, { repositoryPath }: Project): ReportAsset {
  return {
    ...blank(asset.id, repositoryPath(asset.file), repositoryPath(asset.output)),
    state: asset.status,
    model: asset.model,
    quality: asset.quality,
    size: asset.size,
    costMicroUsd: asset.status === "generated" || asset.status === "failed" ? asset.costMicroUsd : undefined,
    reasons: asset.reasons,
    problem: problemOf(asset.error),
  };
}

function blank(id: string, promptFile: string, output: string): ReportAsset {
  return {
    id,
    promptFile,
    output: output === "" ? promptFile : output,
    state: "unchanged",
    model: undefined,
    quality: undefined,
    size: undefined,
    estimateMicroUsd: undefined,
    worstCaseMicroUsd: undefined,
    costMicroUsd: undefined,
    reasons: [],
    rejected: [],
    problem: undefined,
    beforeUrl: undefined,
    afterUrl: undefined,
  };
}

/** An image that was edited by hand is stale for `check`; the other modes leave it alone, with a note. */
function stateOf(status: PlanAsset["status"] | ListedAsset["status"], mode: Mode): AssetState {
  if (status === "unchanged") return "unchanged";
  if (status === "edited_output" && mode !== "check") return "unchanged";
  return "stale";
}

function problemOf(error: PlanAsset["error"]): ReportAsset["problem"] {
  if (!error) return undefined;
  return { message: [error.message, ...error.issues].join(" "), hint: error.hint, line: error.line };
}

function budgetsOf(balances: readonly ScopeBalance[]): BudgetLine[] {
  return balances
    .flatMap(({ label, limitMicroUsd, leftMicroUsd }) =>
      limitMicroUsd === undefined || leftMicroUsd === undefined ? [] : [{ label, limitMicroUsd, leftMicroUsd }],
    )
    .toSorted((left, right) => left.leftMicroUsd - right.leftMicroUsd);
}

function budgetStop({ assets }: GenerateReport): string | undefined {
  return assets.find(({ error }) => error?.code === "budget_exceeded")?.error?.message;
}
