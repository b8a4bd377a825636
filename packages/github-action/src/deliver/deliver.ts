import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isArtdeskError } from "@artdesk/core";
import type { EventContext } from "../asked/event-context.ts";
import type { ActionInputs } from "../asked/inputs.ts";
import type { Redact } from "../asked/redact.ts";
import type { DeliveryFile } from "../github/delivery.ts";
import { messageOf, type GitHubClient } from "../github/github-client.ts";
import { renderPullRequestBody } from "../tell/comment.ts";
import { NOT_DELIVERED, type Delivered } from "../tell/delivered.ts";
import { count } from "../tell/headline.ts";
import { totalsOf, type ReportModel } from "../tell/report-model.ts";
import { usdText } from "../tell/usd-text.ts";
import { commitFiles } from "./commit.ts";
import { KEPT_REF, keepImages } from "./kept-images.ts";
import { deliverPullRequest } from "./pull-request.ts";

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

/**
 * Takes the files to where the workflow wants them. What cannot get there is kept in a folder for the workflow to
 * upload, and the notes say so: paid images do not vanish with the runner.
 */
export async function deliver(job: DeliveryJob): Promise<Delivered> {
  try {
    return await deliverAsWanted(job);
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    return keepForNextRun(job, error.message);
  }
}

async function deliverAsWanted(job: DeliveryJob): Promise<Delivered> {
  switch (job.inputs.deliver) {
    case "commit":
      return toBranch(job);
    case "pull-request":
      return toPullRequest(job);
    case "artifact":
      return {
        ...NOT_DELIVERED,
        artifact: await fillFolder(job, job.files),
        paths: job.files.map((file) => file.path),
      };
    default:
      return { ...NOT_DELIVERED, paths: job.files.map((file) => file.path) };
  }
}

async function keep(job: DeliveryJob, files: readonly DeliveryFile[], why: string): Promise<Delivered> {
  if (files.length === 0) return { ...NOT_DELIVERED, notes: [why], incomplete: true };
  const artifact = await fillFolder(job, files);
  const notes = [why, "The images are in the folder of the output `artifact`: upload it, or they go with the runner."];
  return { ...NOT_DELIVERED, artifact, notes, incomplete: true };
}

/** After a refusal: what is paid for waits on a ref of the action's own, for the next run to deliver it. */
async function keepForNextRun(job: DeliveryJob, why: string): Promise<Delivered> {
  const kept = await keep(job, job.files, why);
  const client = await job.client();
  if (!client || job.files.length === 0) return kept;
  try {
    const groups = await keepImages(job.files, { client, event: job.event });
    if (groups.length === 0) return kept;
    const number = count(groups.length, "image");
    const note = `${number} kept at refs/${KEPT_REF}: the next run delivers what is there, and buys none of it again.`;
    return { ...kept, notes: [why, note] };
  } catch (error) {
    job.log(`refs/${KEPT_REF} took no images: ${messageOf(error)}.`);
    return kept;
  }
}

async function toBranch(job: DeliveryJob): Promise<Delivered> {
  const { event, files, env, inputs, log } = job;
  const client = await job.client();
  if (!client || event.branch === undefined) return NOT_DELIVERED;
  const push = { serverUrl: event.serverUrl, token: inputs.githubToken, env };
  const { headline, body } = messageFor(job.model, job.redact);
  const { owner, repo, branch, baseSha } = event;
  const result = await commitFiles({ owner, repo, branch, baseSha, files, headline, body }, { client, push, log });
  if (result.status === "unchanged") return NOT_DELIVERED;
  const diverged = result.status === "diverged" ? result.paths : result.diverged;
  const committed =
    result.status === "committed"
      ? { commitSha: result.sha, paths: result.paths }
      : { commitSha: undefined, paths: [] };
  if (diverged.length === 0) return { ...NOT_DELIVERED, ...committed };
  const groups = new Set(files.filter((file) => diverged.includes(file.path)).map((file) => file.group));
  const kept = await keep(
    job,
    files.filter((file) => groups.has(file.group)),
    divergedNote(diverged),
  );
  return { ...kept, ...committed };
}

async function toPullRequest(job: DeliveryJob): Promise<Delivered> {
  const { event, files, log, model, redact } = job;
  const client = await job.client();
  if (!client || event.branch === undefined) return NOT_DELIVERED;
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
    return { ...NOT_DELIVERED, notes: closed };
  }
  return {
    ...NOT_DELIVERED,
    commitSha: result.sha,
    pullRequest: result.pullRequest,
    paths: files.map((file) => file.path),
  };
}

/** Copies files to a folder for upload, with their paths, and the contact sheet beside them. */
async function fillFolder({ folder, contactSheet }: DeliveryJob, files: readonly DeliveryFile[]): Promise<string> {
  const artifact = join(folder, "artifact");
  await mkdir(artifact, { recursive: true });
  for (const file of files) {
    const target = join(artifact, file.path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, file.bytes);
  }
  if (contactSheet !== undefined) await cp(contactSheet, join(artifact, "artdesk-contact-sheet.html"));
  return artifact;
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
  return `Not committed, because others changed them meanwhile: ${some}${more}.`;
}
