import type { Question } from "../../basics/question.ts";
import type { Usage } from "../../basics/types.ts";
import type { Judge, JudgeUsage } from "./judge.ts";

/** English text has about four bytes per token. */
const LIKELY_BYTES_PER_TOKEN = 4;

/** The most that asking these questions about one image may cost: every byte a token. Micro-USD, rounded up. */
export function worstCaseJudgeMicroUsd(judge: Judge, questions: readonly Question[]): number {
  const inputTokens = judge.maxImageTokens + textBytes(judge, questions);
  const inputPrice = Math.max(judge.prices.input, judge.prices.cacheWrite);
  return Math.ceil(inputTokens * inputPrice + judge.maxOutputTokens(questions.length) * judge.prices.output);
}

/** What asking these questions about one image will most likely cost. Micro-USD, rounded up. */
export function likelyJudgeMicroUsd(judge: Judge, questions: readonly Question[]): number {
  const inputTokens = judge.likelyImageTokens + textBytes(judge, questions) / LIKELY_BYTES_PER_TOKEN;
  const outputTokens = judge.maxOutputTokens(questions.length) / LIKELY_BYTES_PER_TOKEN;
  return Math.ceil(inputTokens * judge.prices.input + outputTokens * judge.prices.output);
}

/** The most that drawing questions from a prompt may cost. Micro-USD, rounded up. */
export function worstCaseWriterMicroUsd(judge: Judge, prompt: string): number {
  const { writer, prices } = judge;
  if (!writer) return 0;
  const inputTokens = writer.overheadBytes + new TextEncoder().encode(prompt).length;
  return Math.ceil(inputTokens * Math.max(prices.input, prices.cacheWrite) + writer.maxOutputTokens * prices.output);
}

/** What a call cost by the tokens that the provider reports. Micro-USD, rounded up once. */
export function judgeCostMicroUsd({ prices }: Judge, usage: JudgeUsage): number {
  const plain = Math.max(0, usage.inputTokens - usage.cachedTokens - usage.cacheWriteTokens);
  // Thousandths of a micro-USD are whole numbers, so nothing is lost in the sum.
  const units =
    plain * milli(prices.input) +
    usage.cachedTokens * milli(prices.cachedInput) +
    usage.cacheWriteTokens * milli(prices.cacheWrite) +
    usage.outputTokens * milli(prices.output);
  return Math.ceil(units / 1000);
}

/**
 * What a call that answered cost: by the tokens that the provider claims, where they are possible. Looking at anything
 * and answering takes tokens of both kinds; without them, and beyond the worst case a thousand times, it is booked at the
 * most that it can have cost.
 */
export function claimedJudgeMicroUsd(judge: Judge, usage: JudgeUsage | undefined, worstCaseMicroUsd: number): number {
  const answers = judge.maxOutputTokens(1) > 0;
  if (usage === undefined || usage.inputTokens <= 0 || (answers && usage.outputTokens <= 0)) return worstCaseMicroUsd;
  const claim = judgeCostMicroUsd(judge, usage);
  return Number.isSafeInteger(claim) && claim <= 1000 * worstCaseMicroUsd ? claim : worstCaseMicroUsd;
}

function milli(price: number): number {
  return Math.round(price * 1000);
}

function textBytes(judge: Judge, questions: readonly Question[]): number {
  const encoder = new TextEncoder();
  return questions.reduce(
    (total, { text }) => total + encoder.encode(text).length + judge.overheadBytesPerQuestion,
    judge.overheadBytes,
  );
}

/** The same tokens as the books keep them, with the cost by the judge's prices. */
export function usageOf(judge: Judge, usage: JudgeUsage): Usage {
  return {
    inputTextTokens: Math.max(0, usage.inputTokens - usage.cachedTokens),
    cachedInputTextTokens: usage.cachedTokens,
    inputImageTokens: 0,
    cachedInputImageTokens: 0,
    outputImageTokens: 0,
    outputTextTokens: usage.outputTokens,
    costMicroUsd: judgeCostMicroUsd(judge, usage),
  };
}
