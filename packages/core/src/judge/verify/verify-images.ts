import { generateImages, type GenerateHost, type GenerateOptions } from "../../buy/generate.ts";
import type { PlannedRequest } from "../../decide/plan/planned-request.ts";
import type { Budget } from "../../basics/budget.ts";
import type { Attempt, GenerateResult } from "../../basics/receipt.ts";
import type { Decision, Offer, ParsedRequest, ReceivedImage } from "../../basics/types.ts";
import { type DrawnQuestions, findQuestions, type QuestionStore } from "../questions/find-questions.ts";
import type { Judge } from "../../models/judges/judge.ts";
import { JudgePanel } from "../ask/judge-panel.ts";
import type { PassHistory } from "./pass-history.ts";
import { type ChainStep, priceOf } from "./escalation-ladder.ts";
import type { VerificationPlan } from "./plan-verification.ts";
import type { QuestionList } from "../../basics/question.ts";
import type { JudgedImage, Verification, VerificationStep } from "../../basics/verification.ts";

/** What checking needs beside the world of a request. */
export interface VerifyHost extends GenerateHost {
  judges: readonly Judge[];
  questions: QuestionStore | undefined;
  /** What requests side by side draw just now. */
  drawing: Map<string, Promise<DrawnQuestions>>;
  budget: Budget;
  /** What the verdicts of this run are added to. */
  history: PassHistory;
}

/** An image that may be delivered. */
interface Made {
  image: ReceivedImage;
  offer: Offer | undefined;
  judged: JudgedImage;
}

/**
 * Makes the images of a planned request, has each judged, and for `escalate` makes those again on the next step of the
 * chain in which elements are missing. Of two images the better one is delivered. Nothing that was paid for is lost:
 * when judging or escalating fails, or does not fit the budget, the images made so far are delivered, with the reason.
 */
export async function verifyImages(
  host: VerifyHost,
  planned: PlannedRequest,
  verification: VerificationPlan,
  options: GenerateOptions,
): Promise<GenerateResult> {
  return new VerifiedRequest(host, planned, verification, options).run();
}

class VerifiedRequest {
  readonly #host: VerifyHost;
  readonly #planned: PlannedRequest;
  readonly #plan: VerificationPlan;
  readonly #options: GenerateOptions;
  readonly #attempts: Attempt[] = [];
  readonly #made = new Map<number, Made>();
  readonly #steps: VerificationStep[] = [];
  readonly #reasons: string[];
  #questions: QuestionList | undefined;
  readonly #panel: JudgePanel;

  constructor(host: VerifyHost, planned: PlannedRequest, plan: VerificationPlan, options: GenerateOptions) {
    this.#host = host;
    this.#planned = planned;
    this.#plan = plan;
    this.#options = options;
    this.#reasons = [...plan.reasons];
    this.#panel = new JudgePanel(plan.oneJudge);
  }

  async run(): Promise<GenerateResult> {
    const { request } = this.#planned;
    const startedAtMs = this.#host.clock.nowMs();
    const all = Array.from({ length: request.count }, (_, position) => position);
    const first = await generateImages(this.#host, this.#planned, this.#options);
    this.#attempts.push(...first.receipt.attempts);
    if (first.images.length === 0 || this.#isDrawn(first)) return first;
    await this.#judge(first, all);
    const chain = this.#plan.chain?.steps ?? [];
    for (const step of chain.slice(1)) {
      const missing = [...this.#made].flatMap(([position, { judged }]) =>
        judged.verdict === "dropped" ? position : [],
      );
      if (missing.length === 0 || this.#options.signal?.aborted) break;
      const result = await this.#escalate(step, missing);
      if (!result) break;
      await this.#judge(result, missing);
    }
    return this.#compose(first, chain, Math.max(0, this.#host.clock.nowMs() - startedAtMs));
  }

  #isDrawn({ receipt }: GenerateResult): boolean {
    return receipt.offer !== undefined && this.#host.providerOf(receipt.offer.provider).kind === "local";
  }

  get #spentMicroUsd(): number {
    return this.#attempts.reduce((total, attempt) => total + attempt.costMicroUsd, 0);
  }

  /** What `max_cost` leaves. */
  get #leftMicroUsd(): number {
    return (this.#planned.request.maxCostMicroUsd ?? Infinity) - this.#spentMicroUsd;
  }

  async #judge(result: GenerateResult, positions: readonly number[]): Promise<void> {
    const { request, decision } = this.#planned;
    const { policy } = this.#host;
    const subject = `judge of ${this.#options.subject ?? ""}`.trim();
    const shared = { judges: this.#host.judges, tags: request.tags, subject, policy, signal: this.#options.signal };
    if (!this.#questions) {
      const found = await findQuestions(this.#host, {
        ...shared,
        prompt: request.prompt,
        elements: request.elements,
        texts: decision.brief.textToRender,
        store: this.#host.questions,
        drawing: this.#host.drawing,
        leftMicroUsd: this.#leftMicroUsd,
      });
      this.#questions = found.list;
      this.#attempts.push(...found.attempts);
      this.#reasons.push(...found.reasons);
    }
    const offer = result.receipt.offer;
    const maker = { provider: offer?.provider ?? "", model: offer?.model ?? "", quality: offer?.quality ?? "" };
    const judgedHere: JudgedImage[] = [];
    for (const [index, image] of result.images.entries()) {
      const position = positions[result.positions[index] ?? index];
      if (position === undefined) continue;
      const { judged, attempts, notes } = await this.#panel.judge(this.#host, {
        ...shared,
        image,
        position,
        maker,
        briefClass: this.#plan.briefClass,
        questions: this.#questions.questions,
        leftMicroUsd: this.#leftMicroUsd,
      });
      this.#attempts.push(...attempts);
      this.#reasons.push(...notes);
      const made = { image, offer, judged };
      judgedHere.push(made.judged);
      if (judged.verdict !== "unsure") {
        const passed = judged.verdict === "placed";
        this.#host.history.add({ ...maker, briefClass: this.#plan.briefClass, passed });
      }
      const before = this.#made.get(position);
      if (!before || isBetter(made.judged, before.judged)) this.#made.set(position, made);
    }
    this.#steps.push(describeStep(result, judgedHere));
  }

  /** Makes images again on a better offer; undefined when the money does not allow it or nothing came. */
  async #escalate({ offer }: ChainStep, missing: readonly number[]): Promise<GenerateResult | undefined> {
    const { request, decision } = this.#planned;
    if (this.#attempts.some((attempt) => attempt.model === offer.model && attempt.quality === offer.quality)) {
      // A fallback has used this offer already.
      return undefined;
    }
    const perImageMicroUsd = offer.worstCaseMicroUsd / offer.count;
    const worstMicroUsd = perImageMicroUsd * missing.length;
    const capMicroUsd = this.#host.budget.imageMicroUsd ?? Infinity;
    if (worstMicroUsd > this.#leftMicroUsd || this.#spentMicroUsd / request.count + perImageMicroUsd > capMicroUsd) {
      this.#reasons.push(`Not made again on ${offer.model} ${offer.quality}: it does not fit the cap on this image.`);
      return undefined;
    }
    const better: Offer = {
      ...offer,
      count: missing.length,
      estimateMicroUsd: Math.round(priceOf(offer) * missing.length),
      worstCaseMicroUsd: Math.round(worstMicroUsd),
      reasons: ["Elements were missing in the image of the step before.", ...offer.reasons],
    };
    const part: ParsedRequest = { ...request, count: missing.length };
    const only: Decision = { ...decision, offers: [better] };
    // The plan must not fall back to what has failed already.
    const host: GenerateHost = { ...this.#host, replan: async () => ({ ...only, offers: [] }) };
    const planned = { request: part, decision: only };
    try {
      const result = await generateImages(host, planned, { ...this.#options, held: undefined, positions: missing });
      this.#attempts.push(...result.receipt.attempts);
      if (result.error) this.#reasons.push(`On ${offer.model} ${offer.quality}: ${result.error.shortMessage}`);
      return result.images.length > 0 ? result : undefined;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#reasons.push(`Not made again on ${offer.model} ${offer.quality}: ${why}`);
      return undefined;
    }
  }

  #compose(first: GenerateResult, chain: readonly ChainStep[], durationMs: number): GenerateResult {
    const made = [...this.#made].toSorted(([left], [right]) => left - right);
    const offer = made[0]?.[1].offer ?? first.receipt.offer;
    const attempts = this.#attempts;
    const cost = (which: (attempt: Attempt) => boolean): number =>
      attempts.filter(which).reduce((total, attempt) => total + attempt.costMicroUsd, 0);
    const top = chain.at(-1)?.offer;
    const verification: Verification = {
      mode: this.#plan.mode,
      questions: this.#questions?.questions.length === 0 ? undefined : this.#questions?.source,
      steps: this.#steps,
      images: made.map(([, { judged }]) => judged),
      judgeMicroUsd: cost(({ kind }) => kind !== undefined && kind !== "image"),
      savedMicroUsd:
        top === undefined || chain.length < 2
          ? undefined
          : Math.round(priceOf(top) * this.#planned.request.count) - this.#spentMicroUsd,
      reasons: [...new Set([...this.#reasons, ...made.flatMap(([, { judged }]) => judged.reason ?? [])])],
    };
    const { receipt } = first;
    return {
      ...first,
      images: made.map(([, { image }]) => image),
      positions: made.map(([position]) => position),
      receipt: {
        ...receipt,
        offer,
        model: offer?.model ?? receipt.model,
        attempts,
        costMicroUsd: cost(({ billed }) => billed !== "unknown"),
        possiblyBilledMicroUsd: cost(({ billed }) => billed === "unknown"),
        reasons: offer?.reasons ?? receipt.reasons,
        requestIds: attempts.flatMap(({ requestId }) => requestId ?? []),
        hashes: made.map(([, { image }]) => image.sha256),
        durationMs,
        verification,
      },
    };
  }
}

const RANK = { dropped: 0, unsure: 1, placed: 2 } as const;

/** The later image comes from a better offer, so that it wins a draw, and where nobody could judge it. */
function isBetter(later: JudgedImage, earlier: JudgedImage): boolean {
  if (later.elementMean === undefined || earlier.elementMean === undefined) return true;
  if (RANK[later.verdict] !== RANK[earlier.verdict]) return RANK[later.verdict] > RANK[earlier.verdict];
  return later.elementMean >= earlier.elementMean;
}

function describeStep({ receipt, images }: GenerateResult, judged: readonly JudgedImage[]): VerificationStep {
  const missing = judged.flatMap(({ elements }) =>
    elements.filter(({ verdict }) => verdict === "dropped").map(({ element }) => element),
  );
  return {
    model: receipt.offer?.model ?? receipt.model ?? "",
    quality: receipt.offer?.quality ?? "",
    images: images.length,
    passed: judged.filter(({ verdict }) => verdict === "placed").length,
    missing: [...new Set(missing)],
    costMicroUsd: receipt.costMicroUsd + receipt.possiblyBilledMicroUsd,
  };
}
