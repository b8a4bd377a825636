import type { Decision, ParsedRequest } from "../../basics/types.ts";

/** A request with the decision that was made for it. */
export interface PlannedRequest {
  request: ParsedRequest;
  decision: Decision;
}
