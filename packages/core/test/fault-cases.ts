import type { FaultInput } from "@artdesk/simulator";

export const FAULT_PROVIDERS = ["openai", "gemini", "openrouter", "fal", "replicate"] as const;

export type FaultProvider = (typeof FAULT_PROVIDERS)[number];

/** Providers that answer with a job at once: how long the job takes is no matter of one open connection. */
export const JOB_PROVIDERS: readonly FaultProvider[] = ["fal", "replicate"];

const DIRECT_PROVIDERS = FAULT_PROVIDERS.filter((provider) => !JOB_PROVIDERS.includes(provider));

/** A fault that the simulator plays, and what the matrix needs to know of it. */
export interface FaultCase {
  /** What the table calls it. */
  name: string;
  fault: FaultInput;
  /** @default all */
  providers?: readonly FaultProvider[];
  /** The provider declined for good: the same call must never be sent again. */
  isFinal?: boolean;
  /** Ends only when the client gives up on an open connection. */
  isSlow?: boolean;
}

const NEVER_MS = 120_000;

/** Every fault kind of the simulator, with each variant that a client can tell apart. */
export const FAULT_CASES: readonly FaultCase[] = [
  { name: "rate limit, 1 s", fault: { kind: "rate_limit", retryAfterMs: 1000 } },
  { name: "rate limit, 2 min", fault: { kind: "rate_limit", retryAfterMs: NEVER_MS } },
  { name: "rate limit, no wait stated", fault: { kind: "rate_limit", retryAfterHeader: "none" } },
  { name: "out of credit (429)", fault: { kind: "billing_429" }, isFinal: true },
  { name: "key refused", fault: { kind: "auth" }, isFinal: true },
  { name: "500, not billed", fault: { kind: "server_error", status: 500 } },
  { name: "502, not billed", fault: { kind: "server_error", status: 502 } },
  { name: "503, not billed", fault: { kind: "server_error", status: 503 } },
  { name: "500, billed", fault: { kind: "server_error", status: 500, billed: true } },
  { name: "cut before work", fault: { kind: "cut_before_work" } },
  { name: "cut before headers", fault: { kind: "cut_before_headers" } },
  { name: "cut in body", fault: { kind: "cut_in_body" } },
  { name: "web page instead of JSON", fault: { kind: "garbage", content: "html" } },
  { name: "broken JSON", fault: { kind: "garbage", content: "json" } },
  { name: "half of each image", fault: { kind: "truncated_base64" } },
  { name: "no answer in time", fault: { kind: "slow", delayMs: NEVER_MS }, providers: DIRECT_PROVIDERS, isSlow: true },
  { name: "job not done in time", fault: { kind: "slow", delayMs: NEVER_MS }, providers: JOB_PROVIDERS },
  {
    name: "body not in time",
    fault: { kind: "slow_body", durationMs: NEVER_MS },
    providers: DIRECT_PROVIDERS,
    isSlow: true,
  },
  { name: "one image less", fault: { kind: "partial" } },
  { name: "no image", fault: { kind: "no_image" } },
  {
    name: "prompt refused",
    fault: { kind: "moderation", stage: "input" },
    providers: ["openai"],
    isFinal: true,
  },
  {
    name: "image refused",
    fault: { kind: "moderation", stage: "output" },
    providers: ["openai"],
    isFinal: true,
  },
  {
    name: "prompt refused",
    fault: { kind: "moderation", blockReason: "SAFETY" },
    providers: ["gemini"],
    isFinal: true,
  },
  {
    name: "image refused",
    fault: { kind: "moderation", finishReason: "IMAGE_SAFETY" },
    providers: ["gemini"],
    isFinal: true,
  },
  {
    name: "prompt refused",
    fault: { kind: "moderation" },
    providers: ["openrouter", "fal", "replicate"],
    isFinal: true,
  },
];
