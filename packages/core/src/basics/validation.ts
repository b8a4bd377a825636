import * as v from "valibot";
import { closestName } from "./closest-name.ts";

/** The message of an issue, made from the value that was found. */
export type FieldMessage = (issue: v.BaseIssue<unknown>) => string;

/**
 * An object with exactly these keys. An unknown key gets a "did you mean", a missing one is named.
 * @param what - the thing that is checked, as people call it: `the request`.
 */
export function strictFields<const TEntries extends v.ObjectEntries>(
  entries: TEntries,
  what: string,
): v.StrictObjectSchema<TEntries, FieldMessage> {
  const keys = Object.keys(entries);
  return v.strictObject(entries, (issue: v.BaseIssue<unknown>) => {
    const isUnknownKey = issue.expected === "never" && issue.path !== undefined;
    if (isUnknownKey) return unknownKeyMessage(String(issue.path?.at(-1)?.key), keys, what);
    if (issue.path !== undefined) return "is missing.";
    return `${what} must be an object with keys and values, not ${describeValue(issue.input)}.`;
  });
}

function unknownKeyMessage(key: string, keys: readonly string[], what: string): string {
  const meant = closestName(key, keys);
  return meant === undefined
    ? `is not a key of ${what}. Known keys: ${keys.join(", ")}.`
    : `is not a key of ${what}. Did you mean ${meant}?`;
}

/** One of a few words; anything else gets the list and a "did you mean". */
export function oneOf<const TOptions extends readonly string[]>(
  options: TOptions,
): v.PicklistSchema<TOptions, FieldMessage> {
  return v.picklist(options, (issue: v.BaseIssue<unknown>) => {
    const meant = typeof issue.input === "string" ? closestName(issue.input, options) : undefined;
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    return `${describeValue(issue.input)} is not one of ${options.join(", ")}.${hint}`;
  });
}

/** Turns what valibot found into full sentences, each starting with the path: `size: "1536 x" is not ...`. */
export function issueSentences(issues: readonly v.BaseIssue<unknown>[]): string[] {
  return issues.map((issue) => {
    const path = v.getDotPath(issue);
    if (path !== null) return `${path}: ${issue.message}`;
    return `${issue.message.charAt(0).toUpperCase()}${issue.message.slice(1)}`;
  });
}

/** How a found value is written in a message: short, on one line. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
}
