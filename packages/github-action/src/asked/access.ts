import { ArtdeskError, builtInCatalogue } from "@artdesk/core";
import { isForbidden, type GitHubClient } from "../github/github-client.ts";
import type { EventContext } from "./event-context.ts";
import type { ActionInputs, Mode } from "./inputs.ts";
import { isStale, type Project } from "./project.ts";
import { KEY_INPUTS } from "./key-inputs.ts";
import { requireDeliverable } from "./look-first.ts";
import { requireReviewedConfig } from "./reviewed-config.ts";
import { spendsUnasked } from "./spending-events.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What this run may do, and why it is less than was asked for. */
export interface Access {
  mode: Mode;
  notes: readonly string[];
  /** Why a run that should make images makes none, and the remedy: it plans, delivers what is there already, and fails. */
  failure?: string | undefined;
  /** Variables for core: keys, base URLs, proxies. Placeholders for keys when the run has none and only plans. */
  env: Environment;
}

export interface AccessQuestion {
  inputs: ActionInputs;
  event: EventContext;
  project: Project;
  env: Environment;
  ledgerOnGitHub: boolean;
  client: () => Promise<GitHubClient | undefined>;
}

/**
 * Decides whether `generate` may generate. Whatever a run lacks through no fault of its workflow (a fork and Dependabot
 * have no keys and a token that only reads) turns it into a plan that says so; where the repository's own workflow
 * lacks it, the plan fails with the remedy; a workflow that cannot be meant is refused.
 * @throws {ArtdeskError} `invalid_request`
 */
export async function decideAccess(question: AccessQuestion): Promise<Access> {
  const { inputs, env } = question;
  requireSense(question);
  const keyed = { ...env, ...inputs.keys };
  const hasKeys = keyVariables().some((name) => (keyed[name] ?? "") !== "");
  const unasked = inputs.mode === "generate" ? eventNotAsked(question) : undefined;
  if (unasked !== undefined)
    return { mode: "plan", notes: [unasked], env: hasKeys ? keyed : { ...keyed, ...placeholders() } };
  if (!hasKeys) {
    const prices = "Prices assume a key for every provider.";
    const lack = inputs.mode === "generate" ? lackOfKey(question) : undefined;
    const notes = lack === undefined ? [prices] : [`This run only plans: ${lack.why}. ${prices}`];
    return { mode: planned(inputs.mode), notes, failure: lack?.failure, env: { ...keyed, ...placeholders() } };
  }
  const lack = inputs.mode === "generate" ? await lackOfRights(question) : undefined;
  if (inputs.mode === "generate" && lack === undefined) {
    await requireReviewedConfig(question);
    await requireDeliverable({ ...question, deliver: inputs.deliver });
  }
  return lack === undefined
    ? { mode: inputs.mode, notes: [], env: keyed }
    : { mode: "plan", notes: [`This run only plans: ${lack.why}.`], failure: lack.failure, env: keyed };
}

function requireSense({ inputs, event }: AccessQuestion): void {
  if (inputs.mode !== "generate") return;
  if (event.eventName === "pull_request_target" && !inputs.allowPullRequestTarget) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "`generate` does not run on pull_request_target: there a stranger's prompt file spends your money.",
      hint: "Use pull_request, which plans for forks; or read the security notes and set `allow-pull-request-target: true`.",
    });
  }
  if ((inputs.deliver === "commit" || inputs.deliver === "pull-request") && event.branch === undefined) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `\`deliver: ${inputs.deliver}\` needs a branch, and this run has none.`,
      hint: "Run on push to branches or on pull_request, or use `deliver: artifact`.",
    });
  }
}

/** Why an event does not spend by itself: its checkout may be a stranger's, or its branch is thrown away. */
function eventNotAsked({ inputs, event: { eventName } }: AccessQuestion): string | undefined {
  if (spendsUnasked(eventName) || inputs.allowEvents.includes(eventName)) return undefined;
  if (eventName === "pull_request_target") return undefined;
  return `This run only plans: ${eventName} does not spend by itself. If it should, say \`allow-events: ${eventName}\`.`;
}

/** What keeps a run from making images. Without a failure nobody is to blame. */
interface Lack {
  why: string;
  failure: string | undefined;
}

function lackOfKey(question: AccessQuestion): Lack {
  if (question.event.pullRequest?.fromFork) return { why: "pull requests from forks get no keys", failure: undefined };
  const [input = "", secret = ""] = Object.entries(KEY_INPUTS)[0] ?? [];
  const example = `\`${input}: \${{ secrets.${secret} }}\``;
  const remedy = `Set a secret and hand it over, such as ${example}; a misspelt name is empty.`;
  return lack(question, "no provider key was given", remedy);
}

async function lackOfRights(question: AccessQuestion): Promise<Lack | undefined> {
  const { inputs, event, ledgerOnGitHub } = question;
  const delivers = inputs.deliver === "commit" || inputs.deliver === "pull-request";
  if (delivers && event.pullRequest?.fromFork)
    return { why: "the branch is in a fork, which this run may not write", failure: undefined };
  if (!delivers && !ledgerOnGitHub) return undefined;
  const client = await question.client();
  if (!client)
    return lack(question, "it has no `github-token`", "Leave the input out: its default is the job's token.");
  if (await mayWrite(client, event)) return undefined;
  const why = ledgerOnGitHub ? "the token may not write, so the ledger cannot be kept" : "the token may not write";
  return lack(question, why, "Give the job `permissions: contents: write`.");
}

/** Dependabot's runs have neither secrets nor rights, as those of forks (docs.github.com, "Dependabot on Actions"). */
function lack({ event, env, project }: AccessQuestion, why: string, remedy: string): Lack {
  if (event.pullRequest?.fromFork || env["GITHUB_ACTOR"] === "dependabot[bot]") return { why, failure: undefined };
  const missing = project.listing.assets.filter(isStale).map(({ asset }) => project.repositoryPath(asset.output));
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : "";
  return { why, failure: `Not made: ${missing.slice(0, 5).join(", ")}${more}, because ${why}. ${remedy}` };
}

/** A blob that nothing refers to costs nothing, and making it needs the very right that the ledger and commits need. */
async function mayWrite(client: GitHubClient, { owner, repo }: EventContext): Promise<boolean> {
  try {
    await client.request("POST /repos/{owner}/{repo}/git/blobs", {
      owner,
      repo,
      content: "artdesk\n",
      encoding: "utf-8",
    });
    return true;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

function planned(mode: Mode): Mode {
  return mode === "generate" ? "plan" : mode;
}

function keyVariables(): string[] {
  return [...builtInCatalogue.providers.values()].flatMap((provider) =>
    provider.kind !== "local" ? [provider.auth.keyVariable] : [],
  );
}

/** A plan calls nobody, so any text serves to show what a run with keys would choose. */
function placeholders(): Record<string, string> {
  return Object.fromEntries(keyVariables().map((name) => [name, "planning-only"]));
}
