import type { ErrorCode } from "./error-code.ts";
import type { Attempt } from "./receipt.ts";
import type { Decision, Offer } from "./types.ts";

/** What a host can show while a request is under way. */
export type ArtdeskEvent =
  | { type: "planned"; decision: Decision }
  | { type: "attempt_started"; attemptId: string; offer: Offer; images: number }
  | { type: "waiting"; attemptId: string; delayMs: number; code: ErrorCode; message: string }
  | { type: "attempt_ended"; attempt: Attempt }
  | { type: "fallback"; from: Offer; to: Offer; code: ErrorCode; message: string };

export type OnEvent = (event: ArtdeskEvent) => void;
