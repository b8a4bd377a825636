import * as v from "valibot";
import { ArtdeskError } from "../../basics/errors.ts";
import type { Strength, Tier } from "../../basics/types.ts";
import { describeValue, issueSentences, oneOf, strictFields, type FieldMessage } from "../../basics/validation.ts";
import { requestFields } from "../request/request-fields.ts";
import type { Policy, PolicyRule, RuleCondition, RuleEffect } from "./policy.ts";
import { DEFAULT_THRESHOLDS, presetPolicy } from "./presets.ts";

const SIGNALS = ["text", "long_prompt", "people", "hard_light", "photorealism"] as const;
const TIERS = ["draft", "standard", "premium"] as const;

const name: v.GenericSchema<string> = requestFields.model;
const isList: FieldMessage = (issue) => `${describeValue(issue.input)} is not a list.`;
const flag = v.boolean((issue: v.BaseIssue<unknown>) => `${describeValue(issue.input)} is not true or false.`);

function wholeNumber(least: number, most: number): v.GenericSchema<number> {
  const message: FieldMessage = (issue) =>
    `${describeValue(issue.input)} is not a whole number from ${least} to ${most}.`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

/** One value or a list of them. */
function oneOrMore<T>(entry: v.GenericSchema<T>): v.GenericSchema<T | T[], T[]> {
  return v.pipe(
    v.lazy((input): v.GenericSchema<T | T[]> => (Array.isArray(input) ? v.array(entry, isList) : entry)),
    v.transform((value) => (Array.isArray(value) ? value : [value])),
  );
}

const signal = oneOf(SIGNALS);
const strength: v.GenericSchema<Strength> = oneOf(SIGNALS);
const tier: v.GenericSchema<Tier> = oneOf(TIERS);

const condition = strictFields(
  {
    purpose: v.optional(oneOrMore(requestFields.purpose)),
    operation: v.optional(oneOrMore(requestFields.operation)),
    signals: v.optional(oneOrMore(signal)),
    words_over: v.optional(wholeNumber(0, 100_000)),
    min_references: v.optional(wholeNumber(0, 1000)),
    tags: v.optional(
      v.record(
        name,
        name,
        (issue: v.BaseIssue<unknown>) => `${describeValue(issue.input)} is not a set of names and values.`,
      ),
    ),
    min_images_this_month: v.optional(wholeNumber(0, 1_000_000_000)),
    below_images_this_month: v.optional(wholeNumber(0, 1_000_000_000)),
  },
  "a condition",
);

const effect = strictFields(
  {
    tier: v.optional(tier),
    strengths: v.optional(oneOrMore(strength)),
    models: v.optional(oneOrMore(name)),
    avoid_models: v.optional(oneOrMore(name)),
    quality: v.optional(requestFields.quality),
    predictable_price: v.optional(flag),
    order: v.optional(oneOf(["expected_cost", "quality", "latency"])),
    may_downgrade: v.optional(flag),
    may_enlarge: v.optional(flag),
  },
  "a rule's effect",
);

const rule = strictFields({ when: v.optional(condition, {}), then: effect, because: v.optional(name) }, "a rule");

const fields = strictFields(
  {
    preset: v.optional(oneOf(["auto", "quality", "volume"]), "auto"),
    rules: v.optional(v.array(rule, isList), []),
    volume: v.optional(
      strictFields(
        {
          cheapest_below: v.optional(wholeNumber(0, 1_000_000_000)),
          predictable_from: v.optional(wholeNumber(0, 1_000_000_000)),
        },
        "volume",
      ),
      {},
    ),
    long_prompt_words: v.optional(wholeNumber(1, 100_000)),
    free_allowance: v.optional(v.record(name, wholeNumber(0, 1_000_000_000)), {}),
    models: v.optional(
      strictFields(
        { draft: v.exactOptional(name), standard: v.exactOptional(name), premium: v.exactOptional(name) },
        "models",
      ),
      {},
    ),
    on_unknown: v.optional(oneOf(["stop", "next", "retry"]), "stop"),
    on_refusal: v.optional(oneOf(["stop", "next"]), "stop"),
    max_retries: v.optional(wholeNumber(0, 20), 2),
    max_retry_after_seconds: v.optional(wholeNumber(0, 3600), 60),
    deadline_seconds: v.optional(wholeNumber(1, 86_400), 600),
  },
  "the policy",
);

type PolicyInput = v.InferOutput<typeof fields>;

/**
 * Reads a policy: a preset's name, or an object with `preset`, `rules` (they count before the preset's) and settings.
 * @throws ArtdeskError `invalid_policy`; `issues` holds one sentence per mistake, each starting with the path.
 */
export function parsePolicy(input: unknown): Policy {
  const checked = v.safeParse(fields, typeof input === "string" ? { preset: input } : input);
  if (!checked.success) {
    const issues = issueSentences(checked.issues);
    const [first = "The policy is not valid."] = issues;
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
    throw new ArtdeskError({ code: "invalid_policy", shortMessage: `${first}${more}`, issues });
  }
  const policy = checked.output;
  const preset = presetPolicy(policy.preset, {
    longPromptWords: policy.long_prompt_words ?? DEFAULT_THRESHOLDS.longPromptWords,
    cheapestBelowImages: policy.volume.cheapest_below ?? DEFAULT_THRESHOLDS.cheapestBelowImages,
    predictableFromImages: policy.volume.predictable_from ?? DEFAULT_THRESHOLDS.predictableFromImages,
  });
  return {
    preset: policy.preset,
    rules: [...policy.rules.map(readRule), ...preset.rules],
    freeAllowance: policy.free_allowance,
    models: policy.models,
    onUnknown: policy.on_unknown,
    onRefusal: policy.on_refusal,
    maxRetries: policy.max_retries,
    maxRetryAfterMs: policy.max_retry_after_seconds * 1000,
    deadlineMs: policy.deadline_seconds * 1000,
  };
}

type RuleInput = PolicyInput["rules"][number];

function readRule(input: RuleInput, index: number): PolicyRule {
  const { when, then } = input;
  const condition: RuleCondition = {
    purpose: when.purpose,
    operation: when.operation,
    signals: when.signals,
    wordsOver: when.words_over,
    minReferences: when.min_references,
    tags: when.tags,
    minImagesThisMonth: when.min_images_this_month,
    belowImagesThisMonth: when.below_images_this_month,
  };
  const effect: RuleEffect = {
    tier: then.tier,
    strengths: then.strengths,
    models: then.models,
    avoidModels: then.avoid_models,
    quality: then.quality,
    predictablePrice: then.predictable_price,
    order: then.order,
    mayDowngrade: then.may_downgrade,
    mayEnlarge: then.may_enlarge,
  };
  return { when: condition, then: effect, because: input.because ?? `Rule ${index + 1} of your policy.` };
}
