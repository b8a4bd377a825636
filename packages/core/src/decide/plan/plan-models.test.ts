import { grayPng } from "../../../test/gray-png.ts";
import { describe, expect, it } from "vitest";
import { image, names, plan, providers, sketch, whyNot } from "../../../test/plan-fixture.ts";
import { catalogueRows } from "../../models/rows/catalogue-rows.ts";
import type { ImageRequest } from "../../basics/types.ts";

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
    // That a model ends soon may be told beside it.
    const isOfRating = (warning: string): boolean => !/shuts down on/.test(warning);
    const unrated = plan({ model: "gpt-image-2.6-sunburst", purpose: "client" });
    expect(names(unrated)[0]).toBe("gpt-image-2.6-sunburst high 1024x1024");
    expect(unrated.warnings.filter(isOfRating)).toEqual([
      "gpt-image-2.6-sunburst high is not rated, and this work needs premium; it is used because you named it.",
    ]);
    const low = plan({ model: "gpt-image-2", quality: "low", purpose: "client" });
    expect(names(low)).toEqual(["gpt-image-2 low 1024x1024"]);
    expect(low.warnings.filter(isOfRating)).toEqual([
      "gpt-image-2 low is rated draft, and this work needs premium; it is used because you named it.",
    ]);
    const lite = plan({ model: "nano-banana-2-lite", purpose: "client", prompt: 'A sign that says "OPEN"' });
    expect(names(lite)).toEqual(["gemini-3.1-flash-lite-image default 1024x1024"]);
    expect(lite.warnings.filter(isOfRating)).toHaveLength(2);
  });

  it("is refused with the reason when it cannot do the job", () => {
    expect(plan({ model: "gpt-image-2", size: "1000x1000" }).blocked).toEqual({
      code: "no_candidate",
      message:
        "gpt-image-2 cannot do this: Cannot make 1000x1000: edges must be multiples of 16 px, for example 1008x1008.",
      hint: "Change what the reason names, or leave out model to let the policy choose.",
    });
    expect(plan({ model: "nano-banana-pro" }, { hasKey: (id) => id === "openai" }).blocked?.message).toBe(
      "gemini-3-pro-image cannot do this: No key for Google Gemini: set GEMINI_API_KEY.",
    );
    expect(
      plan({ model: "gemini-3-pro-image", operation: "edit", references: [image], mask: image }).blocked?.message,
    ).toBe("gemini-3-pro-image cannot do this: Takes no mask.");
    expect(plan({ model: "gpt-image-9" }).blocked).toEqual({
      code: "invalid_request",
      message: 'model: there is no model called "gpt-image-9".',
      hint: "Did you mean gpt-image-2?",
    });
  });

  it("follows retired and renamed ids, with a warning that names successor and date", () => {
    expect(plan({ model: "dall-e-3" }).warnings).toEqual([
      "dall-e-3 was shut down on 2026-05-12; gpt-image-2.5-flare is used instead.",
    ]);
    expect(names(plan({ model: "gemini-3-pro-image-preview" }))).toEqual(["gemini-3-pro-image default 1024x1024"]);
    const after = plan({ model: "gpt-image-1-mini" }, { todayMs: Date.UTC(2026, 11, 1) });
    expect(after.warnings).toEqual([
      "gpt-image-1-mini was shut down on 2026-12-01; its successor gpt-image-2.5-flare is used instead.",
    ]);
    expect(names(after)[0]).toBe("gpt-image-2.5-flare medium 1024x1024");
  });
});

describe("models near their end", () => {
  it("are set aside 30 days before, unless they are named", () => {
    const soon = plan({ purpose: "draft" });
    expect(names(soon)).not.toContain("gpt-image-1-mini low 1024x1024");
    expect(whyNot(soon, "gpt-image-1-mini", "low")).toBe(
      "gpt-image-1-mini shuts down on 2026-12-01, in 8 days; its successor is gpt-image-2.5-flare.",
    );
    const named = plan({ model: "gpt-image-1-mini", purpose: "draft" });
    expect(named.warnings).toEqual([
      "gpt-image-1-mini shuts down on 2026-12-01, in 8 days; its successor is gpt-image-2.5-flare.",
    ]);
    expect(names(plan({ purpose: "draft" }, { todayMs: Date.UTC(2026, 9, 31) }))[0]).toBe(
      "gpt-image-1-mini low 1024x1024",
    );
  });

  it("serve when nothing else is left, and end with their date", () => {
    const rows = catalogueRows.filter((row) => row.id === "gpt-image-1-mini");
    const last = plan({ purpose: "draft" }, { catalogue: { rows, providers } });
    expect(names(last)).toContain("gpt-image-1-mini low 1024x1024");
    expect(last.warnings).toHaveLength(1);
    const over = plan({ purpose: "draft" }, { catalogue: { rows, providers }, todayMs: Date.UTC(2026, 11, 1) });
    expect(over.offers).toEqual([]);
    expect(whyNot(over, "gpt-image-1-mini", "low")).toBe(
      "Shut down on 2026-12-01; its successor is gpt-image-2.5-flare.",
    );
  });
});

describe("requirements", () => {
  it.each<[Partial<ImageRequest>, string, string]>([
    [
      { size: "1280x720" },
      "gemini-3-pro-image",
      "Cannot make 1280x720: takes a shape instead of pixels; its nearest size is 1376x768.",
    ],
    [{ format: "webp" }, "gemini-3-pro-image", "Cannot write webp, only png, jpeg."],
    [{ transparent: true }, "gemini-3-pro-image", "Makes no transparent images."],
    [{ transparent: true }, "gpt-image-2", "Makes no transparent images."],
    [
      { operation: "edit", references: Array.from({ length: 15 }, () => image) },
      "gemini-3-pro-image",
      "Takes at most 14 reference images, not 15.",
    ],
    [{ operation: "upscale", references: [{ ...image, bytes: grayPng(512, 512) }] }, "gpt-image-2", "Cannot upscale."],
    [
      { transparent: true, format: "webp", aspect: "8:1" },
      "gemini-nano-banana-2.1",
      "Makes no transparent images. Cannot write webp, only png, jpeg.",
    ],
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
    expect(plan({ quality: "ultra" }).blocked).toMatchObject({
      code: "invalid_request",
      message: 'quality: no model has a quality called "ultra".',
    });
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
    const card = plan(
      { purpose: "client", size: "1000x700", prompt: 'A sign "SALE"' },
      { enabledProviders: ["sketch"], hasKey: () => false },
    );
    expect(names(card)).toEqual(["sketch default 1000x700"]);
    expect(card.offers[0]).toMatchObject({ estimateMicroUsd: 0, worstCaseMicroUsd: 0 });
    expect(card.warnings).toEqual([]);
  });

  it("draws when it is pinned", () => {
    expect(names(plan({ model: "sketch" }, { hasKey: () => false }))).toEqual(["sketch default 1024x1024"]);
  });
});
