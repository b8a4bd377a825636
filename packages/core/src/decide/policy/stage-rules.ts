import type { Policy, PolicyRule } from "./policy.ts";

/** Where an image stands on its way from many cheap tries to one good picture. */
export type Stage = "draft" | "final";

/**
 * Rules that come before a policy's own in a stage. Drafts take the cheapest model, whatever the image is for and shows;
 * a final takes a premium one, and a short budget stops it instead of making it worse.
 */
const STAGE_RULES: Readonly<Record<Stage, readonly PolicyRule[]>> = {
  draft: [
    {
      when: {},
      then: { tier: "draft", strengths: [], order: "expected_cost", predictablePrice: false, mayDowngrade: true },
      because: "Draft: the cheapest model is good enough.",
    },
  ],
  final: [
    {
      when: {},
      then: { tier: "premium", mayDowngrade: false },
      because: "Final: needs a premium model.",
    },
  ],
};

/** A policy for one stage: the stage's rules first, then its own. */
export function stagePolicy(policy: Policy, stage: Stage): Policy {
  return { ...policy, rules: [...STAGE_RULES[stage], ...policy.rules] };
}
