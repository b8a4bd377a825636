import type { EventContext } from "../asked/event-context.ts";

/**
 * Address of an image at a commit, for a page that a person reads on GitHub. Raw addresses serve public repositories;
 * those of private ones redirect through the reader's own session.
 */
export function imageUrl(
  { owner, repo, serverUrl, isPrivate }: Pick<EventContext, "owner" | "repo" | "serverUrl" | "isPrivate">,
  sha: string,
  path: string,
): string {
  const place = path.split("/").map(encodeURIComponent).join("/");
  if (serverUrl === "https://github.com" && !isPrivate) {
    return `https://raw.githubusercontent.com/${owner}/${repo}/${sha}/${place}`;
  }
  return `${serverUrl}/${owner}/${repo}/blob/${sha}/${place}?raw=true`;
}
