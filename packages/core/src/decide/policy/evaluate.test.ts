import { describe, expect, it } from "vitest";
import { readBrief } from "../brief/read-brief.ts";
import { parseRequest } from "../request/request.ts";
import type { SpendSnapshot } from "../../basics/budget.ts";
import type { ImageRequest } from "../../basics/types.ts";
import { evaluatePolicy, type PolicyVerdict } from "./evaluate.ts";
import { parsePolicy } from "./parse-policy.ts";

function verdict(policy: unknown, request: ImageRequest, imagesThisMonth = 0): PolicyVerdict {
  const parsed = parseRequest(request);
  const spend: SpendSnapshot = { balances: [], imagesThisMonth, imagesThisMonthByModel: {} };
  return evaluatePolicy(parsePolicy(policy), parsed, readBrief(parsed), spend);
}

const plain = { prompt: "a fox in snow" };
const sale = { prompt: 'Poster with the headline "SPRING SALE"' };

describe("preset auto", () => {
  it.each([
    ["draft", "draft"],
    ["internal", "standard"],
    ["docs", "standard"],
    ["social", "standard"],
    ["client", "premium"],
    ["print", "premium"],
  ] as const)("purpose %s needs %s", (purpose, tier) => {
    expect(verdict("auto", { ...plain, purpose })).toMatchObject({
      tier,
      strengths: [],
      order: "expected_cost",
      predictablePrice: false,
    });
  });

  it("says why in plain words", () => {
    expect(verdict("auto", { ...sale, purpose: "client" }).reasons).toEqual([
      "Client work: needs a premium model.",
      'Text in the image ("SPRING SALE"): needs a model that renders writing.',
    ]);
    expect(verdict("auto", { prompt: "a balloon with chameleon logo" }).reasons[0]).toBe(
      "Writing or a symbol in the image (balloon with chameleon logo): needs a model that renders writing.",
    );
  });

  it("adds up what the prompt needs", () => {
    const prompt = `${"A ".repeat(10)}dancer under a spotlight beside a sign that says Open ${"and more ".repeat(30)}`;
    const read = verdict("auto", { prompt, purpose: "draft" });
    expect(read.strengths).toEqual(["text", "long_prompt", "people", "hard_light"]);
    expect(read.tier).toBe("draft");
    expect(read.reasons).toHaveLength(5);
    expect(read.reasons[1]).toBe("Long prompt (80 words): needs a model that follows all of it.");
  });

  it("lets the budget push work down, client work excepted", () => {
    expect(verdict("auto", plain).mayDowngrade).toBe(true);
    expect(verdict("auto", { ...plain, purpose: "print" }).mayDowngrade).toBe(true);
    expect(verdict("auto", { ...plain, purpose: "client" }).mayDowngrade).toBe(false);
  });
});

describe("preset quality", () => {
  it("orders by rating", () => {
    expect(verdict("quality", plain)).toMatchObject({ tier: "standard", order: "quality" });
    expect(verdict("quality", { ...plain, purpose: "client" })).toMatchObject({ tier: "premium", order: "quality" });
  });
});

describe("preset volume", () => {
  it.each([
    [0, "draft", false],
    [99, "draft", false],
    [100, "standard", false],
    [499, "standard", false],
    [500, "draft", true],
    [10_000, "draft", true],
  ] as const)("after %i images: tier %s, known price %s", (images, tier, predictablePrice) => {
    expect(verdict("volume", plain, images)).toMatchObject({ tier, predictablePrice });
  });

  it("asks for nothing but the price below 100 and from 500", () => {
    expect(verdict("volume", sale, 12).strengths).toEqual([]);
    expect(verdict("volume", sale, 300).strengths).toEqual(["text"]);
    expect(verdict("volume", sale, 700).strengths).toEqual([]);
    expect(verdict("volume", sale, 12).reasons).toEqual([
      "Fewer than 100 images this month (12): the free allowance, else the cheapest model.",
    ]);
  });

  it.each([0, 200, 900])("keeps client work premium after %i images", (images) => {
    expect(verdict("volume", { ...sale, purpose: "client" }, images)).toMatchObject({
      tier: "premium",
      strengths: ["text"],
      predictablePrice: false,
      mayDowngrade: false,
    });
  });

  it("takes the thresholds from the policy", () => {
    const policy = { preset: "volume", volume: { cheapest_below: 10, predictable_from: 20 } };
    expect(verdict(policy, plain, 9).tier).toBe("draft");
    expect(verdict(policy, plain, 10).tier).toBe("standard");
    expect(verdict(policy, plain, 20).predictablePrice).toBe(true);
  });
});

describe("user rules", () => {
  it("come before the preset's", () => {
    const policy = {
      rules: [
        {
          when: { purpose: "client", tags: { client: "acme" } },
          then: { tier: "standard", may_downgrade: true },
          because: "Acme pays little.",
        },
      ],
    };
    const acme = verdict(policy, { ...plain, purpose: "client", tags: { client: "acme" } });
    expect(acme).toMatchObject({ tier: "standard", mayDowngrade: true, reasons: ["Acme pays little."] });
    expect(verdict(policy, { ...plain, purpose: "client", tags: { client: "other" } }).tier).toBe("premium");
    expect(verdict(policy, { ...plain, purpose: "client" }).tier).toBe("premium");
  });

  it("match any tag value with a star, and never a name that only objects have", () => {
    const any = { rules: [{ when: { tags: { campaign: "*" } }, then: { tier: "premium" } }] };
    expect(verdict(any, { ...plain, tags: { campaign: "spring" } }).tier).toBe("premium");
    expect(verdict(any, plain).tier).toBe("standard");
    const inherited = { rules: [{ when: { tags: { valueOf: "*" } }, then: { tier: "premium" } }] };
    expect(verdict(inherited, plain).tier).toBe("standard");
  });

  it("can end the adding of strengths", () => {
    expect(verdict({ rules: [{ then: { strengths: [] } }] }, sale).strengths).toEqual([]);
    expect(verdict({ rules: [{ then: { strengths: ["photorealism"] } }] }, sale).strengths).toEqual([
      "photorealism",
      "text",
    ]);
  });

  it("decide each field once, by the first that sets it", () => {
    const policy = {
      rules: [
        { then: { order: "latency" } },
        { then: { order: "quality", quality: "high" } },
        { then: { quality: "low" } },
      ],
    };
    expect(verdict(policy, plain)).toMatchObject({
      order: "latency",
      quality: "high",
      reasons: ["Rule 1 of your policy.", "Rule 2 of your policy.", "Everyday work: a standard model is good enough."],
    });
  });

  it.each([
    ["draft", "draft", "expected_cost", true],
    ["internal", "draft", "expected_cost", true],
    ["docs", "standard", "expected_cost", true],
    ["client", "premium", "quality", false],
  ] as const)("an edit for %s needs %s, by %s", (purpose, tier, order, mayDowngrade) => {
    const photo = { bytes: Uint8Array.of(1), mediaType: "image/png", name: "photo.png" };
    const edit = { prompt: "a", operation: "edit", purpose, references: [photo] } as const;
    expect(verdict("auto", edit)).toMatchObject({ tier, order, mayDowngrade });
  });

  it("look at operation, references, words and images", () => {
    const reference = { bytes: new Uint8Array([1]), mediaType: "image/png", name: "a.png" };
    const policy = {
      rules: [
        { when: { operation: "edit", min_references: 2 }, then: { tier: "premium" } },
        { when: { words_over: 3, below_images_this_month: 5 }, then: { tier: "draft" } },
      ],
    };
    expect(verdict(policy, { prompt: "a", operation: "edit", references: [reference, reference] }).tier).toBe(
      "premium",
    );
    expect(verdict(policy, { prompt: "a", purpose: "docs", operation: "edit", references: [reference] }).tier).toBe(
      "standard",
    );
    expect(verdict(policy, plain, 4).tier).toBe("draft");
    expect(verdict(policy, plain, 5).tier).toBe("standard");
  });
});
