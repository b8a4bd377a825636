import { builtInCatalogue } from "../../catalogue/built-in-catalogue.ts";
import type { PlannedRequest } from "../../generate.ts";
import { planRequest } from "../../plan.ts";
import { parsePolicy } from "../../policy/parse-policy.ts";
import { parseRequest } from "../../request.ts";
import type { ImageRequest } from "../../types.ts";

/** The plan of a request on a day of the tests, with every key and without any budget. */
export function planAlone(wish: ImageRequest): PlannedRequest {
  const request = parseRequest(wish);
  const decision = planRequest({
    request,
    policy: parsePolicy("auto"),
    budget: {},
    spend: { balances: [], imagesThisMonth: 0, imagesThisMonthByModel: {} },
    catalogue: builtInCatalogue,
    hasKey: () => true,
    todayMs: Date.UTC(2026, 10, 23),
  });
  return { request, decision };
}
