import type { AttemptHost } from "../../buy/attempt-task.ts";
import type { Policy } from "../../decide/policy/policy.ts";
import type { AbortSignalLike } from "../../basics/ports.ts";
import type { Attempt } from "../../basics/receipt.ts";
import type { ReceivedImage } from "../../basics/types.ts";
import { askJudge } from "./ask-judge.ts";
import type { Judge } from "../../models/judges/judge.ts";
import { worstCaseJudgeMicroUsd } from "../../models/judges/judge-cost.ts";
import type { Question } from "../../basics/question.ts";
import type { ImageScore, JudgedImage } from "../../basics/verification.ts";
import { scoreAnswers } from "./score-answers.ts";

/** An image, what is asked about it, and who is asked. */
interface ImageOfMaker {
  image: ReceivedImage;
  position: number;
  /** Who made it. */
  maker: { provider: string; model: string; quality: string };
  questions: readonly Question[];
  judge: Judge | undefined;
}

export interface JudgeImageTask extends ImageOfMaker {
  judge: Judge;
  briefClass: string;
  tags: Readonly<Record<string, string>>;
  subject: string;
  policy: Policy;
  signal: AbortSignalLike | undefined;
  /** Most that judging may still cost. Micro-USD. */
  leftMicroUsd: number;
}

/** What a judge saw, and the call. */
interface JudgedWithAttempt {
  judged: JudgedImage;
  attempt: Attempt | undefined;
}

/** Has one image judged by one judge. Never rejects: what it cannot judge is `unsure`, with the reason. */
export async function judgeImage(host: AttemptHost, task: JudgeImageTask): Promise<JudgedWithAttempt> {
  const { image, maker, questions, judge } = task;
  const unsure = (reason: string, attempt?: Attempt): JudgedWithAttempt => ({
    judged: describeUnsure(task, reason),
    attempt,
  });
  if (questions.length === 0) return unsure("There is nothing to ask about: no elements and no text.");
  if (task.signal?.aborted) return unsure("Stopped before the judge was asked.");
  const asked = questions.slice(0, judge.maxQuestions);
  const worstCaseMicroUsd = worstCaseJudgeMicroUsd(judge, asked);
  if (worstCaseMicroUsd > task.leftMicroUsd) return unsure("Judging does not fit what this request may cost.");
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
  if (!reply) return unsure(error?.shortMessage ?? "The judge gave no answer.", attempt);
  return { judged: describe(task, score(reply.answers), undefined), attempt };
}

/** An image that nobody could judge. */
export function describeUnsure(task: ImageOfMaker, reason: string): JudgedImage {
  return describe(task, scoreAnswers(task.questions, new Map()), reason);
}

function describe(
  { image, maker, position, judge }: ImageOfMaker,
  score: ImageScore,
  reason: string | undefined,
): JudgedImage {
  return {
    ...score,
    position,
    sha256: image.sha256,
    model: maker.model,
    quality: maker.quality,
    judge: judge?.id,
    judgeModel: judge?.model,
    sameFamily: judge?.provider === maker.provider,
    reason,
  };
}
