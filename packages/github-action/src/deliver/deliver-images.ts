import { join } from "node:path";
import type { Project } from "../asked/project.ts";
import type { RunContext } from "../asked/run-context.ts";
import { NOT_DELIVERED, type Delivered } from "../tell/delivered.ts";
import { describeRun, type CoreReport } from "../tell/describe-run.ts";
import type { ReportModel } from "../tell/report-model.ts";
import { collectFiles, type DeliverableAsset } from "./collect-files.ts";

/** Takes what differs from the checked-out commit to where the workflow wants it, whatever else failed. */
export async function deliverImages(
  context: RunContext,
  project: Project,
  core: CoreReport,
  model: ReportModel,
  folder: string,
): Promise<Delivered> {
  const assets = core.kind === "generate" ? core.report.assets : assetsOf(project);
  const { deliver: goal } = context.inputs;
  const isPlan = core.kind === "plan";
  const mayBeEmpty =
    !isPlan && (goal === "artifact" || (goal === "pull-request" && project.leftToOthers === undefined));
  const page = core.kind === "generate" ? core.report.contactSheet : undefined;
  return deliverAssets(context, project, { assets, model, folder, mayBeEmpty, page });
}

/**
 * Delivers what earlier runs paid for and could not deliver, before anything else is bought.
 * @returns undefined when there is nothing of the kind
 */
export async function deliverKept(
  context: RunContext,
  project: Project,
  ids: readonly string[],
  folder: string,
): Promise<Delivered | undefined> {
  if (ids.length === 0) return undefined;
  const { event } = context;
  const model = describeRun({ mode: "generate", core: { kind: "nothing" }, project, event, notes: [] });
  const assets = assetsOf(project).filter(({ id }) => ids.includes(id));
  const delivered = await deliverAssets(context, project, {
    assets,
    model,
    folder,
    mayBeEmpty: false,
    page: undefined,
  });
  if (delivered.incomplete) {
    const note = "Nothing new was bought: images that an earlier run paid for still cannot be delivered.";
    return { ...delivered, notes: [note, ...delivered.notes] };
  }
  const client = await context.client();
  try {
    const { forgetKept } = await import("./kept-images.ts");
    if (client) await forgetKept(project, ids, { client, event });
  } catch (error) {
    context.host.log(`The images stay kept, too: ${String(error)}`);
  }
  const note = `Delivered for nothing, because an earlier run paid for it: ${ids.join(", ")}.`;
  return { ...delivered, notes: [note, ...delivered.notes] };
}

/** Both deliveries of one run. */
export function together(first: Delivered | undefined, second: Delivered): Delivered {
  if (!first) return second;
  return {
    commitSha: second.commitSha ?? first.commitSha,
    pullRequest: second.pullRequest ?? first.pullRequest,
    artifact: second.artifact ?? first.artifact,
    paths: [...new Set([...first.paths, ...second.paths])],
    notes: [...first.notes, ...second.notes],
    incomplete: first.incomplete || second.incomplete,
  };
}

async function deliverAssets(
  context: RunContext,
  project: Project,
  what: {
    assets: readonly DeliverableAsset[];
    model: ReportModel;
    folder: string;
    /** The goal wants to hear of it, too, when there is nothing to deliver. */
    mayBeEmpty: boolean;
    page: string | undefined;
  },
): Promise<Delivered> {
  const { model, folder, page } = what;
  const files = await collectFiles(project, what.assets);
  if (files.length === 0 && !what.mayBeEmpty) return NOT_DELIVERED;
  const contactSheet = page === undefined ? undefined : join(project.workspace.root, page);
  const { env, log } = context.host;
  const { deliver } = await import("./deliver.ts");
  return deliver({ ...context, files, model, folder, contactSheet, env, log });
}

function assetsOf({ listing }: Project): DeliverableAsset[] {
  return listing.assets.map(({ asset, lock }) => ({
    id: asset.id,
    outputs: lock?.outputs.map(({ path }) => path) ?? [],
  }));
}
