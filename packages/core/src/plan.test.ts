import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogueRows } from "./catalogue/index.ts";
import { estimateCallMicroUsd, worstCaseCallMicroUsd } from "./cost.ts";
import { planRequest, type PlanInput } from "./plan.ts";
import { parsePolicy } from "./policy/parse-policy.ts";
import type { Provider } from "./provider.ts";
import { parseRequest } from "./request.ts";
import type { Decision, ImageRequest, ScopeBalance } from "./types.ts";

function httpProvider(id: string, name: string, keyVariable: string): Provider {
  const unused = (): never => {
    throw new Error("a plan calls no provider");
  };
  const auth = { header: "authorization", prefix: "Bearer ", keyVariable, baseUrlVariable: "", defaultBaseUrl: "" };
  return { kind: "http", id, name, auth, build: unused, read: unused, readError: unused };
}

const sketch: Provider = {
  kind: "local",
  id: "sketch",
  name: "Sketch",
  draw: () => {
    throw new Error("a plan draws nothing");
  },
};

const providers: ReadonlyMap<string, Provider> = new Map([
  ["openai", httpProvider("openai", "OpenAI", "OPENAI_API_KEY")],
  ["gemini", httpProvider("gemini", "Google Gemini", "GEMINI_API_KEY")],
  ["sketch", sketch],
]);

const TODAY = Date.UTC(2026, 10, 23, 12);
const image = { bytes: new Uint8Array([1]), mediaType: "image/png", name: "a.png" };

interface Situation extends Partial<Omit<PlanInput, "request" | "policy">> {
  policy?: unknown;
}

function plan(request: Partial<ImageRequest>, situation: Situation = {}): Decision {
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

function names(decision: Decision): string[] {
  return decision.offers.map((offer) => `${offer.model} ${offer.quality} ${offer.size}`);
}

function whyNot(decision: Decision, model: string, quality?: string): string | undefined {
  return decision.rejected.find((offer) => offer.model === model && (quality === undefined || offer.quality === quality))?.reason;
}

function balance(scope: string, label: string, limitMicroUsd: number, leftMicroUsd: number): ScopeBalance {
  return { scope, label, limitMicroUsd, leftMicroUsd, spentMicroUsd: limitMicroUsd - leftMicroUsd, reservedMicroUsd: 0, unknownMicroUsd: 0, images: 0 };
}

function spendWith(...balances: ScopeBalance[]): PlanInput["spend"] {
  return { balances, imagesThisMonth: 0, imagesThisMonthByModel: {} };
}

describe("what is chosen first", () => {
  it.each<[Partial<ImageRequest>, string]>([
    [{ purpose: "draft" }, "gpt-image-2.5-flare low 1024x1024"],
    [{}, "gpt-image-2.5-flare medium 1024x1024"],
    [{ purpose: "social", aspect: "16:9" }, "gpt-image-2.5-flare medium 1280x720"],
    [{ prompt: 'Poster with the headline "SPRING SALE"' }, "gpt-image-2.5-flare medium 1024x1024"],
    [{ purpose: "client" }, "gpt-image-2 medium 1024x1024"],
    [{ purpose: "client", size: "1536x1024" }, "gpt-image-2 medium 1536x1024"],
    [{ purpose: "print" }, "gemini-3-pro-image default 2048x2048"],
    [{ purpose: "print", resolution: "4K", aspect: "3:2" }, "gemini-3-pro-image default 5056x3392"],
    [{ purpose: "print", aspect: "16:9" }, "gpt-image-2 medium 2560x1440"],
    [{ purpose: "client", operation: "edit", references: [image] }, "gemini-3-pro-image default 1024x1024"],
    [{ purpose: "client", operation: "edit", references: [image], mask: image }, "gpt-image-2 high 1024x1024"],
    [{ aspect: "8:1" }, "gemini-nano-banana-2.1 default 3072x384"],
    [{ transparent: true, purpose: "client" }, "gpt-image-2 medium 1024x1024"],
  ])("%j: %s", (request, first) => {
    expect(names(plan(request))[0]).toBe(first);
  });

  it("gives the reasons in plain words, most important first", () => {
    const [first, second] = plan({ purpose: "client", prompt: 'Poster with "SPRING SALE"' }).offers;
    expect(first?.reasons).toEqual([
      "Client work: needs a premium model.",
      'Text in the image ("SPRING SALE"): needs a model that renders writing.',
      "Lowest cost to a good image among the models that qualify.",
      "Rated premium: Arena text-to-image 1381 ± 5, the highest score in this catalogue; Artificial Analysis agrees on the model.",
    ]);
    expect(second?.reasons).toContain("Choice 2, if the ones before it fail.");
  });

  it("never takes an unrated model for premium work on its own", () => {
    for (const request of [{ purpose: "client" }, { purpose: "print", resolution: "4K" }] as const) {
      for (const offer of plan(request).offers) expect(offer.tier).toBe("premium");
    }
    expect(whyNot(plan({ purpose: "client" }), "gpt-image-2.6-sunburst", "max")).toBe("Not rated; used for premium work only when you name it.");
    expect(whyNot(plan({ purpose: "client" }), "gpt-image-2", "low")).toBe("Rated draft; this work needs premium.");
    expect(whyNot(plan({ purpose: "print", resolution: "4K" }), "gpt-image-2", "high")).toBe(
      "2880x2880 is experimental on this model; used for premium work only when you name it.",
    );
  });

  it("takes the best-rated offer under preset quality", () => {
    expect(names(plan({}, { policy: "quality" }))[0]).toBe("gpt-image-2 high 1024x1024");
    const withinCap = plan({ maxCostUsd: 0.1 }, { policy: "quality" });
    expect(names(withinCap)[0]).toBe("gpt-image-2 medium 1024x1024");
    expect(whyNot(withinCap, "gpt-image-2", "high")).toBe("May cost $0.210815, and cap of this request has $0.10 left.");
  });

  it.each([
    [0, "gpt-image-2.5-flare low 1024x1024"],
    [250, "gpt-image-2.5-flare medium 1024x1024"],
    [500, "gpt-image-2.5-flare low 1024x1024"],
  ])("preset volume after %i images: %s", (imagesThisMonth, first) => {
    const spend = { balances: [], imagesThisMonth, imagesThisMonthByModel: {} };
    const decision = plan({}, { policy: "volume", spend });
    expect(names(decision)[0]).toBe(first);
    const cheapest = Math.min(...decision.offers.map((offer) => offer.estimateMicroUsd));
    if (imagesThisMonth !== 250) expect(decision.offers[0]?.estimateMicroUsd).toBe(cheapest);
    expect(names(plan({ purpose: "client" }, { policy: "volume", spend }))[0]).toBe("gpt-image-2 medium 1024x1024");
  });

  it("uses a free allowance first while it covers the whole request", () => {
    const policy = { preset: "volume", free_allowance: { "nano banana pro": 20 } };
    const spend = (used: number): PlanInput["spend"] => ({ balances: [], imagesThisMonth: used, imagesThisMonthByModel: { "gemini-3-pro-image": used } });
    const free = plan({ count: 2 }, { policy, spend: spend(18) }).offers[0];
    expect(free).toMatchObject({ model: "gemini-3-pro-image", estimateMicroUsd: 0 });
    expect(free?.worstCaseMicroUsd).toBeGreaterThan(0);
    expect(free?.reasons[0]).toBe("Free: 2 images are left in this month's allowance.");
    expect(names(plan({ count: 2 }, { policy, spend: spend(19) }))[0]).toBe("gpt-image-2.5-flare low 1024x1024");
  });

  it("puts the models that a policy names first, unrated ones included", () => {
    const policy = { models: { premium: "gpt-image-2.6-sunburst", standard: "nano-banana-2.1" } };
    const client = plan({ purpose: "client" }, { policy });
    expect(names(client)[0]).toBe("gpt-image-2.6-sunburst high 1024x1024");
    expect(client.offers[0]?.reasons[0]).toBe("Your policy names gpt-image-2.6-sunburst for premium work.");
    expect(names(plan({}, { policy }))[0]).toBe("gemini-nano-banana-2.1 default 1024x1024");
    expect(plan({}, { policy: { models: { draft: "gpt-imag-2" } } }).blocked).toEqual({
      code: "invalid_policy",
      message: 'models.draft: there is no model called "gpt-imag-2".',
      hint: "Did you mean gpt-image-2?",
    });
  });

  it("follows rules on models, order and quality", () => {
    const only = { rules: [{ then: { models: ["nano-banana-pro", "sketch"] } }] };
    expect(names(plan({}, { policy: only }))).toEqual(["gemini-3-pro-image default 1024x1024"]);
    expect(whyNot(plan({}, { policy: only }), "gpt-image-2")).toBe("Your policy allows only gemini-3-pro-image, sketch here.");
    const avoid = { rules: [{ then: { avoid_models: "gpt-image-2.5-flare" } }] };
    expect(names(plan({}, { policy: avoid }))[0]).toBe("gpt-image-2.5-sunburst medium 1024x1024");
    expect(names(plan({}, { policy: { rules: [{ then: { order: "latency" } }] } }))[0]).toBe("gpt-image-2.6-flare medium 1024x1024");
    expect(names(plan({}, { policy: { rules: [{ then: { quality: "high" } }] } })).every((name) => name.includes(" high "))).toBe(true);
  });
});

describe("a pinned model", () => {
  it("is honoured exactly, at the cheapest quality that is good enough", () => {
    expect(names(plan({ model: "Nano Banana Pro" }))).toEqual(["gemini-3-pro-image default 1024x1024"]);
    const pinned = plan({ model: "gpt image 2.0", purpose: "client" });
    expect(names(pinned)).toEqual(["gpt-image-2 medium 1024x1024", "gpt-image-2 high 1024x1024"]);
    expect(pinned.offers[0]?.reasons[0]).toBe("You asked for gpt-image-2.");
    expect(pinned.warnings).toEqual([]);
    expect(whyNot(pinned, "gemini-3-pro-image")).toBe("You asked for gpt-image-2.");
    expect(names(plan({ model: "gpt-image-2", purpose: "draft" }))[0]).toBe("gpt-image-2 low 1024x1024");
  });

  it("is honoured with a warning where its rating falls short", () => {
    const unrated = plan({ model: "gpt-image-2.6-sunburst", purpose: "client" });
    expect(names(unrated)[0]).toBe("gpt-image-2.6-sunburst high 1024x1024");
    expect(unrated.warnings).toEqual(["gpt-image-2.6-sunburst high is not rated, and this work needs premium; it is used because you named it."]);
    const low = plan({ model: "gpt-image-2", quality: "low", purpose: "client" });
    expect(names(low)).toEqual(["gpt-image-2 low 1024x1024"]);
    expect(low.warnings).toEqual(["gpt-image-2 low is rated draft, and this work needs premium; it is used because you named it."]);
    const lite = plan({ model: "nano-banana-2-lite", purpose: "client", prompt: 'A sign that says "OPEN"' });
    expect(names(lite)).toEqual(["gemini-3.1-flash-lite-image default 1024x1024"]);
    expect(lite.warnings).toHaveLength(2);
  });

  it("is refused with the reason when it cannot do the job", () => {
    expect(plan({ model: "gpt-image-2", size: "1000x1000" }).blocked).toEqual({
      code: "no_candidate",
      message: "gpt-image-2 cannot do this: Cannot make 1000x1000: edges must be multiples of 16 px, for example 1008x1008.",
      hint: "Change what the reason names, or leave out model to let the policy choose.",
    });
    expect(plan({ model: "nano-banana-pro" }, { hasKey: (id) => id === "openai" }).blocked?.message).toBe(
      "gemini-3-pro-image cannot do this: No key for Google Gemini: set GEMINI_API_KEY.",
    );
    expect(plan({ model: "gemini-3-pro-image", operation: "edit", references: [image], mask: image }).blocked?.message).toBe(
      "gemini-3-pro-image cannot do this: Takes no mask.",
    );
    expect(plan({ model: "gpt-image-9" }).blocked).toEqual({
      code: "invalid_request",
      message: 'model: there is no model called "gpt-image-9".',
      hint: "Did you mean gpt-image-2?",
    });
  });

  it("follows retired and renamed ids, with a warning that names successor and date", () => {
    expect(plan({ model: "dall-e-3" }).warnings).toEqual(["dall-e-3 was shut down on 2026-05-12; gpt-image-2.5-flare is used instead."]);
    expect(names(plan({ model: "gemini-3-pro-image-preview" }))).toEqual(["gemini-3-pro-image default 1024x1024"]);
    const after = plan({ model: "gpt-image-1-mini" }, { todayMs: Date.UTC(2026, 11, 1) });
    expect(after.warnings).toEqual(["gpt-image-1-mini was shut down on 2026-12-01; its successor gpt-image-2.5-flare is used instead."]);
    expect(names(after)[0]).toBe("gpt-image-2.5-flare medium 1024x1024");
  });
});

describe("models near their end", () => {
  it("are set aside 30 days before, unless they are named", () => {
    const soon = plan({ purpose: "draft" });
    expect(names(soon)).not.toContain("gpt-image-1-mini low 1024x1024");
    expect(whyNot(soon, "gpt-image-1-mini", "low")).toBe("gpt-image-1-mini shuts down on 2026-12-01, in 8 days; its successor is gpt-image-2.5-flare.");
    const named = plan({ model: "gpt-image-1-mini", purpose: "draft" });
    expect(named.warnings).toEqual(["gpt-image-1-mini shuts down on 2026-12-01, in 8 days; its successor is gpt-image-2.5-flare."]);
    expect(names(plan({ purpose: "draft" }, { todayMs: Date.UTC(2026, 9, 31) }))[0]).toBe("gpt-image-1-mini low 1024x1024");
  });

  it("serve when nothing else is left, and end with their date", () => {
    const rows = catalogueRows.filter((row) => row.id === "gpt-image-1-mini");
    const last = plan({ purpose: "draft" }, { catalogue: { rows, providers } });
    expect(names(last)).toContain("gpt-image-1-mini low 1024x1024");
    expect(last.warnings).toHaveLength(1);
    const over = plan({ purpose: "draft" }, { catalogue: { rows, providers }, todayMs: Date.UTC(2026, 11, 1) });
    expect(over.offers).toEqual([]);
    expect(whyNot(over, "gpt-image-1-mini", "low")).toBe("Shut down on 2026-12-01; its successor is gpt-image-2.5-flare.");
  });
});

describe("requirements", () => {
  it.each<[Partial<ImageRequest>, string, string]>([
    [{ size: "1280x720" }, "gemini-3-pro-image", "Cannot make 1280x720: takes a shape instead of pixels; its nearest size is 1376x768."],
    [{ format: "webp" }, "gemini-3-pro-image", "Cannot write webp, only png, jpeg."],
    [{ transparent: true }, "gemini-3-pro-image", "Makes no transparent images."],
    [{ operation: "edit", references: Array.from({ length: 15 }, () => image) }, "gemini-3-pro-image", "Takes at most 14 reference images, not 15."],
    [{ operation: "upscale", references: [image] }, "gpt-image-2", "Cannot upscale."],
    [{ transparent: true, format: "webp", aspect: "8:1" }, "gemini-nano-banana-2.1", "Makes no transparent images. Cannot write webp, only png, jpeg."],
    [{}, "sketch", "Draws a placeholder: used only when you ask for it."],
    [{ prompt: "A dancer on a roof" }, "gemini-nano-banana-2.1", "Not known to handle hands and people in motion."],
  ])("%j rules out %s", (request, model, reason) => {
    expect(whyNot(plan(request), model)).toBe(reason);
  });

  it("asks for several images in several calls instead of refusing", () => {
    const offer = plan({ model: "nano-banana-pro", count: 7 }).offers[0];
    expect(offer?.count).toBe(7);
    expect(offer?.estimateMicroUsd).toBe(7 * (plan({ model: "nano-banana-pro" }).offers[0]?.estimateMicroUsd ?? 0));
  });

  it("names the keys that are missing", () => {
    const decision = plan({}, { hasKey: () => false });
    expect(decision.blocked).toEqual({
      code: "no_candidate",
      message: "No model that could do this has a key.",
      hint: "Set OPENAI_API_KEY or GEMINI_API_KEY, or ask for sketch, a free placeholder.",
    });
    expect(names(plan({}, { hasKey: () => false, assumeKeys: true }))).toEqual(names(plan({})));
  });

  it("says which qualities exist when none has the name asked for", () => {
    expect(plan({ quality: "ultra" }).blocked).toMatchObject({ code: "invalid_request", message: 'quality: no model has a quality called "ultra".' });
    expect(plan({ quality: "low", purpose: "client" }).blocked?.code).toBe("no_candidate");
  });

  it("knows the providers that are enabled and installed", () => {
    const only = plan({ purpose: "client" }, { enabledProviders: ["gemini"] });
    expect(names(only)).toEqual(["gemini-3-pro-image default 1024x1024"]);
    expect(whyNot(only, "gpt-image-2")).toBe("OpenAI is not enabled.");
    const bare = plan({}, { catalogue: { rows: catalogueRows, providers: new Map([["sketch", sketch]]) } });
    expect(whyNot(bare, "gpt-image-2")).toBe("There is no provider openai in this installation.");
  });
});

describe("sketch", () => {
  it("draws any job when it is the only enabled provider, whatever the tier", () => {
    const card = plan({ purpose: "client", size: "1000x700", prompt: 'A sign "SALE"' }, { enabledProviders: ["sketch"], hasKey: () => false });
    expect(names(card)).toEqual(["sketch default 1000x700"]);
    expect(card.offers[0]).toMatchObject({ estimateMicroUsd: 0, worstCaseMicroUsd: 0 });
    expect(card.warnings).toEqual([]);
  });

  it("draws when it is pinned", () => {
    expect(names(plan({ model: "sketch" }, { hasKey: () => false }))).toEqual(["sketch default 1024x1024"]);
  });
});

describe("budget", () => {
  const month = (left: number): ScopeBalance => balance("month:2026-11", "month 2026-11", 20_000_000, left);

  it("goes to the next offer when the worst case does not fit", () => {
    const decision = plan({}, { spend: spendWith(month(20_000)) });
    expect(names(decision)[0]).toBe("gpt-image-2.5-flare medium 1024x1024");
    expect(whyNot(decision, "gpt-image-2", "medium")).toBe("May cost $0.052775, and month 2026-11 has $0.02 left.");
    for (const offer of decision.offers) expect(offer.worstCaseMicroUsd).toBeLessThanOrEqual(20_000);
  });

  it("pushes everyday work below its tier, and says so", () => {
    const decision = plan({}, { spend: spendWith(month(7000)) });
    expect(names(decision)).toEqual(["gpt-image-2.5-flare low 1024x1024", "gpt-image-2 low 1024x1024", "gpt-image-2.5-sunburst low 1024x1024"]);
    expect(decision.warnings[0]).toBe("Budget: standard work is done with gpt-image-2.5-flare low, rated draft.");
    expect(decision.offers[0]?.reasons).toContain("Best rated among the models that the budget still allows.");
  });

  it("never pushes client work below premium, and says what it would take", () => {
    const decision = plan({ purpose: "client" }, { spend: spendWith(month(20_000)) });
    expect(decision.offers).toEqual([]);
    expect(decision.blocked).toEqual({
      code: "budget_exceeded",
      message: "month 2026-11: $0.02 is left, and the cheapest premium offer, gpt-image-2 medium at 1024x1024, may cost $0.052775.",
      hint: "Raise budget.month by at least $0.032775, or let a policy rule set may_downgrade: true; without it this work is not done below premium.",
    });
    const allowed = { rules: [{ when: { purpose: "client" }, then: { may_downgrade: true } }] };
    expect(names(plan({ purpose: "client" }, { policy: allowed, spend: spendWith(month(20_000)) }))[0]).toBe("gpt-image-2.5-flare medium 1024x1024");
  });

  it("stops at the first choice with on_exceeded: stop", () => {
    const stopped = plan({ purpose: "docs" }, { budget: { onExceeded: "stop" }, spend: spendWith(month(10_000)) });
    expect(stopped.blocked).toEqual({
      code: "budget_exceeded",
      message: "month 2026-11: $0.01 is left, and the first choice, gpt-image-2.5-flare medium at 1024x1024, may cost $0.013265.",
      hint: "Raise budget.month by at least $0.003265, or set on_exceeded: downgrade.",
    });
    expect(names(plan({ purpose: "docs" }, { budget: { onExceeded: "stop" }, spend: spendWith(month(14_000)) }))[0]).toBe("gpt-image-2.5-flare medium 1024x1024");
  });

  it("looks at every scope that concerns the request, and at caps", () => {
    const acme = balance("tag:2026-11:client=acme", "client acme (2026-11)", 5_000_000, 10_000);
    const tags = { client: "acme" };
    expect(names(plan({ tags }, { spend: spendWith(month(1_000_000), acme) }))[0]).toBe("gpt-image-2.5-flare low 1024x1024");
    expect(names(plan({ tags: { client: "other" } }, { spend: spendWith(month(1_000_000), acme) }))[0]).toBe("gpt-image-2.5-flare medium 1024x1024");
    expect(plan({ purpose: "client" }, { budget: { imageMicroUsd: 10_000 } }).blocked).toMatchObject({
      code: "budget_exceeded",
      message: "cap per image: $0.01 is left, and the cheapest premium offer, gpt-image-2 medium at 1024x1024, may cost $0.052775.",
    });
    expect(plan({ count: 10, maxCostUsd: 0.05 }).offers.every((offer) => offer.worstCaseMicroUsd <= 50_000)).toBe(true);
  });

  it("holds the budget itself when the ledger has no balance for it", () => {
    expect(plan({ purpose: "client" }, { budget: { monthMicroUsd: 10_000 } }).blocked?.message).toContain("month 2026-11: $0.01 is left");
    expect(plan({ purpose: "client" }, { budget: { runMicroUsd: 10_000 } }).blocked?.message).toContain("this run: $0.01 is left");
    const tags = { client: { acme: 5000, "*": 1000 } };
    expect(plan({ purpose: "client", tags: { client: "acme" } }, { budget: { tags } }).blocked?.message).toContain("client acme (2026-11): $0.005 is left");
    expect(plan({ purpose: "client", tags: { client: "new" } }, { budget: { tags } }).blocked?.message).toContain("client new (2026-11): $0.001 is left");
    expect(plan({ purpose: "client", tags: { other: "x" } }, { budget: { tags } }).blocked).toBeUndefined();
  });

  it("warns when a limit is nearly used", () => {
    const warning = "month 2026-11: 85 % of $20.00 is used or reserved, $3.00 is left.";
    expect(plan({}, { spend: spendWith(month(3_000_000)) }).warnings).toEqual([warning]);
    expect(plan({}, { spend: spendWith(month(3_000_000)), budget: { warnAtPercent: 90 } }).warnings).toEqual([]);
  });
});

const anyRequest: fc.Arbitrary<ImageRequest> = fc.record(
  {
    prompt: fc.constantFrom("a fox", 'a sign that says "OPEN"', `${"very ".repeat(70)}long`, "a dancer under two spotlights", "狐狸 «texte»"),
    purpose: fc.constantFrom("draft", "internal", "docs", "social", "client", "print"),
    aspect: fc.constantFrom("1:1", "3:2", "16:9", "8:1", "191:100"),
    resolution: fc.constantFrom("1K", "2K", "4K"),
    quality: fc.constantFrom("low", "medium", "high", "max", "default"),
    count: fc.integer({ min: 1, max: 10 }),
    transparent: fc.boolean(),
    model: fc.constantFrom("gpt-image-2", "nano banana pro", "gpt-image-1-mini", "dall-e-2", "sketch", "nobody"),
    references: fc.constantFrom([], [image], [image, image]),
    maxCostUsd: fc.constantFrom(0.005, 0.02, 0.2, 3),
  },
  { requiredKeys: ["prompt"] },
);
const anySituation: fc.Arbitrary<Situation> = fc.record({
  policy: fc.constantFrom<unknown>("auto", "quality", "volume", { models: { premium: "gpt-image-2.6-flare" } }, { rules: [{ then: { order: "latency", may_downgrade: true } }] }),
  spend: fc.record({
    balances: fc.option(fc.nat({ max: 400_000 }).map((left) => [balance("month:2026-11", "month 2026-11", 500_000, left)]), { nil: [] }),
    imagesThisMonth: fc.nat({ max: 700 }),
    imagesThisMonthByModel: fc.constant({}),
  }),
  budget: fc.constantFrom({}, { onExceeded: "stop" } as const, { imageMicroUsd: 60_000 }),
  enabledProviders: fc.constantFrom(undefined, ["openai"], ["sketch"], ["gemini", "sketch"]),
  todayMs: fc.constantFrom(TODAY, Date.UTC(2026, 11, 24), Date.UTC(2026, 5, 1)),
});

describe("any decision", () => {
  it("is the same byte for byte when it is made again, and from a copy of the catalogue", () => {
    fc.assert(
      fc.property(anyRequest, anySituation, (request, situation) => {
        const copy: Situation = { ...situation, catalogue: { rows: structuredClone([...catalogueRows]), providers: new Map(providers) } };
        const bytes = JSON.stringify(plan(request, situation));
        expect(JSON.stringify(plan(request, situation))).toBe(bytes);
        expect(JSON.stringify(plan(request, copy))).toBe(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it("accounts for every model and quality once, prices it by the table and stays inside every limit", () => {
    const all = catalogueRows.flatMap((row) => row.qualities.map((quality) => `${row.id} ${quality.id}`)).sort();
    fc.assert(
      fc.property(anyRequest, anySituation, (request, situation) => {
        const decision = plan(request, situation);
        const { blocked, offers, rejected } = decision;
        expect(offers.length > 0).toBe(blocked === undefined);
        if (blocked !== undefined && rejected.length === 0) {
          expect(blocked.message).toContain("nobody");
          return;
        }
        expect([...offers, ...rejected].map((offer) => `${offer.model} ${offer.quality}`).sort()).toEqual(all);
        for (const { reason } of rejected) expect(reason).toMatch(/\.$/);
        const left = situation.spend?.balances[0]?.leftMicroUsd ?? Number.POSITIVE_INFINITY;
        for (const offer of offers) {
          const row = catalogueRows.find((candidate) => candidate.id === offer.model);
          if (row === undefined) throw new Error(offer.model);
          const call = { ...offer, promptBytes: decision.brief.promptBytes, references: request.references?.length ?? 0 };
          expect(offer.estimateMicroUsd).toBe(estimateCallMicroUsd(row, call));
          expect(offer.worstCaseMicroUsd).toBe(worstCaseCallMicroUsd(row, call));
          expect(offer.worstCaseMicroUsd).toBeLessThanOrEqual(Math.min(left, (request.maxCostUsd ?? 1000) * 1_000_000));
        }
        const isOwnChoice = request.model === undefined && situation.enabledProviders?.join() !== "sketch";
        const mayFall = JSON.stringify(situation.policy).includes("may_downgrade") || JSON.stringify(situation.policy).includes("models");
        if (isOwnChoice && !mayFall && request.purpose === "client") for (const offer of offers) expect(offer.tier).toBe("premium");
      }),
      { numRuns: 1000 },
    );
  });
});
