import { join, resolve } from "node:path";
import type { LedgerStore } from "@artdesk/core";
import { generateAssets, openAssetDesk, planAssets } from "@artdesk/core/node";
import { decideAccess, type Access, type Environment } from "./access.ts";
import { collectFiles } from "./collect-files.ts";
import { deliver, type Delivered } from "./deliver.ts";
import { describeRun, type CoreReport } from "./describe-run.ts";
import { readEventContext, type EventContext } from "./event-context.ts";
import { createGitData } from "./git-data.ts";
import type { GitHubClient } from "./github-client.ts";
import { readInputs, type ActionInputs } from "./inputs.ts";
import { chooseLedger, withoutFailing, type LedgerChoice } from "./ledger-choice.ts";
import { createGitRefLedgerStore, LEDGER_REF } from "./ledger-ref.ts";
import { addPictures } from "./picture-urls.ts";
import { isStale, openProject, shardsOf, type Project } from "./project.ts";
import { pullRequestBranch } from "./pull-request.ts";
import { totalsOf, type ReportModel } from "./report-model.ts";
import { createRedact, type Redact } from "./redact.ts";
import { restoreDelivered } from "./restore-delivered.ts";
import type { StopSignals } from "./stop-signals.ts";
import { tell } from "./tell.ts";

export interface RunHost {
  env: Environment;
  signals: StopSignals;
  log: (line: string) => void;
}

/** Everything that the steps of a run share. */
interface RunContext {
  host: RunHost;
  inputs: ActionInputs;
  event: EventContext;
  ledger: LedgerChoice;
  /** GitHub's API, loaded when it is first needed; undefined without a token. */
  client: () => Promise<GitHubClient | undefined>;
  redact: Redact;
  /** Things to say beside the report. */
  notes: string[];
}

/**
 * One run of the action, in eight steps.
 * @returns whether the step succeeds
 * @throws {ArtdeskError} `invalid_request`, `invalid_policy` or `unavailable`: nothing was told yet
 */
export async function run(host: RunHost): Promise<boolean> {
  // 1. What the workflow asked for, and what happened in the repository.
  const inputs = readInputs();
  const event = readEventContext(host.env);
  const checkout = resolve(host.env["GITHUB_WORKSPACE"] ?? ".");
  // 2. The prompt files, and where their images stand. Calls nobody.
  let project = await openProject(inputs, checkout);
  const shards = shardsOf(project.listing);
  const ledger = chooseLedger(inputs, project.workspace.config.ledger);
  const redact = createRedact([...Object.values(inputs.keys), inputs.githubToken]);
  const context: RunContext = { host, inputs, event, ledger, client: lazyClient(inputs, host.env), redact, notes: [] };
  // 3. What this run may do: no key, a fork or a token that only reads make it a plan.
  const access = await decideAccess({
    inputs,
    event,
    project,
    env: host.env,
    ledgerOnGitHub: ledger.kind === "github",
    client: context.client,
  });
  context.notes.push(...access.notes);
  // 4. What earlier runs delivered since is not bought again.
  if (access.mode === "generate" && (await restore(context, project)) > 0)
    project = await openProject(inputs, checkout);
  // 5. Plan or make.
  const core = await work(context, project, access);
  let model = describeRun({ mode: access.mode, core, project, event, notes: context.notes });
  // 6. Deliver what was made, whatever else failed.
  const folder = join(host.env["RUNNER_TEMP"] ?? checkout, "artdesk");
  const delivered = access.mode === "generate" ? await deliverImages(context, project, core, model, folder) : undefined;
  // 7. Put the pictures beside the words, and tell.
  model = await illustrate(context, project, model, delivered);
  await tell({
    ...context,
    model,
    core,
    delivered: delivered ?? NOT_DELIVERED,
    shards,
    folder,
    env: host.env,
    log: host.log,
  });
  // 8. Red or green.
  return succeeded(model);
}

const NOT_DELIVERED: Delivered = {
  commitSha: undefined,
  pullRequest: undefined,
  artifact: undefined,
  paths: [],
  notes: [],
};

function lazyClient({ githubToken }: ActionInputs, env: Environment): () => Promise<GitHubClient | undefined> {
  let client: Promise<GitHubClient> | undefined;
  return async () => {
    if (githubToken === "") return undefined;
    client ??= import("./octokit-client.ts").then(({ createOctokitClient }) =>
      createOctokitClient(githubToken, env["GITHUB_API_URL"] ?? "https://api.github.com"),
    );
    return client;
  };
}

async function restore({ inputs, event, client, host }: RunContext, project: Project): Promise<number> {
  const branch =
    inputs.deliver === "commit"
      ? event.branch
      : inputs.deliver === "pull-request" && event.branch !== undefined
        ? pullRequestBranch(event.branch)
        : undefined;
  const github = branch !== undefined && project.listing.assets.some(isStale) ? await client() : undefined;
  if (!github || branch === undefined) return 0;
  const restored = await restoreDelivered(createGitData(github, event), branch, project);
  if (restored.length > 0) host.log(`Already delivered to ${branch} by an earlier run: ${restored.join(", ")}.`);
  return restored.length;
}

async function work(context: RunContext, project: Project, access: Access): Promise<CoreReport> {
  const { listing, paths } = project;
  const nothingToDo = listing.problems.length === 0 && !listing.assets.some(isStale);
  const handEdited = access.mode === "check" && listing.assets.some(({ status }) => status !== "unchanged");
  if (paths === undefined || (nothingToDo && !handEdited)) return { kind: "nothing" };
  const { inputs, host } = context;
  const generating = access.mode === "generate";
  const desk = await openAssetDesk({
    cwd: project.workspace.root,
    config: inputs.config,
    env: access.env,
    policy: inputs.policy,
    monthBudgetMicroUsd: inputs.budgetMonthMicroUsd,
    runBudgetMicroUsd: inputs.budgetRunMicroUsd,
    ledger: await openLedger(context, generating),
    readOnly: !generating,
  });
  try {
    if (!generating) return { kind: "plan", report: await planAssets(desk, paths) };
    const { stop, abort } = host.signals;
    const report = await generateAssets(desk, {
      paths,
      keepGoing: true,
      stop,
      signal: abort,
      onProgress: (progress) => {
        if (progress.type === "asset_done") host.log(`${progress.asset.id}: ${progress.asset.status}`);
      },
    });
    return { kind: "generate", report };
  } finally {
    await desk.close();
  }
}

async function openLedger(
  { ledger, client, event, notes, host }: RunContext,
  generating: boolean,
): Promise<LedgerStore | string> {
  if (ledger.kind === "spec") return ledger.spec;
  const github = await client();
  if (!github) {
    notes.push("The ledger was not read, for want of a token: what was spent before is not counted here.");
    return "memory:";
  }
  const store = createGitRefLedgerStore({ client: github, ...event });
  if (!generating) return withoutFailing(store, (note) => notes.push(note));
  const started = (await createGitData(github, event).head(LEDGER_REF)) !== undefined;
  if (!started) host.log(`There is no ledger at refs/${LEDGER_REF} yet: this run starts one.`);
  return store;
}

async function deliverImages(
  context: RunContext,
  project: Project,
  core: CoreReport,
  model: ReportModel,
  folder: string,
): Promise<Delivered> {
  const assets =
    core.kind === "generate"
      ? core.report.assets
      : project.listing.assets.map(({ asset, lock }) => ({
          id: asset.id,
          outputs: lock?.outputs.map(({ path }) => path) ?? [],
        }));
  const files = await collectFiles(project, assets);
  const page = core.kind === "generate" ? core.report.contactSheet : undefined;
  const contactSheet = page === undefined ? undefined : join(project.workspace.root, page);
  const { host } = context;
  return deliver({ ...context, files, model, folder, contactSheet, env: host.env, log: host.log });
}

async function illustrate(
  { inputs, event, client }: RunContext,
  project: Project,
  model: ReportModel,
  delivered: Delivered | undefined,
): Promise<ReportModel> {
  const { commitSha, pullRequest, notes = [] } = delivered ?? {};
  const commit =
    commitSha === undefined
      ? undefined
      : { sha: commitSha, url: `${event.serverUrl}/${event.owner}/${event.repo}/commit/${commitSha}` };
  const told = { ...model, commit, pullRequest, notes: [...model.notes, ...notes] };
  const worthIt = event.pullRequest ? inputs.comment !== "never" : totalsOf(model.assets).generated > 0;
  const github = worthIt ? await client() : undefined;
  return github ? addPictures(told, { event, git: createGitData(github, event), project, afterSha: commitSha }) : told;
}

/** A plan fails only for files that are wrong; `check` also for stale images; `generate` for all that was not made. */
function succeeded({ mode, assets }: ReportModel): boolean {
  const { failed, stale, skipped } = totalsOf(assets);
  if (failed > 0) return false;
  if (mode === "check") return stale === 0;
  return mode === "plan" || skipped === 0;
}
