import type { AttemptHost } from "../../buy/attempt-task.ts";
import type { Attempt } from "../../basics/receipt.ts";
import { chooseJudge } from "../../models/judges/built-in-judges.ts";
import type { Judge } from "../../models/judges/judge.ts";
import { describeUnsure, judgeImage, type JudgeImageTask } from "./judge-image.ts";
import type { JudgedImage } from "../../basics/verification.ts";

/** Most judges that may fail in one request before nobody is asked any more. */
const MAX_FAILED_JUDGES = 2;

/** One judge for the images of several requests, because scores of different judges cannot be compared. */
export interface OneJudge {
  /** Providers of all the images that it measures. */
  makers: readonly string[];
  /** The one that gave the first verdict: from then on there is no other. */
  judge?: Judge | undefined;
}

/** What the judges saw in one image, and their calls. */
export interface JudgedWithAttempts {
  judged: JudgedImage;
  /** Every call, those that failed included, in order. */
  attempts: readonly Attempt[];
  /** Why another judge than the first one was asked. */
  notes: readonly string[];
}

/** An image for whoever of `judges` can judge it. */
export interface PanelTask extends Omit<JudgeImageTask, "judge"> {
  judges: readonly Judge[];
}

/**
 * The judges of one request. When one is down, refuses, answers nonsense or does not fit the budget, another one is asked,
 * of another provider where there is one; a judge that failed is not asked again, and after two nobody is.
 */
export class JudgePanel {
  readonly #oneJudge: OneJudge | undefined;
  readonly #failed: Judge[] = [];
  readonly #reasons: string[] = [];

  constructor(oneJudge?: OneJudge) {
    this.#oneJudge = oneJudge;
  }

  /** Has one image judged. Never rejects: what cannot be judged is `unsure`, with the reason. */
  async judge(host: AttemptHost, task: PanelTask): Promise<JudgedWithAttempts> {
    const attempts: Attempt[] = [];
    const before = this.#reasons.length;
    for (let judge = this.#choose(host, task); judge !== undefined; judge = this.#choose(host, task)) {
      const spentMicroUsd = attempts.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
      const left = { leftMicroUsd: task.leftMicroUsd - spentMicroUsd };
      const { judged, attempt } = await judgeImage(host, { ...task, ...left, judge });
      if (attempt) attempts.push(attempt);
      if (judged.reason === undefined) {
        if (this.#oneJudge) this.#oneJudge.judge = judge;
        const failures = this.#reasons.slice(before);
        const notes = failures.length === 0 ? [] : [`${failures.join(" ")} ${judge.name} was asked instead.`];
        return { judged, attempts, notes };
      }
      if (task.questions.length === 0 || task.signal?.aborted) return { judged, attempts, notes: [] };
      this.#failed.push(judge);
      this.#reasons.push(`${judge.name}: ${judged.reason.replace(/\.?$/, ".")}`);
    }
    const reason = this.#failed.length === 0 ? "No judge has a key." : this.#reasons.join(" ");
    return { judged: describeUnsure({ ...task, judge: this.#failed.at(-1) }, reason), attempts, notes: [] };
  }

  #choose(host: AttemptHost, { judges, maker }: PanelTask): Judge | undefined {
    if (this.#failed.length >= MAX_FAILED_JUDGES) return undefined;
    const settled = this.#oneJudge?.judge;
    if (settled) return this.#failed.includes(settled) ? undefined : settled;
    const makers = this.#oneJudge?.makers ?? [maker.provider];
    return chooseJudge(judges, makers, (provider) => host.http.hasKey(provider), this.#failed);
  }
}
