/** A prompt by its parts, in the order in which models follow it best. */
export interface StructuredPrompt {
  /** Who or what is in the image. */
  subject: string;
  /** What it does; in place of `pose`. */
  action?: string | undefined;
  /** How it stands, sits or lies; in place of `action`. */
  pose?: string | undefined;
  environment?: string | undefined;
  lighting?: string | undefined;
  camera?: string | undefined;
  style?: string | undefined;
}

/** The parts in the order in which the prompt names them. */
export const STRUCTURED_PARTS = ["subject", "action", "pose", "environment", "lighting", "camera", "style"] as const;

/**
 * The prompt of its parts: subject with action or pose, environment, lighting, camera and style, one sentence each; then
 * what was written below the front matter, as a paragraph of its own.
 */
export function composeStructured(structured: StructuredPrompt, rest: string): string {
  const { subject, action, pose, environment, lighting, camera, style } = structured;
  const doing = action ?? pose;
  const first = doing === undefined ? subject : `${withoutStop(subject)}, ${doing.trim()}`;
  const sentences = [first, environment, lighting, [camera, style].flatMap((part) => part?.trim() ?? []).join(", ")]
    .map((part) => part?.trim() ?? "")
    .filter((part) => part !== "")
    .map(asSentence);
  return rest === "" ? sentences.join(" ") : `${sentences.join(" ")}\n\n${rest}`;
}

function withoutStop(text: string): string {
  return text.trim().replace(/[.,;]$/, "");
}

function asSentence(text: string): string {
  const stopped = /[.!?…。！？]["'”’»]?$/.test(text) ? text : `${text}.`;
  return stopped.charAt(0).toUpperCase() + stopped.slice(1);
}
