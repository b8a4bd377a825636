import { ArtdeskError } from "@artdesk/core";

const FORBIDDEN = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|^[./-]|[/.]$|^@$/u;

/**
 * Whether git would take this as a branch name: the rules of `git check-ref-format --branch` (git's documentation,
 * "git-check-ref-format"), and no leading dash.
 */
export function isBranchName(name: string): boolean {
  return name.length > 0 && Buffer.byteLength(name) <= 244 && !FORBIDDEN.test(name);
}

/** The one branch that this action uses for pull requests into `base`. */
export function pullRequestBranch(base: string): string {
  return `artdesk/assets/${requireBranchName(base)}`;
}

/**
 * The name itself, when git takes it.
 * @throws {ArtdeskError} `invalid_request` otherwise
 */
export function requireBranchName(name: string): string {
  if (isBranchName(name)) return name;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `${JSON.stringify(name.slice(0, 100))} is not a branch name that git takes.`,
    hint: "The branch comes from the event that started this run.",
  });
}
