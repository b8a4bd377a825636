import { describe, expect, it } from "vitest";
import { image, names, plan, whyNot } from "../../../test/plan-fixture.ts";
import type { ImageRequest } from "../../basics/types.ts";
import type { PlanInput } from "./plan-request.ts";

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
    [{ transparent: true, purpose: "social" }, "gpt-image-2.5-flare medium 1024x1024"],
    [{ transparent: true, purpose: "client" }, "gpt-image-1.5 high 1024x1024"],
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
    expect(whyNot(plan({ purpose: "client" }), "gpt-image-2.6-sunburst", "max")).toBe(
      "Not rated; used for premium work only when you name it.",
    );
    expect(whyNot(plan({ purpose: "client" }), "gpt-image-2", "low")).toBe("Rated draft; this work needs premium.");
    expect(whyNot(plan({ purpose: "print", resolution: "4K" }), "gpt-image-2", "high")).toBe(
      "2880x2880 is experimental on this model; used for premium work only when you name it.",
    );
  });

  it("takes the best-rated offer under preset quality", () => {
    expect(names(plan({}, { policy: "quality" }))[0]).toBe("gpt-image-2 high 1024x1024");
    const withinCap = plan({ maxCostUsd: 0.1 }, { policy: "quality" });
    expect(names(withinCap)[0]).toBe("gpt-image-2 medium 1024x1024");
    expect(whyNot(withinCap, "gpt-image-2", "high")).toBe("May cost $0.210815, and the cap of this request is $0.10.");
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
    expect(decision.offers[0]?.estimateMicroUsd).toBe(cheapest);
    expect(names(plan({ purpose: "client" }, { policy: "volume", spend }))[0]).toBe("gpt-image-2 medium 1024x1024");
  });

  it("uses a free allowance first while it covers the whole request", () => {
    const policy = { preset: "volume", free_allowance: { "nano banana pro": 20 } };
    const spend = (used: number): PlanInput["spend"] => ({
      balances: [],
      imagesThisMonth: used,
      imagesThisMonthByModel: { "gemini-3-pro-image": used },
    });
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
    expect(whyNot(plan({}, { policy: only }), "gpt-image-2")).toBe(
      "Your policy allows only gemini-3-pro-image, sketch here.",
    );
    const avoid = { rules: [{ then: { avoid_models: "gpt-image-2.5-flare" } }] };
    expect(names(plan({}, { policy: avoid }))[0]).toBe("gpt-image-2.5-sunburst medium 1024x1024");
    expect(names(plan({}, { policy: { rules: [{ then: { order: "latency" } }] } }))[0]).toBe(
      "gpt-image-2.6-flare medium 1024x1024",
    );
    expect(
      names(plan({}, { policy: { rules: [{ then: { quality: "high" } }] } })).every((name) => name.includes(" high ")),
    ).toBe(true);
  });
});
