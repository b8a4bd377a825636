import * as v from "valibot";

/** Which calls a fault hits. Only calls that would otherwise succeed count: a wrong request never uses one up. */
interface FaultSelection {
  /** Only calls of this provider: "openai", "gemini". */
  readonly provider?: string | undefined;
  /** Only calls for exactly this model id. */
  readonly model?: string | undefined;
  /** Only calls whose prompt contains this text. */
  readonly match?: string | undefined;
  /** How many matching calls are hit. Default 1. */
  readonly times?: number | "always" | undefined;
  /** How many matching calls pass unharmed first. Default 0. */
  readonly after?: number | undefined;
}

/** Faults without parameters of their own. */
type PlainFaultKind =
  | "no_image"
  | "cut_before_headers"
  | "cut_before_work"
  | "cut_in_body"
  | "truncated_base64"
  | "auth"
  | "partial";

type OpenAiBillingCode =
  | "insufficient_quota"
  | "credit_balance_exhausted"
  | "organization_spend_limit_exceeded"
  | "project_spend_limit_exceeded"
  | "organization_usage_limit_exceeded";

type GeminiRefusal =
  | "IMAGE_SAFETY"
  | "IMAGE_PROHIBITED_CONTENT"
  | "PROHIBITED_CONTENT"
  | "SAFETY"
  | "IMAGE_RECITATION"
  | "IMAGE_OTHER";

type GeminiBlockReason = "SAFETY" | "OTHER" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "IMAGE_SAFETY";

export interface RateLimitFault {
  readonly kind: "rate_limit";
  /** The wait the provider asks for. Default 1000. */
  readonly retryAfterMs: number;
  /** Which header carries the wait (OpenAI; seconds are rounded up). Gemini answers with RetryInfo; "none" drops it. */
  readonly retryAfterHeader: "retry-after" | "retry-after-ms" | "none";
}

export interface BillingFault {
  readonly kind: "billing_429";
  /** OpenAI: the error code. Default "insufficient_quota". */
  readonly code: OpenAiBillingCode;
  /** Gemini: the violated quota. Default "GenerateRequestsPerDayPerProjectPerModel-FreeTier". */
  readonly quotaId: string;
}

export interface ModerationFault {
  readonly kind: "moderation";
  /** OpenAI: the prompt was blocked ("input", the default, not billed) or the finished image ("output", billed). */
  readonly stage: "input" | "output";
  /** Gemini: the candidate's finishReason. Default "IMAGE_SAFETY". */
  readonly finishReason: GeminiRefusal;
  /** Gemini: block the prompt itself, with `promptFeedback` and no candidate. Wins over `finishReason`. */
  readonly blockReason?: GeminiBlockReason | undefined;
}

export interface ServerErrorFault {
  readonly kind: "server_error";
  readonly status: 500 | 502 | 503;
  /** The work was done and charged before the server failed. Default false. */
  readonly billed: boolean;
}

export interface DraftsFault {
  readonly kind: "drafts";
  /** Gemini's thinking models: how many drafts come as image parts before the image, each billed as one. Default 1. */
  readonly images: number;
}

/** The reply states this usage, whatever was billed. */
export interface UsageFault {
  readonly kind: "usage";
  /** Any JSON in place of `usage`, `usageMetadata` or `x-fal-billable-units`; left out: none is stated. */
  readonly usage?: unknown;
}

type FaultEffect =
  | DraftsFault
  | UsageFault
  | RateLimitFault
  | BillingFault
  | ModerationFault
  | ServerErrorFault
  | { readonly kind: "slow"; readonly delayMs: number }
  | { readonly kind: "slow_body"; readonly durationMs: number }
  | { readonly kind: "garbage"; readonly content: "html" | "json" }
  | { readonly kind: PlainFaultKind };

/** A scripted fault with its defaults filled in. */
export type Fault = FaultSelection & FaultEffect;

/** A fault as it is written down: every parameter with a default may be left out. */
export type FaultInput = FaultSelection &
  (
    | (Partial<Omit<RateLimitFault, "kind">> & Pick<RateLimitFault, "kind">)
    | (Partial<Omit<BillingFault, "kind">> & Pick<BillingFault, "kind">)
    | (Partial<Omit<ModerationFault, "kind">> & Pick<ModerationFault, "kind">)
    | (Partial<Omit<ServerErrorFault, "kind">> & Pick<ServerErrorFault, "kind">)
    | (Partial<Omit<DraftsFault, "kind">> & Pick<DraftsFault, "kind">)
    | UsageFault
    | { readonly kind: "slow"; readonly delayMs: number }
    | { readonly kind: "slow_body"; readonly durationMs: number }
    | { readonly kind: "garbage"; readonly content?: "html" | "json" | undefined }
    | { readonly kind: PlainFaultKind }
  );

const wholeMs = v.pipe(v.number(), v.integer(), v.minValue(0));

const selection = {
  provider: v.optional(v.string()),
  model: v.optional(v.string()),
  match: v.optional(v.string()),
  times: v.optional(v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.literal("always")]), 1),
  after: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
};

const faultListSchema = v.array(
  v.variant("kind", [
    v.strictObject({
      ...selection,
      kind: v.literal("rate_limit"),
      retryAfterMs: v.optional(wholeMs, 1000),
      retryAfterHeader: v.optional(v.picklist(["retry-after", "retry-after-ms", "none"]), "retry-after"),
    }),
    v.strictObject({
      ...selection,
      kind: v.literal("billing_429"),
      code: v.optional(
        v.picklist([
          "insufficient_quota",
          "credit_balance_exhausted",
          "organization_spend_limit_exceeded",
          "project_spend_limit_exceeded",
          "organization_usage_limit_exceeded",
        ]),
        "insufficient_quota",
      ),
      quotaId: v.optional(v.string(), "GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
    }),
    v.strictObject({
      ...selection,
      kind: v.literal("moderation"),
      stage: v.optional(v.picklist(["input", "output"]), "input"),
      finishReason: v.optional(
        v.picklist([
          "IMAGE_SAFETY",
          "IMAGE_PROHIBITED_CONTENT",
          "PROHIBITED_CONTENT",
          "SAFETY",
          "IMAGE_RECITATION",
          "IMAGE_OTHER",
        ]),
        "IMAGE_SAFETY",
      ),
      blockReason: v.optional(v.picklist(["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"])),
    }),
    v.strictObject({
      ...selection,
      kind: v.literal("server_error"),
      status: v.optional(v.picklist([500, 502, 503]), 500),
      billed: v.optional(v.boolean(), false),
    }),
    v.strictObject({
      ...selection,
      kind: v.literal("drafts"),
      images: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)), 1),
    }),
    v.strictObject({ ...selection, kind: v.literal("usage"), usage: v.optional(v.unknown()) }),
    v.strictObject({ ...selection, kind: v.literal("slow"), delayMs: wholeMs }),
    v.strictObject({ ...selection, kind: v.literal("slow_body"), durationMs: wholeMs }),
    v.strictObject({
      ...selection,
      kind: v.literal("garbage"),
      content: v.optional(v.picklist(["html", "json"]), "html"),
    }),
    v.strictObject({
      ...selection,
      kind: v.picklist([
        "no_image",
        "cut_before_headers",
        "cut_before_work",
        "cut_in_body",
        "truncated_base64",
        "auth",
        "partial",
      ]),
    }),
  ]),
);

/**
 * Checks a fault script and fills in the defaults.
 *
 * @throws Error that names the path of every mistake, for example `0.delayMs: Invalid key: ...`
 */
export function parseFaults(list: unknown): readonly Fault[] {
  const parsed = v.safeParse(faultListSchema, list);
  if (parsed.success) return parsed.output;
  const mistakes = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "(list)"}: ${issue.message}`);
  throw new Error(`Wrong fault script. ${mistakes.join("; ")}`);
}
