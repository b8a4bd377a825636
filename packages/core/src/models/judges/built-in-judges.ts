import { geminiVision } from "./gemini-vision.ts";
import type { Judge } from "./judge.ts";
import { openAiDecisions } from "./openai-decisions.ts";
import { openAiVision } from "./openai-vision.ts";

/** The judges that come with Artdesk, the preferred first: probabilities before words, then the cheaper. */
export const builtInJudges: readonly Judge[] = [openAiDecisions, openAiVision, geminiVision];

/**
 * The first judge with a key whose provider made none of the images, else the first with a key. In place of a judge that
 * failed, one of another provider comes first, even the maker's: what failed is a service, or its rules.
 * @param makers - providers of all images that are to be measured by the same judge
 * @param failed - judges that are not to be asked again
 * @returns undefined when no judge is left that has a key.
 */
export function chooseJudge(
  judges: readonly Judge[],
  makers: readonly string[],
  hasKey: (provider: string) => boolean,
  failed: readonly Judge[] = [],
): Judge | undefined {
  const usable = judges.filter((judge) => hasKey(judge.provider) && !failed.includes(judge));
  const others = usable.filter(({ provider }) => failed.every((judge) => judge.provider !== provider));
  const preferred = others.length > 0 ? others : usable;
  return preferred.find((judge) => !makers.includes(judge.provider)) ?? preferred[0];
}
