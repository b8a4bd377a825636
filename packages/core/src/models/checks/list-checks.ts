import { checkFal } from "./check-fal.ts";
import { checkGemini } from "./check-gemini.ts";
import { checkOpenAi } from "./check-openai.ts";
import { checkOpenRouter } from "./check-openrouter.ts";
import { checkReplicate } from "./check-replicate.ts";
import type { ListCheck } from "./list-check.ts";

/** How each provider's own list of models is read, by the provider's id. */
export const LIST_CHECKS: Readonly<Record<string, ListCheck>> = {
  openai: checkOpenAi,
  gemini: checkGemini,
  fal: checkFal,
  replicate: checkReplicate,
  openrouter: checkOpenRouter,
};
