// Decisions per second on one core: whole plans with the full catalogue, prompts that differ.
import { builtInCatalogue, parsePolicy, parseRequest, planRequest, type Purpose } from "../packages/core/src/index.ts";

const PURPOSES: readonly Purpose[] = ["draft", "internal", "docs", "social", "client", "print"];

export interface DecisionsResult {
  decisions: number;
  perSecond: number;
}

export function benchDecisions(decisions = 200_000): DecisionsResult {
  const requests = Array.from({ length: 600 }, (_, index) =>
    parseRequest({
      prompt: `Lighthouse number ${index} on a cliff${index % 5 === 0 ? ' with a sign that says "OPEN"' : ""} at dawn`,
      purpose: PURPOSES[index % PURPOSES.length],
      aspect: index % 2 === 0 ? "3:2" : "1:1",
    }),
  );
  const common = {
    policy: parsePolicy("auto"),
    budget: {},
    spend: { balances: [], imagesThisMonth: 0, imagesThisMonthByModel: {} },
    catalogue: builtInCatalogue,
    hasKey: () => true,
    todayMs: Date.UTC(2026, 10, 24),
  };
  let offers = 0;
  const decide = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const request = requests[index % requests.length];
      if (request) offers += planRequest({ request, ...common }).offers.length;
    }
  };
  decide(20_000);
  const startedAtMs = performance.now();
  decide(decisions);
  const elapsedMs = performance.now() - startedAtMs;
  if (offers === 0) throw new Error("no decision found an offer");
  return { decisions, perSecond: (decisions / elapsedMs) * 1000 };
}
