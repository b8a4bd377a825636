import { secretForms } from "@artdesk/core/node";

/** Replaces secrets in a text, in every form in which they may turn up. */
export type Redact = (text: string) => string;

/**
 * The runner masks its own log and summary; what goes to comments, pull requests, commits and files is masked here.
 * @param secrets keys and tokens of this run
 */
export function createRedact(secrets: readonly string[]): Redact {
  const forms = [...new Set(secrets.flatMap(secretForms))].toSorted((left, right) => right.length - left.length);
  return (text) => forms.reduce((masked, form) => masked.replaceAll(form, "***"), text);
}
