import { ArtdeskError } from "@artdesk/core";
import { type ArtdeskConfig, defaultConfig, parseConfigBytes } from "@artdesk/core/node";
import { createGitData } from "../github/git-data.ts";
import { statusOf, type GitHubClient } from "../github/github-client.ts";
import type { EventContext } from "./event-context.ts";
import type { ActionInputs } from "./inputs.ts";
import type { Project } from "./project.ts";
import { EVENTS_OF_WRITERS } from "./spending-events.ts";

interface ConfigQuestion {
  inputs: ActionInputs;
  event: EventContext;
  project: Project;
  client: () => Promise<GitHubClient | undefined>;
}

/**
 * The configuration that counts as reviewed: `undefined` where that is the checkout's own, because it was pushed by
 * somebody who may write; else that of the pull request's base, nearest to the workspace. Anything else may be a
 * stranger's, and then nothing is reviewed.
 */
export async function reviewedConfig({
  inputs,
  event,
  project,
  client,
}: ConfigQuestion): Promise<ArtdeskConfig | undefined> {
  const { repositoryPath } = project;
  if (EVENTS_OF_WRITERS.includes(event.eventName)) return undefined;
  const github = event.pullRequest ? await client() : undefined;
  if (!github || !event.pullRequest) return defaultConfig();
  const git = createGitData(github, event);
  try {
    const { treeSha } = await git.commit(event.pullRequest.baseSha);
    const paths =
      inputs.config === undefined ? upwards(repositoryPath("artdesk.yml")) : [repositoryPath(inputs.config)];
    const blobs = await git.blobIds(treeSha, paths);
    for (const file of paths) {
      const blob = blobs.get(file);
      if (blob !== undefined) return await parseConfigBytes({ file, bytes: await git.blob(blob) });
    }
    return defaultConfig();
  } catch (error) {
    if (statusOf(error) === undefined && !(error instanceof ArtdeskError)) throw error;
    return defaultConfig();
  }
}

/** `site/docs/artdesk.yml`, `site/artdesk.yml`, `artdesk.yml`. */
function upwards(path: string): string[] {
  const segments = path.split("/");
  const name = segments.at(-1) ?? path;
  return segments.map((_, index) => [...segments.slice(0, segments.length - 1 - index), name].join("/"));
}

/**
 * Settings by which a pull request could send keys elsewhere, or spend without it being counted. What the reviewed
 * configuration says in the same words is none.
 */
export function delicateSettings(
  { workspace: { config } }: Project,
  inputs: ActionInputs,
  reviewed: ArtdeskConfig,
): string[] {
  const settings = Object.keys(config.baseUrls)
    .filter((provider) => config.baseUrls[provider] !== reviewed.baseUrls[provider])
    .map((provider) => `providers.${provider}`);
  const isOtherLedger = inputs.ledger === undefined && config.ledger !== reviewed.ledger;
  if (isOtherLedger && /^(redis|postgres)/.test(config.ledger ?? "")) settings.push("ledger");
  const isOther = (mine: unknown, theirs: unknown): boolean =>
    mine !== undefined && JSON.stringify(mine) !== JSON.stringify(theirs);
  if (isOther(config.volume.free_allowance, reviewed.volume.free_allowance)) settings.push("volume.free_allowance");
  if (isOther(freeAllowanceOf(config.policy), freeAllowanceOf(reviewed.policy))) settings.push("policy.free_allowance");
  return settings;
}

function freeAllowanceOf(policy: unknown): unknown {
  return typeof policy === "object" && policy !== null && "free_allowance" in policy
    ? policy.free_allowance
    : undefined;
}

/**
 * Refuses to make images by delicate settings that nobody has reviewed yet.
 * @throws {ArtdeskError} `invalid_request` that names them
 */
export async function requireReviewedConfig(question: ConfigQuestion): Promise<void> {
  if (delicateSettings(question.project, question.inputs, defaultConfig()).length === 0) return;
  const reviewed = await reviewedConfig(question);
  const settings = reviewed ? delicateSettings(question.project, question.inputs, reviewed) : [];
  if (settings.length === 0) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `The configuration sets ${settings.join(", ")}: before it is merged, that could send your keys anywhere or spend uncounted money.`,
    hint: "Merge it first; or set base URLs in the workflow's `env` and the ledger by the input `ledger`; or run on push.",
  });
}
