import type { IDataObject } from "n8n-workflow";
import { asText } from "../words/read-text.ts";

/** Tags with a text; others count as not set. */
export function readTags(parameters: IDataObject): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const text = asText(value);
    if (text !== "") tags[name] = text;
  }
  return tags;
}

/** One text per line of a list. */
export function readLines(value: unknown): string[] {
  const lines = Array.isArray(value) ? value : [value];
  return lines.map(asText).filter((line) => line !== "");
}

export function blankToUndefined(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}

/** Tables hand numbers over as text. What is no number stays as it is, for the check to name it. */
export function wholeNumber(value: number | undefined): number | undefined {
  const text: unknown = value;
  return typeof text === "string" && /^\s*\d+\s*$/.test(text) ? Number(text) : value;
}
