import { request } from "node:http";
import type { FaultInput } from "../faults/fault.ts";
import type { Simulator } from "../start-simulator.ts";
import { geminiPrompt, simulatorForTest } from "./simulator-under-test.ts";

// Test support: the calls that meet a scripted fault, also over a plain socket.

/** A call of 8 text tokens and one image of 196 tokens. */
export const OPENAI_CALL = { model: "gpt-image-2", prompt: "a fox", quality: "low" } as const;
export const GEMINI_MODEL = "gemini-nano-banana-2.1";

export async function simulatorWithFault(fault: FaultInput): Promise<Simulator> {
  const simulator = await simulatorForTest();
  simulator.faults([fault]);
  return simulator;
}

/** What reached a client. */
export interface RawOutcome {
  /** 0 when no headers came. */
  readonly status: number;
  readonly bytes: number;
  /** The connection broke before the reply was whole. */
  readonly isCut: boolean;
}

function rawPost(url: string, headers: Record<string, string>, body: unknown): Promise<RawOutcome> {
  return new Promise((resolve) => {
    const seen = { status: 0, bytes: 0 };
    const options = { method: "POST", headers: { "content-type": "application/json", ...headers } };
    const call = request(url, options, (response) => {
      seen.status = response.statusCode ?? 0;
      response.on("data", (chunk: Buffer) => (seen.bytes += chunk.length));
      response.on("error", () => resolve({ ...seen, isCut: true }));
      response.on("end", () => resolve({ ...seen, isCut: !response.complete }));
    });
    call.on("error", () => resolve({ ...seen, isCut: true }));
    call.end(JSON.stringify(body));
  });
}

export function openAiRaw(simulator: Simulator): Promise<RawOutcome> {
  return rawPost(`${simulator.url}/openai/v1/images/generations`, { authorization: "Bearer k" }, OPENAI_CALL);
}

export function geminiRaw(simulator: Simulator): Promise<RawOutcome> {
  const url = `${simulator.url}/gemini/v1beta/models/${GEMINI_MODEL}:generateContent`;
  return rawPost(url, { "x-goog-api-key": "k" }, geminiPrompt("a fox"));
}
