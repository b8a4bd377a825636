import { formatUsd } from "../../basics/money.ts";
import type { Decision, ParsedRequest } from "../../basics/types.ts";
import type { PlannedRequest } from "../../decide/plan/planned-request.ts";
import { briefClass } from "./brief-class.ts";
import { buildQuestions } from "../questions/build-questions.ts";
import { chooseJudge } from "../../models/judges/built-in-judges.ts";
import type { Judge } from "../../models/judges/judge.ts";
import type { OneJudge } from "../ask/judge-panel.ts";
import { likelyJudgeMicroUsd } from "../../models/judges/judge-cost.ts";
import type { PassHistory } from "./pass-history.ts";
import { type Chain, type ChainStep, planChain } from "./escalation-ladder.ts";
import type { Question } from "../../basics/question.ts";

/** A planned request with how its images are checked. */
export interface VerifiedPlan extends PlannedRequest {
  /** Absent when they are not. */
  verification?: VerificationPlan | undefined;
}

/** How the images of a request are checked. */
export interface VerificationPlan {
  mode: "report" | "escalate";
  briefClass: string;
  /** Who judges the images of several requests. @default whoever can, for each request */
  oneJudge?: OneJudge | undefined;
  /** Only for `escalate`: what is tried, one after the other. */
  chain: Chain | undefined;
  /** Why this chain, in plain words. */
  reasons: readonly string[];
}

/** What the check is planned from, beside the decision. */
export interface VerificationInput {
  request: ParsedRequest;
  judges: readonly Judge[];
  hasKey(provider: string): boolean;
  history: PassHistory;
}

/** Questions that a prompt without elements is taken to give, for its price. */
const TYPICAL_QUESTIONS: readonly Question[] = Array.from({ length: 8 }, (_, index) => ({
  id: `q${index + 1}`,
  text: "Is there a woman in a red dress in the middle of the image?",
  element: "",
  kind: "other",
  parents: [],
}));

/**
 * Plans how a decision's images are checked. For `escalate` the decision comes back with the chain's first step in
 * front: a cheap offer that seldom gives what is asked for does not pay, and the better one is taken at once.
 */
export function planVerification(
  decision: Decision,
  input: VerificationInput,
): { decision: Decision; verification: VerificationPlan | undefined } {
  const { request, judges, history } = input;
  const mode = request.verify ?? "off";
  const [first] = decision.offers;
  if (mode === "off" || first === undefined) return { decision, verification: undefined };
  const className = briefClass(request.operation, decision.brief);
  const plain: VerificationPlan = { mode, briefClass: className, chain: undefined, reasons: [] };
  if (mode === "report") return { decision, verification: plain };
  const questions = buildQuestions(request.elements, decision.brief.textToRender);
  const chosen = chooseJudge(judges, [first.provider], (provider) => input.hasKey(provider));
  if (!chosen) return { decision, verification: { ...plain, reasons: ["No judge has a key, so nothing is checked."] } };
  const judgeMicroUsd = likelyJudgeMicroUsd(chosen, request.elements.length > 0 ? questions : TYPICAL_QUESTIONS);
  const chain = planChain(decision.offers, judgeMicroUsd, history, className);
  if (!chain) return { decision, verification: plain };
  const start = chain.steps[0];
  if (start === undefined) return { decision, verification: plain };
  const reasons = [describeChain(chain, decision)];
  const rest = decision.offers.filter((offer) => offer !== start.offer);
  const offers = [{ ...start.offer, reasons: [...reasons, ...start.offer.reasons] }, ...rest];
  return { decision: { ...decision, offers }, verification: { ...plain, chain, reasons } };
}

function describeChain({ steps, skipped, expectedMicroUsd, directMicroUsd }: Chain, { rejected }: Decision): string {
  const top = steps.at(-1);
  if (steps.length === 1 || top === undefined) {
    const tooDear = rejected.find(({ reason }) => reason.startsWith("May cost"));
    if (skipped.length === 0)
      return tooDear
        ? `Checked; nothing better fits the budget (${tooDear.model} ${tooDear.quality}: ${tooDear.reason})`
        : "Checked; there is no better tier to escalate to.";
    return `Checked, and taken at once: trying ${skipped.map(describeStep).join(" or ")} first does not pay.`;
  }
  const before = steps.slice(0, -1).map(describeStep).join(", then ");
  return `Checked: ${before}, then ${top.offer.model} ${top.offer.quality} for what is missing; expected ${formatUsd(expectedMicroUsd)} an image against ${formatUsd(directMicroUsd)} at once.`;
}

function describeStep({ offer, history, passRate }: ChainStep): string {
  const evidence =
    history.judged === 0 ? "no history yet" : `${history.passed} of ${history.judged} such images had everything`;
  return `${offer.model} ${offer.quality} (${evidence}, taken as ${Math.round(passRate * 100)} %)`;
}
