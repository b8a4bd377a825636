import type { SpendSnapshot } from "../../basics/budget.ts";
import { isSameTagValue } from "../../basics/tag-value.ts";
import type { Brief, BriefSignal, ParsedRequest, Strength, Tier } from "../../basics/types.ts";
import type { Policy, PolicyRule, RuleCondition } from "./policy.ts";

/** What the policy asks of an offer for one request. */
export interface PolicyVerdict {
  tier: Tier;
  strengths: readonly Strength[];
  models: readonly string[] | undefined;
  avoidModels: readonly string[];
  quality: string | undefined;
  predictablePrice: boolean;
  order: "expected_cost" | "quality" | "latency";
  mayDowngrade: boolean;
  /** What a rule says about enlarging a smaller image; undefined when none does. */
  mayEnlarge: boolean | undefined;
  /** Why, in plain words: one per rule that decided something. */
  reasons: readonly string[];
}

const NO_MODELS: readonly string[] = [];
const NO_STRENGTHS: readonly Strength[] = [];

/** Applies a policy's rules in their order: the first matching rule that sets a field decides it; strengths add up. */
export function evaluatePolicy(
  policy: Policy,
  request: ParsedRequest,
  brief: Brief,
  spend: SpendSnapshot,
): PolicyVerdict {
  let tier: Tier | undefined;
  let strengths = NO_STRENGTHS;
  let strengthsClosed = false;
  let models: readonly string[] | undefined;
  let avoidModels: readonly string[] | undefined;
  let quality: string | undefined;
  let predictablePrice: boolean | undefined;
  let order: PolicyVerdict["order"] | undefined;
  let mayDowngrade: boolean | undefined;
  let mayEnlarge: boolean | undefined;
  const reasons: string[] = [];
  for (const rule of policy.rules) {
    if (!matches(rule.when, request, brief, spend)) continue;
    const { then } = rule;
    let decides = false;
    if (then.tier !== undefined && tier === undefined) {
      tier = then.tier;
      decides = true;
    }
    if (then.strengths !== undefined && !strengthsClosed) {
      strengthsClosed = then.strengths.length === 0;
      const added = then.strengths.filter((strength) => !strengths.includes(strength));
      if (added.length > 0) strengths = strengths.concat(added);
      decides ||= added.length > 0;
    }
    if (then.models !== undefined && models === undefined) {
      models = then.models;
      decides = true;
    }
    if (then.avoidModels !== undefined && avoidModels === undefined) {
      avoidModels = then.avoidModels;
      decides = true;
    }
    if (then.quality !== undefined && quality === undefined) {
      quality = then.quality;
      decides = true;
    }
    if (then.predictablePrice !== undefined && predictablePrice === undefined) {
      predictablePrice = then.predictablePrice;
      decides = true;
    }
    if (then.order !== undefined && order === undefined) {
      order = then.order;
      decides = true;
    }
    if (then.mayDowngrade !== undefined && mayDowngrade === undefined) {
      mayDowngrade = then.mayDowngrade;
      decides = true;
    }
    if (then.mayEnlarge !== undefined && mayEnlarge === undefined) {
      mayEnlarge = then.mayEnlarge;
      decides = true;
    }
    if (decides) reasons.push(fillIn(rule, brief, spend));
  }
  return {
    tier: tier ?? "standard",
    strengths,
    models,
    avoidModels: avoidModels ?? NO_MODELS,
    quality,
    predictablePrice: predictablePrice ?? false,
    order: order ?? "expected_cost",
    mayDowngrade: mayDowngrade ?? request.purpose !== "client",
    mayEnlarge,
    reasons,
  };
}

function matches(when: RuleCondition, request: ParsedRequest, brief: Brief, spend: SpendSnapshot): boolean {
  if (when.purpose !== undefined && !when.purpose.includes(request.purpose)) return false;
  if (when.operation !== undefined && !when.operation.includes(request.operation)) return false;
  if (when.signals !== undefined && !when.signals.some((signal) => isOn(signal, brief))) return false;
  if (when.wordsOver !== undefined && brief.words <= when.wordsOver) return false;
  if (when.minReferences !== undefined && brief.references < when.minReferences) return false;
  if (when.minImagesThisMonth !== undefined && spend.imagesThisMonth < when.minImagesThisMonth) return false;
  if (when.belowImagesThisMonth !== undefined && spend.imagesThisMonth >= when.belowImagesThisMonth) return false;
  return when.tags === undefined || Object.entries(when.tags).every(([tag, value]) => hasTag(request, tag, value));
}

function isOn(signal: BriefSignal, brief: Brief): boolean {
  return brief.evidence[signal] !== undefined;
}

function hasTag(request: ParsedRequest, tag: string, value: string): boolean {
  if (!Object.hasOwn(request.tags, tag)) return false;
  return value === "*" || isSameTagValue(request.tags[tag] ?? "", value);
}

/** Text, or the name of what stands in its place. */
type Piece = { text: string } | { name: string };

const piecesOf = new WeakMap<PolicyRule, readonly Piece[]>();

function fillIn(rule: PolicyRule, brief: Brief, spend: SpendSnapshot): string {
  let pieces = piecesOf.get(rule);
  if (pieces === undefined) {
    pieces = takeApart(rule.because);
    piecesOf.set(rule, pieces);
  }
  let filled = "";
  for (const piece of pieces) filled += "text" in piece ? piece.text : valueOf(piece.name, brief, spend);
  return filled;
}

const PLACES = /\{(writing|people|hard_light|photorealism|words|images)\}/;

function takeApart(because: string): Piece[] {
  // Every second part is what the pattern has caught.
  return because.split(PLACES).map((part, index) => (index % 2 === 0 ? { text: part } : { name: part }));
}

function valueOf(name: string, brief: Brief, spend: SpendSnapshot): string {
  switch (name) {
    case "writing":
      return describeWriting(brief);
    case "words":
      return String(brief.words);
    case "images":
      return String(spend.imagesThisMonth);
    case "people":
    case "hard_light":
      return brief.evidence[name] ?? "";
    default:
      return brief.evidence.photorealism ?? "";
  }
}

function describeWriting(brief: Brief): string {
  const evidence = brief.evidence.text ?? "";
  return brief.textToRender.length > 0
    ? `Text in the image (${evidence})`
    : `Writing or a symbol in the image (${evidence})`;
}
