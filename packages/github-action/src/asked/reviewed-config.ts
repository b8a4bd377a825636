import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtdeskError } from "@artdesk/core";
import { blobId } from "../github/delivery.ts";
import { createGitData } from "../github/git-data.ts";
import { statusOf, type GitHubClient } from "../github/github-client.ts";
import type { EventContext } from "./event-context.ts";
import type { ActionInputs } from "./inputs.ts";
import type { Project } from "./project.ts";

/** Events whose checkout was pushed by somebody who may write to the repository. All others may show foreign files. */
const EVENTS_OF_WRITERS: readonly string[] = [
  "push",
  "schedule",
  "workflow_dispatch",
  "repository_dispatch",
  "release",
];

interface ConfigQuestion {
  inputs: ActionInputs;
  event: EventContext;
  project: Project;
  client: () => Promise<GitHubClient | undefined>;
}

/**
 * Whether the configuration may decide where keys go and what counts as money: it was pushed by somebody who may
 * write, or is, byte for byte, that of the pull request's base. Anything else may be a stranger's.
 */
export async function isReviewedConfig({ inputs, event, project, client }: ConfigQuestion): Promise<boolean> {
  const { workspace, repositoryPath } = project;
  if (workspace.config.file === undefined || EVENTS_OF_WRITERS.includes(event.eventName)) return true;
  const github = event.pullRequest ? await client() : undefined;
  if (!github || !event.pullRequest) return false;
  const path = inputs.config ?? "artdesk.yml";
  const git = createGitData(github, event);
  try {
    const { treeSha } = await git.commit(event.pullRequest.baseSha);
    const base = (await git.blobIds(treeSha, [repositoryPath(path)])).get(repositoryPath(path));
    return base !== undefined && base === blobId(await readFile(join(workspace.root, path)));
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    return false;
  }
}

/**
 * Settings by which a pull request could send keys elsewhere, or spend without it being counted.
 */
export function delicateSettings({ workspace: { config } }: Project, inputs: ActionInputs): string[] {
  const settings = Object.keys(config.baseUrls).map((provider) => `providers.${provider}`);
  if (inputs.ledger === undefined && /^(redis|postgres)/.test(config.ledger ?? "")) settings.push("ledger");
  if (config.volume.free_allowance !== undefined) settings.push("volume.free_allowance");
  const { policy } = config;
  if (typeof policy === "object" && policy !== null && "free_allowance" in policy)
    settings.push("policy.free_allowance");
  return settings;
}

/**
 * Refuses to make images by delicate settings that nobody has reviewed yet.
 * @throws {ArtdeskError} `invalid_request` that names them
 */
export async function requireReviewedConfig(question: ConfigQuestion): Promise<void> {
  const settings = delicateSettings(question.project, question.inputs);
  if (settings.length === 0 || (await isReviewedConfig(question))) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `The configuration sets ${settings.join(", ")}: before it is merged, that could send your keys anywhere or spend uncounted money.`,
    hint: "Merge it first; or set base URLs in the workflow's `env` and the ledger by the input `ledger`; or run on push.",
  });
}
