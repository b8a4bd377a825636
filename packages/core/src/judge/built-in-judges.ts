import { geminiVision } from "./gemini-vision.ts";
import type { Judge } from "./judge.ts";
import { openAiDecisions } from "./openai-decisions.ts";
import { openAiVision } from "./openai-vision.ts";

/** The judges that come with Artdesk, the preferred first: probabilities before words, then the cheaper. */
export const builtInJudges: readonly Judge[] = [openAiDecisions, openAiVision, geminiVision];

/**
 * The first judge with a key whose provider made none of the images, else the first with a key.
 * @param makers - providers of all images that are to be measured by the same judge
 * @returns undefined when no judge has a key.
 */
export function chooseJudge(
  judges: readonly Judge[],
  makers: readonly string[],
  hasKey: (provider: string) => boolean,
): Judge | undefined {
  const usable = judges.filter((judge) => hasKey(judge.provider));
  return usable.find((judge) => !makers.includes(judge.provider)) ?? usable[0];
}
