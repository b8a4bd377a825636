import type { IExecuteFunctions } from "n8n-workflow";

/** A text field of the panel, trimmed. */
export function textParameter(context: IExecuteFunctions, name: string, itemIndex: number): string {
  return asText(context.getNodeParameter(name, itemIndex, ""));
}

/** What an expression may put into a text field: numbers and such as their words, nothing as no text. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
