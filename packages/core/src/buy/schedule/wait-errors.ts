import { ArtdeskError } from "../../basics/errors.ts";
import { utcMinute } from "../../basics/utc-minute.ts";

/** A call that could not start before its deadline. Nothing was sent. */
export function startsTooLate(): ArtdeskError {
  return new ArtdeskError({
    code: "timeout",
    shortMessage: "This call could start only after its deadline.",
    hint: "Give it more time, or raise the limit with the provider.",
  });
}

/** The wait for a provider's limit ended by a failure of its own. Nothing was sent. */
export function waitBroke(cause: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: "The wait for the provider's limit broke off.",
    details: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}

/** Where no deadline is set, nobody waits longer for a provider that has refused. */
export const PATIENCE_MS: number = 600_000;

/** The provider has asked for a longer wait than anybody waits. Nothing was sent. */
export function askedToWait(untilMs: number, nowMs: number): ArtdeskError {
  return new ArtdeskError({
    code: "rate_limited",
    shortMessage: `The provider has asked for no calls until ${utcMinute(untilMs)}; nothing was sent.`,
    hint: "Run again after that, or use another provider until then.",
    retryAfterMs: Math.max(0, untilMs - nowMs),
  });
}
