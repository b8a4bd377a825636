import { catalogueRows } from "../src/models/rows/catalogue-rows.ts";
import { planRequest, type PlanInput } from "../src/decide/plan/plan-request.ts";
import { parsePolicy } from "../src/decide/policy/parse-policy.ts";
import type { Provider } from "../src/models/adapter/provider.ts";
import { parseRequest } from "../src/decide/request/request.ts";
import type { ScopeBalance } from "../src/basics/budget.ts";
import type { Decision, ImageInput, ImageRequest } from "../src/basics/types.ts";

function httpProvider(id: string, name: string, keyVariable: string): Provider {
  const unused = (): never => {
    throw new Error("a plan calls no provider");
  };
  const auth = { header: "authorization", prefix: "Bearer ", keyVariable, baseUrlVariable: "", defaultBaseUrl: "" };
  return { kind: "http", id, name, auth, build: unused, read: unused, readError: unused };
}

/** Stands for the provider that draws by itself. */
export const sketch: Provider = {
  kind: "local",
  id: "sketch",
  name: "Sketch",
  draw: () => {
    throw new Error("a plan draws nothing");
  },
};

/** Providers that a plan may name but never call. */
export const providers: ReadonlyMap<string, Provider> = new Map([
  ["openai", httpProvider("openai", "OpenAI", "OPENAI_API_KEY")],
  ["gemini", httpProvider("gemini", "Google Gemini", "GEMINI_API_KEY")],
  ["sketch", sketch],
]);

/** 2026-11-23, noon UTC. */
export const TODAY: number = Date.UTC(2026, 10, 23, 12);
/** A stand-in for a reference image. */
export const image: ImageInput = { bytes: new Uint8Array([1]), mediaType: "image/png", name: "a.png" };

/** What a test changes about the plan's surroundings. */
export interface Situation extends Partial<Omit<PlanInput, "request" | "policy">> {
  policy?: unknown;
}

/** Plans a request, by default with every key, no limits and preset auto. */
export function plan(request: Partial<ImageRequest>, situation: Situation = {}): Decision {
  const { policy = "auto", ...rest } = situation;
  return planRequest({
    request: parseRequest({ prompt: "a fox in snow", ...request }),
    policy: parsePolicy(policy),
    budget: {},
    spend: { balances: [], imagesThisMonth: 0, imagesThisMonthByModel: {} },
    catalogue: { rows: catalogueRows, providers },
    hasKey: () => true,
    todayMs: TODAY,
    ...rest,
  });
}

/** Offers as `model quality size`, in order. */
export function names(decision: Decision): string[] {
  return decision.offers.map((offer) => `${offer.model} ${offer.quality} ${offer.size}`);
}

/** Why a model, or one of its qualities, was ruled out. */
export function whyNot(decision: Decision, model: string, quality?: string): string | undefined {
  return decision.rejected.find(
    (offer) => offer.model === model && (quality === undefined || offer.quality === quality),
  )?.reason;
}

/** A limit with nothing in flight. */
export function balance(scope: string, label: string, limitMicroUsd: number, leftMicroUsd: number): ScopeBalance {
  return {
    scope,
    label,
    limitMicroUsd,
    leftMicroUsd,
    spentMicroUsd: limitMicroUsd - leftMicroUsd,
    reservedMicroUsd: 0,
    unknownMicroUsd: 0,
    images: 0,
  };
}

/** Spend with these balances and no images yet. */
export function spendWith(...balances: ScopeBalance[]): PlanInput["spend"] {
  return { balances, imagesThisMonth: 0, imagesThisMonthByModel: {} };
}
