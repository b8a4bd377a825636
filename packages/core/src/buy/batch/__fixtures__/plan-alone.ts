import type { ImageRequest } from "../../../basics/types.ts";
import { planRequest } from "../../../decide/plan/plan-request.ts";
import type { PlannedRequest } from "../../../decide/plan/planned-request.ts";
import { parsePolicy } from "../../../decide/policy/parse-policy.ts";
import { parseRequest } from "../../../decide/request/request.ts";
import { builtInCatalogue } from "../../../models/catalogue/built-in-catalogue.ts";

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
