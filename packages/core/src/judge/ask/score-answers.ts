import type { Question } from "../../basics/question.ts";
import type { ElementVerdict, ImageScore, Verdict } from "../../basics/verification.ts";

/** From this probability of yes an element counts as placed. */
export const PLACED_FROM = 0.7;
/** Up to this probability of yes an element counts as dropped. */
export const DROPPED_UP_TO = 0.3;

/** The verdict of a probability of yes. */
export function verdictOf(probability: number | undefined): Verdict {
  if (probability === undefined) return "unsure";
  if (probability >= PLACED_FROM) return "placed";
  return probability <= DROPPED_UP_TO ? "dropped" : "unsure";
}

/**
 * Scores answers with the dependencies of a Davidsonian scene graph (Cho et al., ICLR 2024): a child counts only if all
 * its parents hold, through any number of levels. Element mean and geometric prompt score follow Soft-TIFA (GenEval 2,
 * December 2025). Unknown parents are ignored; a circle of questions does not gate itself.
 */
export function scoreAnswers(questions: readonly Question[], answers: ReadonlyMap<string, number>): ImageScore {
  const byId = new Map(questions.map((question) => [question.id, question]));
  const done = new Map<string, ElementVerdict>();
  const visiting = new Set<string>();
  const judge = (question: Question): ElementVerdict => {
    const known = done.get(question.id);
    if (known) return known;
    visiting.add(question.id);
    const parents = question.parents
      .flatMap((id) => byId.get(id) ?? [])
      .filter((parent) => !visiting.has(parent.id))
      .map(judge);
    visiting.delete(question.id);
    const probability = answers.get(question.id);
    const own = verdictOf(probability);
    const missing = parents.filter((parent) => parent.verdict === "dropped");
    const doubtful = parents.filter((parent) => parent.verdict === "unsure");
    const gates = missing.length > 0 ? missing : own === "placed" ? doubtful : [];
    const verdict: ElementVerdict = {
      id: question.id,
      question: question.text,
      element: question.element,
      kind: question.kind,
      probability,
      verdict: missing.length > 0 ? "dropped" : gates.length > 0 ? "unsure" : own,
      gatedBy: gates.map((parent) => parent.id),
    };
    done.set(question.id, verdict);
    return verdict;
  };
  const elements = questions.map(judge);
  const values = elements.flatMap(({ probability, verdict, gatedBy }) => {
    if (verdict === "dropped" && gatedBy.length > 0) return [0];
    return probability ?? [];
  });
  return { elements, ...meansOf(values), verdict: wholeVerdict(elements) };
}

function meansOf(values: readonly number[]): Pick<ImageScore, "elementMean" | "promptScore"> {
  if (values.length === 0) return { elementMean: undefined, promptScore: undefined };
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((total, value) => total + value, 0) / numbers.length;
  return { elementMean: mean(values), promptScore: Math.exp(mean(values.map((value) => Math.log(value)))) };
}

function wholeVerdict(elements: readonly ElementVerdict[]): Verdict {
  if (elements.some(({ verdict }) => verdict === "dropped")) return "dropped";
  return elements.length > 0 && elements.every(({ verdict }) => verdict === "placed") ? "placed" : "unsure";
}
