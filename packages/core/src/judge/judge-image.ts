import type { AttemptHost } from "../attempt.ts";
import type { Policy } from "../policy/policy.ts";
import type { AbortSignalLike } from "../ports.ts";
import type { Attempt } from "../receipt.ts";
import type { ReceivedImage } from "../types.ts";
import { askJudge } from "./ask-judge.ts";
import { chooseJudge } from "./built-in-judges.ts";
import type { Judge } from "./judge.ts";
import { worstCaseJudgeMicroUsd } from "./judge-cost.ts";
import type { Question } from "./question.ts";
import { type ImageScore, scoreAnswers } from "./score-answers.ts";
import type { JudgedImage } from "./verification.ts";

export interface JudgeImageTask {
  image: ReceivedImage;
  position: number;
  /** Who made it. */
  maker: { provider: string; model: string; quality: string };
  /** Providers whose images are to be measured by the same judge. */
  makers: readonly string[];
  briefClass: string;
  questions: readonly Question[];
  judges: readonly Judge[];
  tags: Readonly<Record<string, string>>;
  subject: string;
  policy: Policy;
  signal: AbortSignalLike | undefined;
  /** Most that judging may still cost. Micro-USD. */
  leftMicroUsd: number;
}

/** What a judge saw, and the call. */
export interface JudgedWithAttempt {
  judged: JudgedImage;
  attempt: Attempt | undefined;
}

/** Has one image judged. Never rejects: what cannot be judged is `unsure`, with the reason. */
export async function judgeImage(host: AttemptHost, task: JudgeImageTask): Promise<JudgedWithAttempt> {
  const { image, maker, questions } = task;
  const describe = (score: ImageScore, judge: Judge | undefined, reason: string | undefined): JudgedImage => ({
    ...score,
    position: task.position,
    sha256: image.sha256,
    model: maker.model,
    quality: maker.quality,
    judge: judge?.id,
    judgeModel: judge?.model,
    sameFamily: judge?.provider === maker.provider,
    reason,
  });
  const unsure = (reason: string, judge?: Judge, attempt?: Attempt): JudgedWithAttempt => ({
    judged: describe(scoreAnswers(questions, new Map()), judge, reason),
    attempt,
  });
  if (questions.length === 0) return unsure("There is nothing to ask about: no elements and no text.");
  const judge = chooseJudge(task.judges, task.makers, (provider) => host.http.hasKey(provider));
  if (!judge) return unsure("No judge has a key.");
  if (task.signal?.aborted) return unsure("Stopped before the judge was asked.", judge);
  const asked = questions.slice(0, judge.maxQuestions);
  const worstCaseMicroUsd = worstCaseJudgeMicroUsd(judge, asked);
  if (worstCaseMicroUsd > task.leftMicroUsd) return unsure("Judging does not fit what this request may cost.", judge);
  const call = { image, questions: asked };
  const score = (answers: ReadonlyMap<string, number>): ImageScore => scoreAnswers(questions, answers);
  const { reply, attempt, error } = await askJudge(host, {
    judge,
    kind: "judge",
    worstCaseMicroUsd,
    tags: task.tags,
    subject: task.subject,
    policy: task.policy,
    signal: task.signal,
    request: () => judge.build(call, host.codec),
    read: (response) => judge.read(response, call),
    judged({ answers }) {
      const { verdict } = score(answers);
      const { model, quality } = maker;
      // An image that nobody is sure about says nothing about its offer.
      return verdict === "unsure" || model === ""
        ? undefined
        : { model, quality, briefClass: task.briefClass, passed: verdict === "placed" };
    },
  });
  if (!reply) return unsure(error?.shortMessage ?? "The judge gave no answer.", judge, attempt);
  return { judged: describe(score(reply.answers), judge, undefined), attempt };
}
