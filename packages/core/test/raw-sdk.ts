import { setTimeout as sleep } from "node:timers/promises";
import type { Simulator } from "@artdesk/simulator";
import OpenAI from "openai";
import { type MatrixCase, postsOf, PROMPT, scripted } from "./fault-matrix.ts";

/** The same request sent by the `openai` package with its own retries. */
export interface RawSdkResult {
  posts: number;
  imagesBilled: number;
}

/** Makes the request with the `openai` package as it comes: two retries of its own choice. */
export async function runRawSdk(simulator: Simulator, matrixCase: MatrixCase): Promise<RawSdkResult> {
  simulator.faults([scripted(matrixCase)]);
  const patience = new AbortController();
  const client = new OpenAI({
    apiKey: "sim-openai",
    baseURL: simulator.env["OPENAI_BASE_URL"] ?? "",
    fetch: matrixCase.fault.isSlow ? impatientFetch(simulator, matrixCase, patience) : fetch,
  });
  try {
    await client.images.generate(
      { model: "gpt-image-2", prompt: PROMPT, n: matrixCase.count, size: "1024x1024", quality: "low" },
      { signal: patience.signal },
    );
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  return { posts: postsOf(simulator), imagesBilled: simulator.statement().images };
}

/**
 * Gives up on a slow answer without a clock: on headers as the package's own time limit does, as soon as the call is
 * billed; on a body, for which the package has no limit, as its caller does, as soon as it has begun.
 */
function impatientFetch(simulator: Simulator, { fault, times }: MatrixCase, patience: AbortController): typeof fetch {
  let calls = 0;
  return async (url, init) => {
    calls += 1;
    if (times === "once" && calls > 1) return fetch(url, init);
    if (fault.fault.kind === "slow_body") {
      const response = await fetch(url, init);
      patience.abort();
      return response;
    }
    const timeLimit = new AbortController();
    const response = fetch(url, { ...init, signal: timeLimit.signal });
    const billed = async (): Promise<void> => {
      while (simulator.statement().entries.length < calls) await sleep(5);
      timeLimit.abort();
    };
    const [settled] = await Promise.allSettled([response, billed()]);
    if (settled.status === "rejected") throw settled.reason;
    return settled.value;
  };
}
