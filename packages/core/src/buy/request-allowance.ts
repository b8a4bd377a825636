import type { Policy } from "../decide/policy/policy.ts";
import type { PostAllowance } from "./attempt-task.ts";

/** POSTs of one request, retries and fallbacks together: `1 + maxRetries` for each call that its first offer needs. */
export class RequestAllowance implements PostAllowance {
  left = 0;
  readonly #postsPerCall: number;
  #calls = 0;

  constructor({ maxRetries }: Policy) {
    this.#postsPerCall = 1 + maxRetries;
  }

  /** The calls that may be sent. An offer that needs more calls than any before gets one POST for each more. */
  admit<T>(calls: readonly T[]): readonly T[] {
    const more = Math.max(0, calls.length - this.#calls);
    this.left += this.#calls === 0 ? more * this.#postsPerCall : more;
    this.#calls += more;
    return calls.slice(0, this.left);
  }
}
