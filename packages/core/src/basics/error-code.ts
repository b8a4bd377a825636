/** Every way in which Artdesk can fail. */
export type ErrorCode =
  | "invalid_request"
  | "invalid_policy"
  | "no_candidate"
  | "budget_exceeded"
  | "auth_failed"
  | "rate_limited"
  | "quota_exhausted"
  | "content_refused"
  | "unavailable"
  | "network"
  | "timeout"
  | "bad_response"
  | "aborted"
  | "exhausted";

/** What to do after an error with this code: send the same call again, go to the next offer, or stop. */
export type Disposition = "retry_same" | "next_offer" | "stop";

/**
 * One table for every error code. `retry_same` holds only while the call surely was not billed; a possibly billed
 * outcome follows the policy's `onUnknown` instead, and a refusal its `onRefusal`.
 */
export const DISPOSITIONS: Readonly<Record<ErrorCode, Disposition>> = {
  invalid_request: "stop",
  invalid_policy: "stop",
  no_candidate: "stop",
  budget_exceeded: "next_offer",
  auth_failed: "next_offer",
  rate_limited: "retry_same",
  quota_exhausted: "next_offer",
  content_refused: "stop",
  unavailable: "retry_same",
  network: "retry_same",
  timeout: "retry_same",
  bad_response: "next_offer",
  aborted: "stop",
  exhausted: "stop",
};
