import { DISPOSITIONS } from "../basics/error-code.ts";
import type { ArtdeskError } from "../basics/errors.ts";
import type { Offer } from "../basics/types.ts";
import type { Policy } from "../decide/policy/policy.ts";

/** What to do about the images that are still missing. */
export type Step = "stop" | "next" | "again";

const STEPS: readonly Step[] = ["again", "next", "stop"];

/**
 * What an error allows. A refusal follows `onRefusal`, wherever it came from; a call that was or may have been billed
 * follows `onUnknown`, because trying again pays again. A busy model that billed a known sum and sent nothing is asked
 * again, as a call of its own in the books, while `mayRepeat` says that a POST is left for it.
 */
export function stepAfter(error: ArtdeskError, policy: Policy, mayRepeat: boolean): Step {
  if (error.code === "aborted") return "stop";
  if (error.code === "content_refused") return policy.onRefusal;
  if (error.billed === "yes" && error.code === "unavailable") return mayRepeat ? "again" : "next";
  if (error.billed !== "no") return policy.onUnknown === "retry" ? "again" : policy.onUnknown;
  return DISPOSITIONS[error.code] === "stop" ? "stop" : "next";
}

/** Of several steps the most cautious: `stop` before `next` before `again`. */
export function mostCautious(steps: readonly Step[]): Step {
  return STEPS[Math.max(0, ...steps.map((step) => STEPS.indexOf(step)))] ?? "stop";
}

/** Of several errors the one to show: stopped by a person, then an unknown outcome, then what ends the request. */
export function worstError(errors: readonly ArtdeskError[]): ArtdeskError | undefined {
  return errors.toSorted((left, right) => severity(right) - severity(left))[0];
}

function severity(error: ArtdeskError): number {
  if (error.code === "aborted") return 4;
  if (error.billed === "unknown") return 3;
  return DISPOSITIONS[error.code] === "stop" ? 2 : 1;
}

/** What need not be tried again in this request. */
export class Exclusions {
  readonly #keys = new Set<string>();

  /** A key that does not work or has no credit rules out its provider; a busy or refusing model itself. */
  add(error: ArtdeskError, offer: Offer): void {
    const isModelMissing = error.status === 404;
    if (!isModelMissing && (error.code === "auth_failed" || error.code === "quota_exhausted"))
      this.#keys.add(`provider ${offer.provider}`);
    else if (isModelMissing || error.code === "content_refused" || DISPOSITIONS[error.code] === "retry_same")
      this.#keys.add(`model ${offer.model}`);
    else this.#keys.add(offerKey(offer));
  }

  has(offer: Offer): boolean {
    return [`provider ${offer.provider}`, `model ${offer.model}`, offerKey(offer)].some((key) => this.#keys.has(key));
  }
}

function offerKey(offer: Offer): string {
  return `offer ${offer.model} ${offer.quality} ${offer.size}`;
}
