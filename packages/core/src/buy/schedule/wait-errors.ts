import { ArtdeskError } from "../../basics/errors.ts";

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
