import type { CallSubject } from "../../wire/reply-error.ts";
import type { HttpResponse } from "../../basics/ports.ts";
import type { Judge, JudgeCall, JudgeReply, JudgeUsage, WrittenQuestions } from "./judge.ts";
import { usageOf } from "./judge-cost.ts";
import { readAnswers, readWrittenQuestions } from "./judge-reply.ts";

/** The text in a judge's reply, with what it cost. */
export interface JudgeText {
  text: string;
  subject: CallSubject;
  usage: JudgeUsage | undefined;
}

/** Reading for a judge that answers in JSON text: `readText` finds that text in the provider's own reply. */
export function textReplies(
  judge: () => Judge,
  readText: (response: HttpResponse) => Promise<JudgeText>,
): {
  readReply: (response: HttpResponse, call: JudgeCall) => Promise<JudgeReply>;
  readQuestions: (response: HttpResponse) => Promise<WrittenQuestions>;
} {
  return {
    async readReply(response, { questions }) {
      const { text, subject, usage } = await readText(response);
      const answers = readAnswers(text, questions, subject, usage && usageOf(judge(), usage));
      return { answers, usage, requestId: subject.requestId };
    },
    async readQuestions(response) {
      const { text, subject, usage } = await readText(response);
      const questions = readWrittenQuestions(text, subject, usage && usageOf(judge(), usage));
      return { questions, usage, requestId: subject.requestId };
    },
  };
}
