import { costMicroUsd, type TokenCharge } from "../bank/bank.ts";
import type { Reply } from "../basics/wire.ts";
import type { PaidJob } from "./paid-job.ts";

/** A question to a judge. */
export interface AskedQuestion {
  readonly id: string;
  readonly text: string;
}

/** How a judge's job ends: with answers, with something that makes no sense, or with a refusal. */
export type JudgeEnding = "answered" | "nonsense" | "refused";

/** A judge's call as a paid job: it pays for tokens and makes no image. The faults `no_image` and `partial` make it nonsense. */
export function judgeJob(
  shared: Omit<PaidJob, "operation" | "images" | "complete" | "moderate">,
  charges: (ending: JudgeEnding) => readonly TokenCharge[],
  reply: (ending: JudgeEnding) => Reply,
): PaidJob {
  const end = (ending: JudgeEnding): ReturnType<PaidJob["complete"]> => ({
    bill: { images: 0, microUsd: costMicroUsd(charges(ending)) },
    reply: async () => reply(ending),
  });
  return {
    ...shared,
    operation: "judge",
    images: 1,
    complete: (made) => end(made > 0 ? "answered" : "nonsense"),
    moderate: () => end("refused"),
  };
}

/** Questions as both wire formats carry them in text: one line `id: question` each. */
export function readQuestionLines(text: string): AskedQuestion[] {
  return text.split("\n").flatMap((line) => {
    const [, id, question] = /^([\w.@-]+): (.+)$/.exec(line) ?? [];
    return id === undefined || question === undefined ? [] : [{ id, text: question }];
  });
}

/** The questions that the simulator draws from a prompt: one per part between commas, without writing. */
export function drawQuestions(prompt: string): object[] {
  return prompt
    .split(/[,.;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "" && !/["“”]/.test(part))
    .slice(0, 20)
    .map((part, index) => ({
      id: String(index + 1),
      question: `Does the image show ${part}?`,
      kind: "other",
      parents: [],
    }));
}

/** About four characters to a token, rounded up. */
export function textTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
