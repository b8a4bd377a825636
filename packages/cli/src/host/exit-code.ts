import type { ErrorCode } from "@artdesk/core";

/** How a command ends, as a process exit code. */
export const EXIT: {
  readonly done: 0;
  readonly failed: 1;
  readonly invalid: 2;
  readonly budget: 3;
  readonly stale: 4;
} = { done: 0, failed: 1, invalid: 2, budget: 3, stale: 4 };

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const INVALID: ReadonlySet<ErrorCode> = new Set(["invalid_request", "invalid_policy", "no_candidate"]);

/** The exit code for one error. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === "budget_exceeded") return EXIT.budget;
  return INVALID.has(code) ? EXIT.invalid : EXIT.failed;
}

/** The exit code for several errors: invalid input first, then failures, then the budget. */
export function exitCodeOfAll(codes: readonly ErrorCode[]): ExitCode {
  const found = new Set(codes.map(exitCodeOf));
  for (const code of [EXIT.invalid, EXIT.failed, EXIT.budget]) if (found.has(code)) return code;
  return EXIT.done;
}
