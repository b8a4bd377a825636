// Decisions per second on one core: whole plans with the full catalogue. No request comes twice while time is taken,
// so nothing can be answered from memory as a whole: prompts differ in words, length and signals.
import { cpus } from "node:os";
import {
  builtInCatalogue,
  parsePolicy,
  parseRequest,
  planRequest,
  type ParsedRequest,
  type Purpose,
} from "../packages/core/src/index.ts";

const PURPOSES: readonly Purpose[] = ["draft", "internal", "docs", "social", "client", "print"];
const ASPECTS = ["3:2", "1:1", "16:9", "4:5"] as const;
const SUBJECTS = [
  "Lighthouse",
  "Bakery counter",
  "Mountain bike",
  "Server room",
  "Harbour with fishing boats",
  "Cup of tea on a stack of books",
  "Dancer in mid-leap",
] as const;
const SCENES = [
  "on a cliff at dawn",
  "in flat colours",
  "seen from above, soft light",
  "as a watercolour with wide margins and calm, muted tones",
  "under hard rim light, with long shadows",
  "photographed with a 50mm lens, shallow depth of field, a blurred crowd behind it and rain on the window",
] as const;
const MONTHS = ["spring", "summer", "autumn", "winter"] as const;

export interface DecisionsResult {
  decisions: number;
  perSecond: number;
  /** Mean number of offers that a decision ranks. */
  offersEach: number;
  /** The same for the drafts alone, which have the most offers. */
  draftsPerSecond: number;
  cpu: string;
}

/** Times as many decisions; the requests are read before. */
export function benchDecisions(decisions = 200_000): DecisionsResult {
  decideAll(requestsFrom(decisions, 20_000));
  const all = decideAll(requestsFrom(0, decisions));
  const drafts = decideAll(requestsFrom(0, Math.ceil(decisions / 4), ["draft"]));
  return {
    decisions,
    perSecond: all.perSecond,
    offersEach: all.offers / decisions,
    draftsPerSecond: drafts.perSecond,
    cpu: cpus()[0]?.model ?? "unknown",
  };
}

function requestsFrom(first: number, count: number, purposes: readonly Purpose[] = PURPOSES): ParsedRequest[] {
  return Array.from({ length: count }, (_, position) => {
    const index = first + position;
    const sign = index % 5 === 0 ? ` with a sign that says "OPEN ${index}"` : "";
    const subject = SUBJECTS[index % SUBJECTS.length];
    return parseRequest({
      prompt: `${subject}, number ${index}${sign}, ${SCENES[index % SCENES.length]}, ${MONTHS[index % MONTHS.length]}`,
      purpose: purposes[index % purposes.length],
      aspect: ASPECTS[index % ASPECTS.length],
    });
  });
}

function decideAll(requests: readonly ParsedRequest[]): { perSecond: number; offers: number } {
  const common = {
    policy: parsePolicy("auto"),
    budget: {},
    spend: { balances: [], imagesThisMonth: 0, imagesThisMonthByModel: {} },
    catalogue: builtInCatalogue,
    hasKey: () => true,
    todayMs: Date.UTC(2026, 10, 24),
  };
  let offers = 0;
  const startedAtMs = performance.now();
  for (const request of requests) offers += planRequest({ request, ...common }).offers.length;
  const elapsedMs = performance.now() - startedAtMs;
  if (offers === 0) throw new Error("no decision found an offer");
  return { perSecond: (requests.length / elapsedMs) * 1000, offers };
}
