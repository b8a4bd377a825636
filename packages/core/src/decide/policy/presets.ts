import { LONG_PROMPT_WORDS } from "../brief/read-brief.ts";
import type { Policy, PolicyPreset, PolicyRule } from "./policy.ts";

/** Figures of the presets that a policy may change. */
export interface PresetThresholds {
  /** More words than this make a long prompt. */
  longPromptWords: number;
  /** `volume`: below this many images a month the cheapest offer is taken. */
  cheapestBelowImages: number;
  /** `volume`: from this many images a month the price must be known in advance. */
  predictableFromImages: number;
}

/** The figures that hold when a policy sets none. */
export const DEFAULT_THRESHOLDS: PresetThresholds = {
  longPromptWords: LONG_PROMPT_WORDS,
  cheapestBelowImages: 100,
  predictableFromImages: 500,
};

const RETOUCHING: PolicyRule = {
  when: { purpose: ["client"], operation: ["edit"] },
  then: { tier: "premium", order: "quality", mayDowngrade: false },
  because: "Client retouching: the best-rated editor.",
};
const CLIENT: PolicyRule = {
  when: { purpose: ["client"] },
  then: { tier: "premium", mayDowngrade: false },
  because: "Client work: needs a premium model.",
};
const PRINT: PolicyRule = {
  when: { purpose: ["print"] },
  then: { tier: "premium" },
  because: "Print: needs a premium model.",
};

const BEST_RATED: PolicyRule = {
  when: {},
  then: { tier: "standard", order: "quality" },
  because: "Policy quality: the best-rated model that the budget allows.",
};

/** The rules of a preset, in the order in which they count. */
export function presetRules(
  preset: PolicyPreset,
  thresholds: PresetThresholds = DEFAULT_THRESHOLDS,
): readonly PolicyRule[] {
  if (preset === "quality") return [RETOUCHING, CLIENT, PRINT, BEST_RATED];
  const everyday = [PRINT, ...autoRules(thresholds)];
  return preset === "volume"
    ? [RETOUCHING, CLIENT, ...volumeRules(thresholds), ...everyday]
    : [RETOUCHING, CLIENT, ...everyday];
}

function autoRules({ longPromptWords }: PresetThresholds): PolicyRule[] {
  return [
    {
      when: { signals: ["text"] },
      then: { strengths: ["text"] },
      because: "{writing}: needs a model that renders writing.",
    },
    {
      when: { wordsOver: longPromptWords },
      then: { strengths: ["long_prompt"] },
      because: "Long prompt ({words} words): needs a model that follows all of it.",
    },
    {
      when: { signals: ["people"] },
      then: { strengths: ["people"] },
      because: "Hands or people in motion ({people}): needs a model that draws them well.",
    },
    {
      when: { signals: ["hard_light"] },
      then: { strengths: ["hard_light"] },
      because: "Hard light or several lights ({hard_light}): needs a model that handles them.",
    },
    {
      when: { purpose: ["draft", "internal"], operation: ["edit"] },
      then: { tier: "draft" },
      because: "Quick edit: the cheapest editor is good enough.",
    },
    {
      when: { purpose: ["draft"] },
      then: { tier: "draft" },
      because: "Draft: the cheapest model is good enough.",
    },
    {
      when: {},
      then: { tier: "standard" },
      because: "Everyday work: a standard model is good enough.",
    },
  ];
}

function volumeRules({ cheapestBelowImages, predictableFromImages }: PresetThresholds): PolicyRule[] {
  const purpose = ["draft", "internal", "docs", "social", "print"] as const;
  return [
    {
      when: { purpose, belowImagesThisMonth: cheapestBelowImages },
      then: { tier: "draft", strengths: [], order: "expected_cost" },
      because: `Fewer than ${cheapestBelowImages} images this month ({images}): the free allowance, else the cheapest model.`,
    },
    {
      when: { purpose, minImagesThisMonth: predictableFromImages },
      then: { tier: "draft", strengths: [], predictablePrice: true, order: "expected_cost" },
      because: `${predictableFromImages} images or more this month ({images}): the cheapest model with a price known in advance.`,
    },
  ];
}

/** A policy that is nothing but a preset, with every default. */
export function presetPolicy(preset: PolicyPreset, thresholds: PresetThresholds = DEFAULT_THRESHOLDS): Policy {
  return {
    preset,
    rules: presetRules(preset, thresholds),
    freeAllowance: {},
    models: {},
    onUnknown: "stop",
    onRefusal: "stop",
    maxRetries: 2,
    maxRetryAfterMs: 60_000,
    deadlineMs: 600_000,
  };
}
