import { describe, expect, it } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { parsePolicy } from "./parse-policy.ts";
import { presetPolicy, presetRules } from "./presets.ts";

function issuesOf(input: unknown): readonly string[] {
  try {
    parsePolicy(input);
  } catch (error) {
    if (isArtdeskError(error) && error.code === "invalid_policy") return error.issues;
    throw error;
  }
  return [];
}

describe("parsePolicy", () => {
  it.each(["auto", "quality", "volume"] as const)("reads the preset %s", (preset) => {
    expect(parsePolicy(preset)).toEqual(presetPolicy(preset));
    expect(parsePolicy({ preset })).toEqual(presetPolicy(preset));
  });

  it("takes auto when no preset is named", () => {
    expect(parsePolicy({})).toEqual(presetPolicy("auto"));
  });

  it("reads rules and settings as they stand in artdesk.yml", () => {
    const policy = parsePolicy({
      preset: "volume",
      rules: [
        {
          when: {
            purpose: "social",
            tags: { client: "acme" },
            signals: ["text", "people"],
            words_over: 20,
            min_images_this_month: 5,
          },
          then: {
            tier: "premium",
            strengths: "text",
            models: "gpt-image-2",
            avoid_models: ["sketch"],
            may_downgrade: true,
            order: "latency",
          },
          because: "Acme wants the best.",
        },
        { then: { predictable_price: true } },
      ],
      volume: { cheapest_below: 50, predictable_from: 1000 },
      long_prompt_words: 80,
      free_allowance: { "nano-banana-pro": 20 },
      models: { premium: "gpt-image-2" },
      on_unknown: "retry",
      on_refusal: "next",
      max_retries: 1,
      max_retry_after_seconds: 10,
      deadline_seconds: 300,
    });
    expect(policy.rules.slice(0, 2)).toEqual([
      {
        when: {
          purpose: ["social"],
          tags: { client: "acme" },
          signals: ["text", "people"],
          wordsOver: 20,
          minImagesThisMonth: 5,
        },
        then: {
          tier: "premium",
          strengths: ["text"],
          models: ["gpt-image-2"],
          avoidModels: ["sketch"],
          mayDowngrade: true,
          order: "latency",
        },
        because: "Acme wants the best.",
      },
      { when: {}, then: { predictablePrice: true }, because: "Rule 2 of your policy." },
    ]);
    expect(policy.rules.slice(2)).toEqual(
      presetRules("volume", { longPromptWords: 80, cheapestBelowImages: 50, predictableFromImages: 1000 }),
    );
    expect(policy).toMatchObject({
      preset: "volume",
      freeAllowance: { "nano-banana-pro": 20 },
      models: { premium: "gpt-image-2" },
      onUnknown: "retry",
      onRefusal: "next",
      maxRetries: 1,
      maxRetryAfterMs: 10_000,
      deadlineMs: 300_000,
    });
  });

  it.each<[unknown, string]>([
    ["qualty", 'preset: "qualty" is not one of auto, quality, volume. Did you mean quality?'],
    [7, "The policy must be an object with keys and values, not 7."],
    [{ presett: "auto" }, "presett: is not a key of the policy. Did you mean preset?"],
    [{ onUnknown: "stop" }, "onUnknown: is not a key of the policy. Did you mean on_unknown?"],
    [{ rules: { then: {} } }, "rules: a value of type object is not a list."],
    [{ rules: [{ when: {} }] }, "rules.0.then: is missing."],
    [
      { rules: [{ when: { purpos: "client" }, then: {} }] },
      "rules.0.when.purpos: is not a key of a condition. Did you mean purpose?",
    ],
    [
      { rules: [{ when: { purpose: ["clients"] }, then: {} }] },
      'rules.0.when.purpose.0: "clients" is not one of draft, internal, docs, social, client, print. Did you mean client?',
    ],
    [{ rules: [{ then: { tier: "best" } }] }, 'rules.0.then.tier: "best" is not one of draft, standard, premium.'],
    [
      { rules: [{ then: { strengths: ["txt"] } }] },
      'rules.0.then.strengths.0: "txt" is not one of text, long_prompt, people, hard_light, photorealism. Did you mean text?',
    ],
    [{ max_retries: -1 }, "max_retries: -1 is not a whole number from 0 to 20."],
    [
      { free_allowance: { "gpt-image-2": 1.5 } },
      "free_allowance.gpt-image-2: 1.5 is not a whole number from 0 to 1000000000.",
    ],
    [{ models: { best: "gpt-image-2" } }, "models.best: is not a key of models. Known keys: draft, standard, premium."],
    [{ on_refusal: "retry" }, 'on_refusal: "retry" is not one of stop, next.'],
  ])("refuses %j", (input, sentence) => {
    expect(issuesOf(input)).toContain(sentence);
  });
});
