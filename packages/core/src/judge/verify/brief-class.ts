import type { Brief, BriefSignal, Operation } from "../../basics/types.ts";

const SIGNALS: readonly BriefSignal[] = ["text", "people", "hard_light", "long_prompt"];

/**
 * The kind of prompt whose history counts: the operation and the hardest thing that the prompt asks for. Few classes, so
 * that each has a history soon.
 */
export function briefClass(operation: Operation, brief: Brief): string {
  return `${operation}/${SIGNALS.find((signal) => brief.evidence[signal] !== undefined) ?? "plain"}`;
}
