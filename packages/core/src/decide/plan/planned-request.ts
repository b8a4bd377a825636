import type { Decision, ParsedRequest } from "../../basics/types.ts";
import type { VerificationPlan } from "../../judge/verify/plan-verification.ts";

/** A request with the decision that was made for it. */
export interface PlannedRequest {
  request: ParsedRequest;
  decision: Decision;
  /** How the images are checked; absent when they are not. */
  verification?: VerificationPlan | undefined;
}
