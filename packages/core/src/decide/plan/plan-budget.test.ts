import { describe, expect, it } from "vitest";
import { balance, names, plan, spendWith, whyNot } from "../../../test/plan-fixture.ts";
import type { ScopeBalance } from "../../basics/budget.ts";

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
    expect(names(decision)).toEqual([
      "gpt-image-2.5-flare low 1024x1024",
      "gpt-image-2 low 1024x1024",
      "gpt-image-2.5-sunburst low 1024x1024",
    ]);
    expect(decision.warnings[0]).toBe("Budget: standard work is done with gpt-image-2.5-flare low, rated draft.");
    expect(decision.offers[0]?.reasons).toContain("Best rated among the models that the budget still allows.");
  });

  it("never pushes client work below premium, and says what it would take", () => {
    const decision = plan({ purpose: "client" }, { spend: spendWith(month(20_000)) });
    expect(decision.offers).toEqual([]);
    expect(decision.blocked).toEqual({
      code: "budget_exceeded",
      message:
        "month 2026-11: $0.02 is left, and the cheapest premium offer, gpt-image-2 medium at 1024x1024, may cost $0.052775.",
      hint: "Raise budget.month by at least $0.032775, or let a policy rule set may_downgrade: true; without it this work is not done below premium.",
    });
    const allowed = { rules: [{ when: { purpose: "client" }, then: { may_downgrade: true } }] };
    expect(names(plan({ purpose: "client" }, { policy: allowed, spend: spendWith(month(20_000)) }))[0]).toBe(
      "gpt-image-2.5-flare medium 1024x1024",
    );
  });

  it("stops at the first choice with on_exceeded: stop", () => {
    const stopped = plan({ purpose: "docs" }, { budget: { onExceeded: "stop" }, spend: spendWith(month(10_000)) });
    expect(stopped.blocked).toEqual({
      code: "budget_exceeded",
      message:
        "month 2026-11: $0.01 is left, and the first choice, gpt-image-2.5-flare medium at 1024x1024, may cost $0.013265.",
      hint: "Raise budget.month by at least $0.003265, or set on_exceeded: downgrade.",
    });
    expect(
      names(plan({ purpose: "docs" }, { budget: { onExceeded: "stop" }, spend: spendWith(month(14_000)) }))[0],
    ).toBe("gpt-image-2.5-flare medium 1024x1024");
  });

  it("looks at every scope that concerns the request, and at caps", () => {
    const acme = balance("tag:2026-11:client=acme", "client acme (2026-11)", 5_000_000, 10_000);
    const tags = { client: "acme" };
    expect(names(plan({ tags }, { spend: spendWith(month(1_000_000), acme) }))[0]).toBe(
      "gpt-image-2.5-flare low 1024x1024",
    );
    expect(names(plan({ tags: { client: "other" } }, { spend: spendWith(month(1_000_000), acme) }))[0]).toBe(
      "gpt-image-2.5-flare medium 1024x1024",
    );
    expect(plan({ purpose: "client" }, { budget: { imageMicroUsd: 10_000 } }).blocked).toMatchObject({
      code: "budget_exceeded",
      message:
        "cap per image: $0.01 is allowed, and the cheapest premium offer, gpt-image-2 medium at 1024x1024, may cost $0.052775.",
    });
    expect(plan({ count: 10, maxCostUsd: 0.05 }).offers.every((offer) => offer.worstCaseMicroUsd <= 50_000)).toBe(true);
  });

  it("holds the budget itself when the ledger has no balance for it", () => {
    expect(plan({ purpose: "client" }, { budget: { monthMicroUsd: 10_000 } }).blocked?.message).toContain(
      "month 2026-11: $0.01 is left",
    );
    expect(plan({ purpose: "client" }, { budget: { runMicroUsd: 10_000 } }).blocked?.message).toContain(
      "this run: $0.01 is left",
    );
    const tags = { client: { acme: 5000, "*": 1000 } };
    expect(plan({ purpose: "client", tags: { client: "acme" } }, { budget: { tags } }).blocked?.message).toContain(
      "client acme (2026-11): $0.005 is left",
    );
    expect(plan({ purpose: "client", tags: { client: "new" } }, { budget: { tags } }).blocked?.message).toContain(
      "client new (2026-11): $0.001 is left",
    );
  });

  it("takes spellings of one client for one client", () => {
    const tags = { client: { Acme: 5000, "*": 1000 } };
    for (const client of ["acme", " ACME", "Ａｃｍｅ"]) {
      expect(plan({ purpose: "client", tags: { client } }, { budget: { tags } }).blocked?.message).toContain(
        "(2026-11): $0.005 is left",
      );
      const spent = balance("tag:2026-11:client=Acme", "client Acme (2026-11)", 5000, 10);
      expect(
        plan({ purpose: "client", tags: { client } }, { budget: { tags }, spend: spendWith(spent) }).blocked?.message,
      ).toContain("client Acme (2026-11): $0.00001 is left");
    }
  });

  it("refuses what names no client when there is a limit per client", () => {
    const budget = { tags: { client: { acme: 5_000_000 } } };
    expect(plan({}, { budget }).blocked).toEqual({
      code: "invalid_request",
      message: "This item names no client, and there is a limit per client.",
      hint: "Give it the tag `client`, so that it counts against the limit that is meant, or take the limit per client away.",
    });
    expect(plan({ tags: { clint: "acme" } }, { budget }).blocked?.hint).toBe(
      "Its tag `clint` is another one: did you mean `client`?",
    );
    // What draws here and costs nothing needs no client.
    expect(plan({}, { budget, enabledProviders: ["sketch"] }).blocked).toBeUndefined();
    expect(plan({ tags: { client: "other" } }, { budget }).blocked).toBeUndefined();
  });

  it("warns when a limit is nearly used", () => {
    const warning = "month 2026-11: 85 % of $20.00 is used or reserved, $3.00 is left.";
    expect(plan({}, { spend: spendWith(month(3_000_000)) }).warnings).toEqual([warning]);
    expect(plan({}, { spend: spendWith(month(3_000_000)), budget: { warnAtPercent: 90 } }).warnings).toEqual([]);
  });
});
