import { ArtdeskError } from "@artdesk/core";
import { messageOf, rateLimitOf, statusOf } from "./github-client.ts";

/** A rate limit as an error that says so, and until when; undefined for every other error. */
export function limitError(error: unknown): ArtdeskError | undefined {
  const limit = rateLimitOf(error);
  if (!limit) return undefined;
  const until = limit.untilMs === undefined ? "" : ` until ${new Date(limit.untilMs).toISOString().slice(11, 16)} UTC`;
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `GitHub takes no more requests of this token${until}: its rate limit is used up.`,
    hint: "Run the job again after that; for many images keep the books elsewhere, with the input `ledger`.",
    status: statusOf(error),
    cause: error,
  });
}

/** An answer of GitHub that nobody expected, in one sentence; undefined for what GitHub did not answer. */
export function githubError(error: unknown): ArtdeskError | undefined {
  const status = statusOf(error);
  if (status === undefined) return undefined;
  return (
    limitError(error) ??
    new ArtdeskError({
      code: "unavailable",
      shortMessage: `GitHub answered ${status}: ${messageOf(error)}.`,
      hint: "See githubstatus.com, then run the job again.",
      status,
      cause: error,
    })
  );
}
