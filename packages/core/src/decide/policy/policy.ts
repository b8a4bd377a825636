import type { BriefSignal, Operation, Purpose, Strength, Tier } from "../../basics/types.ts";

/** Presets that come with Artdesk. */
export type PolicyPreset = "auto" | "quality" | "volume";

/** When a rule applies: every field that is set must match. */
export interface RuleCondition {
  purpose?: readonly Purpose[] | undefined;
  operation?: readonly Operation[] | undefined;
  /** Any of these signals is on in the brief. */
  signals?: readonly BriefSignal[] | undefined;
  /** More words than this in the prompt. */
  wordsOver?: number | undefined;
  /** At least this many references. */
  minReferences?: number | undefined;
  /** Tag values; `*` matches any value. */
  tags?: Readonly<Record<string, string>> | undefined;
  /** At least / fewer than this many images made this month. */
  minImagesThisMonth?: number | undefined;
  belowImagesThisMonth?: number | undefined;
}

/**
 * What a rule asks for. Of several matching rules the first that sets a field decides that field. Only strengths add up
 * over the rules, until a rule sets an empty list.
 */
export interface RuleEffect {
  tier?: Tier | undefined;
  /** Offers whose row handles all of these. */
  strengths?: readonly Strength[] | undefined;
  /** Only these models, by id or alias. */
  models?: readonly string[] | undefined;
  avoidModels?: readonly string[] | undefined;
  quality?: string | undefined;
  /** Only offers with a price known before the image is made. */
  predictablePrice?: boolean | undefined;
  /** What comes first in the order. */
  order?: "expected_cost" | "quality" | "latency" | undefined;
  /** The budget may push the work below the tier. @default true, for client work false */
  mayDowngrade?: boolean | undefined;
  /**
   * Whether a smaller image may be made and then enlarged where that is cheaper.
   * @default true, except for client work, premium work, writing in the image and where quality comes first
   */
  mayEnlarge?: boolean | undefined;
}

export interface PolicyRule {
  when: RuleCondition;
  then: RuleEffect;
  /**
   * Plain words for the receipt: why this rule exists. `{writing}`, `{people}`, `{hard_light}`, `{words}` and `{images}`
   * stand for what was found in the prompt and the images made this month.
   */
  because: string;
}

/** A policy: rules as data. User rules come before the preset's. */
export interface Policy {
  preset: PolicyPreset;
  rules: readonly PolicyRule[];
  /** Images per model and month that cost nothing, by the user's own contract. */
  freeAllowance: Readonly<Record<string, number>>;
  /** Model per tier, pinned by the user: comes first in the order where it qualifies. */
  models: Readonly<Partial<Record<Tier, string>>>;
  /** After a call that was or may have been billed without delivering: trying again pays again. @default "stop" */
  onUnknown: "stop" | "next" | "retry";
  /** After a refusal by the provider. @default "stop" */
  onRefusal: "stop" | "next";
  /** Times that one call that surely was not billed may be sent again. @default 2 */
  maxRetries: number;
  /** Longest wait that a provider's Retry-After may ask for. @default 60_000 */
  maxRetryAfterMs: number;
  /** For one attempt with its retries. @default 600_000 */
  deadlineMs: number;
}
