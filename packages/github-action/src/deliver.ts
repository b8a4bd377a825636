import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { renderPullRequestBody } from "./comment.ts";
import { commitFiles } from "./commit.ts";
import type { DeliveryFile } from "./delivery.ts";
import type { EventContext } from "./event-context.ts";
import type { GitHubClient } from "./github-client.ts";
import { count } from "./headline.ts";
import type { ActionInputs } from "./inputs.ts";
import { deliverPullRequest } from "./pull-request.ts";
import type { Redact } from "./redact.ts";
import { totalsOf, type ReportModel } from "./report-model.ts";
import { usdText } from "./usd-text.ts";

/** Where the images went. */
export interface Delivered {
  commitSha: string | undefined;
  pullRequest: { number: number; url: string } | undefined;
  /** Folder to upload. */
  artifact: string | undefined;
  /** Paths that reached the branch, the pull request or the folder. */
  paths: readonly string[];
  notes: readonly string[];
}

export interface DeliveryJob {
  inputs: ActionInputs;
  event: EventContext;
  files: readonly DeliveryFile[];
  model: ReportModel;
  client: () => Promise<GitHubClient | undefined>;
  env: Readonly<Record<string, string | undefined>>;
  /** A folder of this step's own. */
  folder: string;
  redact: Redact;
  /** The page that shows what was made. */
  contactSheet: string | undefined;
  log: (line: string) => void;
}

const NOWHERE: Delivered = { commitSha: undefined, pullRequest: undefined, artifact: undefined, paths: [], notes: [] };

/**
 * Takes the files to where the workflow wants them.
 * @throws {ArtdeskError} `unavailable`; the files stay in the workspace
 */
export async function deliver(job: DeliveryJob): Promise<Delivered> {
  switch (job.inputs.deliver) {
    case "commit":
      return job.files.length === 0 ? NOWHERE : toBranch(job);
    case "pull-request":
      return toPullRequest(job);
    case "artifact":
      return toFolder(job);
    default:
      return { ...NOWHERE, paths: job.files.map((file) => file.path) };
  }
}

async function toBranch(job: DeliveryJob): Promise<Delivered> {
  const { event, files, env, inputs, log } = job;
  const client = await job.client();
  if (!client || event.branch === undefined) return NOWHERE;
  const push = { serverUrl: event.serverUrl, token: inputs.githubToken, env };
  const { headline, body } = messageFor(job.model, job.redact);
  const { owner, repo, branch, baseSha } = event;
  const result = await commitFiles({ owner, repo, branch, baseSha, files, headline, body }, { client, push, log });
  if (result.status === "unchanged") return { ...NOWHERE, notes: [] };
  if (result.status === "diverged") return { ...NOWHERE, notes: [divergedNote(result.paths)] };
  const notes = result.diverged.length > 0 ? [divergedNote(result.diverged)] : [];
  return { ...NOWHERE, commitSha: result.sha, paths: result.paths, notes };
}

async function toPullRequest(job: DeliveryJob): Promise<Delivered> {
  const { event, files, log, model, redact } = job;
  const client = await job.client();
  if (!client || event.branch === undefined) return NOWHERE;
  const { headline, body } = messageFor(model, redact);
  const { owner, repo, branch: base } = event;
  const result = await deliverPullRequest({
    client,
    owner,
    repo,
    base,
    files,
    title: "Images from prompt files",
    body: redact(renderPullRequestBody(model)),
    commitMessage: `${headline}\n\n${body}`,
    log,
  });
  if (result.status === "nothing_differs") {
    const closed = result.closed.map(({ number }) => `Closed pull request ${number}: nothing differs any more.`);
    return { ...NOWHERE, notes: closed };
  }
  return { ...NOWHERE, commitSha: result.sha, pullRequest: result.pullRequest, paths: files.map((file) => file.path) };
}

async function toFolder({ files, folder, contactSheet }: DeliveryJob): Promise<Delivered> {
  const artifact = join(folder, "artifact");
  await mkdir(artifact, { recursive: true });
  for (const file of files) {
    const target = join(artifact, file.path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, file.bytes);
  }
  if (contactSheet !== undefined) await cp(contactSheet, join(artifact, "artdesk-contact-sheet.html"));
  return { ...NOWHERE, artifact, paths: files.map((file) => file.path) };
}

function messageFor(model: ReportModel, redact: Redact): { headline: string; body: string } {
  const made = model.assets.filter(({ state }) => state === "generated");
  const { costMicroUsd } = totalsOf(made);
  const lines = made
    .slice(0, 50)
    .map(({ output, model: name, costMicroUsd: cost }) => `${output}: ${name ?? "?"}, ${usdText(cost ?? 0)}`);
  return {
    headline: made.length === 0 ? "Deliver images" : `Make ${count(made.length, "image")} for ${usdText(costMicroUsd)}`,
    body: redact(lines.map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, " ")).join("\n")),
  };
}

function divergedNote(paths: readonly string[]): string {
  const some = paths.slice(0, 5).join(", ");
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : "";
  return `Not committed, because others changed them meanwhile: ${some}${more}. They are in this run's workspace only.`;
}
