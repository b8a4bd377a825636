import { expect, test } from "vitest";
import { FAULT_PROVIDERS } from "./fault-cases.ts";
import { buyUnderOddReplies } from "./odd-replies.ts";

/** POSTs to each provider; the services tests send 10,000. */
const CALLS = Number(process.env["ODD_REPLIES_CALLS"] ?? 250);

test.each(FAULT_PROVIDERS)(
  "%s: faults and odd replies mixed never cost more than the budget, and the books know all of it",
  async (provider) => {
    const total = await buyUnderOddReplies(provider, CALLS, 1);
    expect(total.overMicroUsd).toBe(0);
    expect(total.calls).toBeGreaterThanOrEqual(CALLS);
    // The runs must have met money, images and their limit, or they prove nothing.
    expect(Math.min(total.billedMicroUsd, total.imagesDelivered, total.blockedRuns)).toBeGreaterThan(0);
  },
  600_000,
);
