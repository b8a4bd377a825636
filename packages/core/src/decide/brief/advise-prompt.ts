import type { Brief, ParsedRequest, Strength } from "../../basics/types.ts";
import { WordClass } from "./lexicon.ts";
import { CAMERA_WORDS, EMPTY_WORDS, FLAT_WORDS, GRAPHIC_WORDS, LIGHT_WORDS } from "./prompt-words.ts";
import { LONG_PROMPT_WORDS } from "./read-brief.ts";
import { type PromptScan, scanPrompt } from "./scan-prompt.ts";

/** What a prompt lacks, or has too much of. */
export type PromptAdviceCode = "long_prompt" | "no_subject" | "no_lighting" | "no_camera" | "unquoted_text";

/** One thing about a prompt that models are known to get wrong. Nothing is refused because of it. */
export interface PromptAdvice {
  code: PromptAdviceCode;
  /** In plain words, with what to do. */
  message: string;
}

/** The model that would be used. */
export interface AdvisedModel {
  name: string;
  strengths: readonly Strength[];
}

/**
 * Looks at a prompt for what models drop: more than 60 words on a model that is not known to follow long prompts, no
 * subject, no light, neither camera nor style, and writing whose words are not quoted. Follows the order in which a prompt
 * is best written: subject, action or pose, environment, lighting, camera and style. Rules over words, no model and no
 * network; edits and enlargements are not looked at for subject, light and camera, because the source shows them.
 */
export function advisePrompt(
  request: Pick<ParsedRequest, "prompt" | "operation">,
  brief: Brief,
  model: AdvisedModel | undefined,
): PromptAdvice[] {
  const advice: PromptAdvice[] = [];
  const say = (code: PromptAdviceCode, message: string): void => void advice.push({ code, message });
  if (brief.words > LONG_PROMPT_WORDS && model && !model.strengths.includes("long_prompt"))
    say(
      "long_prompt",
      `${brief.words} words: ${model.name} is not known to follow more than ${LONG_PROMPT_WORDS}. Shorten it, or leave the model to the policy.`,
    );
  if (request.operation === "generate") {
    const scan = scanPrompt(request.prompt);
    const isGraphic = scan.words.some((word) => GRAPHIC_WORDS.has(word) || FLAT_WORDS.has(word));
    if (!hasSubject(scan))
      say("no_subject", "No subject: it says how the image looks, and not what it shows. Begin with what is in it.");
    if (!hasWord(scan, LIGHT_WORDS, WordClass.lightSource | WordClass.hardLight) && !isGraphic)
      say("no_lighting", "No lighting: say where the light comes from, how hard it is, or the time of day.");
    if (!hasWord(scan, CAMERA_WORDS, WordClass.photo | WordClass.drawn) && !isGraphic && !hasView(scan))
      say("no_camera", "Neither camera nor style: say photo or drawing, and the view or the lens.");
  }
  if (brief.rendersText && brief.textToRender.length === 0)
    say(
      "unquoted_text",
      `Writing is asked for (${brief.evidence.text ?? "text"}) and not quoted: put the exact words in quotation marks or in \`text\`.`,
    );
  return advice;
}

function hasWord(scan: PromptScan, list: ReadonlySet<string>, classes: number): boolean {
  return (scan.seen & classes) !== 0 || scan.words.some((word) => list.has(word));
}

const FROM_WHERE = /\bfrom (?:directly |straight |far |high |low )?(?:above|below|behind|afar|the side)\b/i;

function hasView(scan: PromptScan): boolean {
  return FROM_WHERE.test(scan.prompt) || scan.words.some((word) => /^(?:\d{2,3}mm|f\/?\d|iso\d+)$/.test(word));
}

/** Any word that is more than light, camera, style, praise or grammar. Scripts without known words count as a subject. */
function hasSubject(scan: PromptScan): boolean {
  if (scan.hasCjk || scan.quotes.length > 0) return true;
  return scan.words.some(
    (word) =>
      !EMPTY_WORDS.has(word) &&
      !FLAT_WORDS.has(word) &&
      !LIGHT_WORDS.has(word) &&
      !CAMERA_WORDS.has(word) &&
      !/^[\d.,/%×x-]+(mm|k|px)?$/.test(word),
  );
}
