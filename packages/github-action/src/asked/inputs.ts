import { getInput, setSecret } from "@actions/core";
import { ArtdeskError } from "@artdesk/core";
import { closestWord } from "./closest-word.ts";
import { KEY_INPUTS } from "./key-inputs.ts";
import { secretForms } from "@artdesk/core/node";

export const MODES = ["plan", "check", "generate"] as const;
export const DELIVERIES = ["commit", "pull-request", "artifact", "none"] as const;
export const URGENCIES = ["normal", "low", "batch"] as const;
export const COMMENTS = ["auto", "always", "never"] as const;

export type Mode = (typeof MODES)[number];
export type DeliverTo = (typeof DELIVERIES)[number];
export type Urgency = (typeof URGENCIES)[number];
export type CommentWish = (typeof COMMENTS)[number];

/** Modes that plan or make; `reconcile` beside them only writes the books. */
const ASKED_MODES = [...MODES, "reconcile"] as const;

/** Which possibly billed calls were billed, for `mode: reconcile`. */
export interface ReconcileWish {
  /** Ids, or `all` alone; empty to list what is open. */
  which: readonly string[];
  /** `yes`, `no`, or what each cost in micro-USD; undefined when not said. */
  billed: "yes" | "no" | number | undefined;
}

/** One part of a plan that is split over several jobs: part `index` of `of`, counted from 1. */
export interface Shard {
  index: number;
  of: number;
}

/** What the workflow asked for, checked. Money in micro-USD. */
export interface ActionInputs {
  mode: Mode;
  deliver: DeliverTo;
  /** Globs; empty means those of the configuration file. */
  prompts: readonly string[];
  /** Path of the configuration file, or undefined for `artdesk.yml` where there is one. */
  config: string | undefined;
  policy: string | undefined;
  /** For prompt files that do not say it. `batch` promises that the workspace is there again in the next run. */
  urgency: Urgency | undefined;
  budgetMonthMicroUsd: number | undefined;
  budgetRunMicroUsd: number | undefined;
  /** Keys by the environment variable that core reads. Only the given ones are there. */
  keys: Readonly<Record<string, string>>;
  githubToken: string;
  comment: CommentWish;
  commentId: string;
  /** `github`, or a store's address as in the configuration file; undefined leaves it to the configuration. */
  ledger: string | undefined;
  shard: Shard | undefined;
  /** Folder inside the workspace that holds the project; `.` for its root. */
  workingDirectory: string;
  allowPullRequestTarget: boolean;
  /** Further events on which `generate` makes images. */
  allowEvents: readonly string[];
  /** Present with `mode: reconcile`, in which nothing is planned or made. */
  reconcile?: ReconcileWish | undefined;
}

/**
 * Reads every input of action.yml; nothing else in the action does. Secrets are masked, in each form in which a log
 * may show them, before anything is checked.
 * @throws {ArtdeskError} `invalid_request` that names the input and the values it takes
 */
export function readInputs(): ActionInputs {
  const keys: Record<string, string> = {};
  for (const [input, variable] of Object.entries(KEY_INPUTS)) {
    const value = readSecret(input);
    if (value !== "") keys[variable] = value;
  }
  const githubToken = readSecret("github-token");
  for (const form of secretForms(`x-access-token:${githubToken}`)) if (githubToken !== "") setSecret(form);
  const asked = readChoice("mode", ASKED_MODES, "plan");
  const reconcile = readReconcile(asked === "reconcile");
  return {
    mode: asked === "reconcile" ? "plan" : asked,
    ...(reconcile && { reconcile }),
    deliver: readChoice("deliver", DELIVERIES, "none"),
    prompts: readLines("prompts"),
    config: readText("config"),
    policy: readText("policy"),
    urgency: readText("urgency") === undefined ? undefined : readChoice("urgency", URGENCIES, "normal"),
    budgetMonthMicroUsd: readUsd("budget-month"),
    budgetRunMicroUsd: readUsd("budget-run"),
    keys,
    githubToken,
    comment: readChoice("comment", COMMENTS, "auto"),
    commentId: readCommentId(),
    ledger: readText("ledger"),
    shard: readShard(),
    workingDirectory: readText("working-directory") ?? ".",
    allowPullRequestTarget: readChoice("allow-pull-request-target", ["true", "false"], "false") === "true",
    allowEvents: readWords("allow-events"),
  };
}

function readReconcile(isAsked: boolean): ReconcileWish | undefined {
  const which = readWords("reconcile");
  const billed = readText("billed");
  if (!isAsked) {
    if (which.length > 0 || billed !== undefined)
      throw invalid("`reconcile` and `billed` belong to `mode: reconcile`.", "Set the mode, or leave both empty.");
    return undefined;
  }
  if (which.includes("all") && which.length > 1) throw invalid("`reconcile` takes ids, or `all` alone.");
  const word = billed?.toLowerCase();
  if (word === "yes" || word === "no") return { which, billed: word };
  return { which, billed: readUsd("billed") };
}

function readSecret(name: string): string {
  const value = getInput(name).trim();
  for (const form of secretForms(value)) setSecret(form);
  return value;
}

function readText(name: string): string | undefined {
  const value = getInput(name).trim();
  return value === "" ? undefined : value;
}

function readLines(name: string): readonly string[] {
  return getInput(name)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function readWords(name: string): readonly string[] {
  return readLines(name)
    .flatMap((line) => line.split(/[\s,]+/))
    .filter((word) => word !== "");
}

function readChoice<const T extends string>(name: string, allowed: readonly T[], fallback: T): T {
  const value = readText(name) ?? fallback;
  const found = allowed.find((candidate) => candidate === value.toLowerCase());
  if (found) return found;
  throw invalid(
    `\`${name}\` is ${JSON.stringify(value)}; it takes ${allowed.join(", ")}.`,
    hintFor(name, value, allowed),
  );
}

function hintFor(name: string, value: string, allowed: readonly string[]): string | undefined {
  const isDelivery = DELIVERIES.some((delivery) => delivery === value.toLowerCase());
  if (name === "mode" && isDelivery) return `Use \`mode: generate\` with \`deliver: ${value.toLowerCase()}\`.`;
  const close = closestWord(value, allowed);
  return close === undefined ? undefined : `Did you mean ${JSON.stringify(close)}?`;
}

function readUsd(name: string): number | undefined {
  const value = readText(name);
  if (value === undefined) return undefined;
  const match = /^\$?(\d{1,7}(?:\.\d{1,6})?)$/.exec(value);
  if (!match)
    throw invalid(`\`${name}\` is ${JSON.stringify(value)}; it takes an amount in US dollars such as 10 or 2.50.`);
  return Math.round(Number(match[1]) * 1_000_000);
}

function readCommentId(): string {
  const value = readText("comment-id") ?? "default";
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value) && !value.includes("--")) return value;
  throw invalid(
    `\`comment-id\` is ${JSON.stringify(value.slice(0, 80))}; it takes up to 64 letters, digits, dots, underscores and single dashes.`,
  );
}

function readShard(): Shard | undefined {
  const value = readText("shard");
  if (value === undefined) return undefined;
  const [, index, of] = (/^(\d{1,3})\/(\d{1,3})$/.exec(value) ?? []).map(Number);
  if (index !== undefined && of !== undefined && index >= 1 && index <= of && of <= 256) return { index, of };
  throw invalid(`\`shard\` is ${JSON.stringify(value)}; it takes a part and a count such as 2/4, at most 256 parts.`);
}

function invalid(shortMessage: string, hint?: string): ArtdeskError {
  return new ArtdeskError({ code: "invalid_request", shortMessage, hint });
}
