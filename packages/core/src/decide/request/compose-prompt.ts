import type { ParsedRequest } from "../../basics/types.ts";

/**
 * The prompt as it is sent: words that must stand in the image are added where the prompt does not quote them already,
 * because a model only sees the prompt.
 */
export function composePrompt(request: Pick<ParsedRequest, "prompt" | "text">): string {
  const missing = request.text.filter((text) => !request.prompt.includes(text));
  if (missing.length === 0) return request.prompt;
  return `${request.prompt}\n\nText in the image, exactly as written: ${missing.map((text) => `"${text}"`).join(", ")}.`;
}
