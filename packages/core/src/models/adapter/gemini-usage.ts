import { recordOf } from "../../basics/json-record.ts";
import type { Usage } from "../../basics/types.ts";
import { tokenCount } from "../../wire/http.ts";

/** Tokens as billed; thinking is billed at the text rate. Undefined when the reply states no tokens at all. */
export function readGeminiUsage(value: unknown): Usage | undefined {
  const usage = recordOf(value);
  if (usage === undefined) return undefined;
  const inputImageTokens = modalityTokens(usage["promptTokensDetails"], "IMAGE");
  const cachedInputImageTokens = modalityTokens(usage["cacheTokensDetails"], "IMAGE");
  const candidateTokens = tokenCount(usage["candidatesTokenCount"]);
  const details = listOf(usage["candidatesTokensDetails"]);
  // The split is optional: without it every token may be an image's, which is the dearer reading.
  const outputImageTokens = details.length === 0 ? candidateTokens : modalityTokens(details, "IMAGE");
  const cachedInputTextTokens = Math.max(0, tokenCount(usage["cachedContentTokenCount"]) - cachedInputImageTokens);
  const inputTextTokens = tokenCount(usage["promptTokenCount"]) - inputImageTokens - cachedInputTextTokens;
  const result: Usage = {
    inputTextTokens: Math.max(0, inputTextTokens),
    cachedInputTextTokens,
    inputImageTokens: Math.max(0, inputImageTokens - cachedInputImageTokens),
    cachedInputImageTokens,
    outputImageTokens,
    outputTextTokens: Math.max(0, candidateTokens - outputImageTokens) + thinkingTokens(usage),
  };
  return Object.values(result).every((count) => count === 0) ? undefined : result;
}

/** A refusal states its thinking twice, as candidates and as thoughts (6 of 6 measured, docs.apiyi.com): the sum tells. */
function thinkingTokens(usage: Readonly<Record<string, unknown>>): number {
  const [prompt = 0, candidates = 0, thoughts = 0, total = 0] = [
    "promptTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "totalTokenCount",
  ].map((name) => tokenCount(usage[name]));
  const isTwice = thoughts > 0 && thoughts === candidates && total === prompt + candidates;
  return isTwice ? 0 : thoughts;
}

function modalityTokens(details: unknown, modality: string): number {
  return listOf(details)
    .map(recordOf)
    .filter((detail) => detail?.["modality"] === modality)
    .reduce((total, detail) => total + tokenCount(detail?.["tokenCount"]), 0);
}

/** A value as a list; empty for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
