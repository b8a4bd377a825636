import { join, resolve } from "node:path";
import { isArtdeskError } from "@artdesk/core";
import type { Access } from "./asked/access.ts";
import { type EventContext, readEventContext } from "./asked/event-context.ts";
import { readInputs, type ActionInputs } from "./asked/inputs.ts";
import { chooseLedger } from "./asked/ledger-choice.ts";
import { hasWork, isStale, openProject, shardsOf, type Project } from "./asked/project.ts";
import { createRedact } from "./asked/redact.ts";
import type { RunContext, RunHost } from "./asked/run-context.ts";
import { deliverImages, deliverKept, together } from "./deliver/deliver-images.ts";
import { statusOf, type GitHubClient } from "./github/github-client.ts";
import type { PromptClaims } from "./make/prompt-claims.ts";
import { NOT_DELIVERED, type Delivered } from "./tell/delivered.ts";
import { describeRun, type CoreReport } from "./tell/describe-run.ts";
import { totalsOf, type ReportModel } from "./tell/report-model.ts";
import { tell } from "./tell/tell.ts";

/*
 * What a run with nothing to do does not need (core's engine, deliveries, Octokit) is imported where it is used.
 */

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
  if (inputs.reconcile) return reconcileBooks(host, inputs, event, checkout);
  // 2. The prompt files, and where their images stand. Calls nobody.
  let project = await openProject(inputs, checkout);
  const shards = shardsOf(project.listing);
  const ledger = chooseLedger(inputs, project.workspace.config.ledger);
  const redact = createRedact([...Object.values(inputs.keys), inputs.githubToken]);
  const context: RunContext = { host, inputs, event, ledger, client: lazyClient(inputs, host.env), redact, notes: [] };
  // 3. What this run may do: no key, a fork or a token that only reads make it a plan.
  const access = await decide(context, project);
  context.notes.push(...access.notes);
  // 4. What other runs make just now, or delivered since, is not bought again.
  const claims = access.mode === "generate" ? await claim(context, project) : undefined;
  try {
    context.notes.push(...(claims?.notes ?? []));
    const restored = access.mode === "generate" ? await restore(context, project) : { delivered: [], kept: [] };
    if (restored.delivered.length + restored.kept.length > 0) project = await openProject(inputs, checkout);
    return await makeAndTell(context, { project: claims?.without(project) ?? project, access, shards, restored });
  } finally {
    await claims?.release();
  }
}

/** Nothing is planned, made or delivered: a person has looked at the provider's usage page. */
async function reconcileBooks(
  { env, log }: RunHost,
  inputs: ActionInputs,
  event: EventContext,
  checkout: string,
): Promise<boolean> {
  const { workspace } = await openProject({ ...inputs, prompts: [] }, checkout);
  const ledger = chooseLedger(inputs, workspace.config.ledger);
  const { reconcile } = await import("./make/reconcile.ts");
  const wish = inputs.reconcile ?? { which: [], billed: undefined };
  await reconcile({ wish, event, ledger, client: lazyClient(inputs, env), checkout, env, log });
  return true;
}

/** Ids of assets whose images came into the workspace for nothing. */
interface Restored {
  delivered: readonly string[];
  kept: readonly string[];
}

interface Work {
  project: Project;
  access: Access;
  shards: readonly string[];
  restored: Restored;
}

async function makeAndTell(context: RunContext, { access, shards, restored, ...rest }: Work): Promise<boolean> {
  const { host, event } = context;
  let { project } = rest;
  const folder = join(host.env["RUNNER_TEMP"] ?? project.checkout, "artdesk");
  const { mode } = access;
  // 5. Plan or make; what was paid for earlier is delivered first, and while that cannot be nothing is bought.
  const first = await deliverKept(context, project, restored.kept, folder);
  const { core, ended } =
    first?.incomplete === true ? { core: NOTHING, ended: undefined } : await workToTheEnd(context, project, access);
  if (ended !== undefined) project = await openProject(context.inputs, project.checkout);
  let model = describeRun({ mode, core, project, event, notes: context.notes });
  // 6. Deliver what was made, whatever else failed.
  const isDone = first !== undefined && core.kind === "nothing";
  const delivers = mode === "generate" || access.failure !== undefined;
  const then = isDone || !delivers ? NOT_DELIVERED : await deliverImages(context, project, core, model, folder);
  const delivered = together(first, then);
  // 7. Put the pictures beside the words, and tell.
  model = await illustrate(context, project, model, delivered);
  const failure = access.failure ?? ended;
  await tell({ ...context, model, core, delivered, shards, failure, folder, env: host.env, log: host.log });
  // 8. Red or green.
  return succeeded(model) && !delivered.incomplete && failure === undefined;
}

const NOTHING: CoreReport = { kind: "nothing" };

async function decide({ inputs, event, host, ledger, client }: RunContext, project: Project): Promise<Access> {
  const nothingToMake = !project.listing.assets.some(isStale);
  if (nothingToMake) return { mode: inputs.mode, notes: [], env: { ...host.env, ...inputs.keys } };
  const { decideAccess } = await import("./asked/access.ts");
  return decideAccess({ inputs, event, project, env: host.env, ledgerOnGitHub: ledger.kind === "github", client });
}

/** For images that go to a branch, booked on GitHub: there racing runs would make the same ones. */
async function claim(
  { inputs, event, ledger, client, host }: RunContext,
  project: Project,
): Promise<PromptClaims | undefined> {
  const toBranch = inputs.deliver === "commit" || inputs.deliver === "pull-request";
  if (!toBranch || ledger.kind !== "github" || event.branch === undefined) return undefined;
  const github = project.listing.assets.some(isStale) ? await client() : undefined;
  if (!github) return undefined;
  const { claimOnGitHub } = await import("./make/prompt-claims.ts");
  return claimOnGitHub({ project, event, client: github, job: host.env["GITHUB_JOB"] ?? "", log: host.log });
}

function lazyClient({ githubToken }: ActionInputs, env: RunHost["env"]): () => Promise<GitHubClient | undefined> {
  let client: Promise<GitHubClient> | undefined;
  return async () => {
    if (githubToken === "") return undefined;
    client ??= import("./github/octokit-client.ts").then(({ createOctokitClient }) =>
      createOctokitClient(githubToken, env["GITHUB_API_URL"] ?? "https://api.github.com"),
    );
    return client;
  };
}

/** Images of the same prompts that earlier runs delivered after this run's commit, or paid for and could not deliver. */
async function restore({ inputs, event, client, host }: RunContext, project: Project): Promise<Restored> {
  const toBranch = inputs.deliver === "commit" || inputs.deliver === "pull-request";
  const github = toBranch && project.listing.assets.some(isStale) ? await client() : undefined;
  if (!github || event.branch === undefined) return { delivered: [], kept: [] };
  const { restoreDelivered } = await import("./deliver/restore-delivered.ts");
  const delivered = await restoreDelivered({ client: github, event, deliver: inputs.deliver, project });
  if (delivered.length > 0) host.log(`Already delivered by an earlier run: ${delivered.join(", ")}.`);
  const assets = project.listing.assets.filter(({ asset }) => !delivered.includes(asset.id));
  if (!assets.some(isStale)) return { delivered, kept: [] };
  const { restoreKept } = await import("./deliver/kept-images.ts");
  const rest = { ...project, listing: { ...project.listing, assets } };
  return { delivered, kept: await restoreKept(rest, { client: github, event }) };
}

/** When the books can no longer be written, what is paid for is delivered all the same, and the run fails. */
async function workToTheEnd(
  context: RunContext,
  project: Project,
  access: Access,
): Promise<{ core: CoreReport; ended: string | undefined }> {
  try {
    return { core: await work(context, project, access), ended: undefined };
  } catch (error) {
    if (access.mode !== "generate" || !isArtdeskError(error) || error.code !== "unavailable") throw error;
    return { core: NOTHING, ended: error.message };
  }
}

async function work(context: RunContext, project: Project, access: Access): Promise<CoreReport> {
  if (!hasWork(project, access.mode)) return NOTHING;
  const { planOrMake } = await import("./make/plan-or-make.ts");
  return planOrMake(context, project, access);
}

async function illustrate(
  { inputs, event, client }: RunContext,
  project: Project,
  model: ReportModel,
  delivered: Delivered,
): Promise<ReportModel> {
  const { commitSha, pullRequest, notes } = delivered;
  const commit =
    commitSha === undefined
      ? undefined
      : { sha: commitSha, url: `${event.serverUrl}/${event.owner}/${event.repo}/commit/${commitSha}` };
  const told = { ...model, commit, pullRequest, notes: [...model.notes, ...notes] };
  const worthIt = event.pullRequest ? inputs.comment !== "never" : totalsOf(model.assets).generated > 0;
  const github = worthIt ? await client() : undefined;
  if (!github) return told;
  const { addPictures } = await import("./tell/picture-urls.ts");
  try {
    return await addPictures(told, { event, client: github, project, delivered });
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    return told;
  }
}

/** A plan fails only for files that are wrong; `check` also for stale images; `generate` for all that was not made. */
function succeeded({ mode, assets }: ReportModel): boolean {
  const { failed, stale, skipped } = totalsOf(assets);
  if (failed > 0) return false;
  if (mode === "check") return stale === 0;
  return mode === "plan" || skipped === 0;
}
