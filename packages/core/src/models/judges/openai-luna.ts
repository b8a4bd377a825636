import { recordOf } from "../../basics/json-record.ts";
import { tokenCount } from "../../wire/http.ts";
import type { JudgePrices, JudgeUsage } from "./judge.ts";

/** Prices of gpt-6-luna since 2026-09-22: OpenAI's pricing page as quoted by vercel.com/ai-gateway and codexometer 0.18.4. */
export const LUNA_PRICES: JudgePrices = { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5 };

/** `usage` of Decisions and Responses; undefined when the reply states none. */
export function readOpenAiUsage(value: unknown): JudgeUsage | undefined {
  const usage = recordOf(value);
  if (!usage) return undefined;
  const input = recordOf(usage["input_tokens_details"]);
  return {
    inputTokens: tokenCount(usage["input_tokens"]),
    cachedTokens: tokenCount(input?.["cached_tokens"]),
    cacheWriteTokens: tokenCount(input?.["cache_write_tokens"]),
    outputTokens: tokenCount(usage["output_tokens"]),
  };
}
