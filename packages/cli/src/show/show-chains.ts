import { formatUsd } from "@artdesk/core";
import type { ChainSummary } from "@artdesk/core/node";
import { showTable } from "./show-table.ts";

/** What the way from drafts to finals cost, per asset and over all months. */
export function showChains(chains: readonly ChainSummary[]): string {
  return `Drafts to finals, over all months:\n${showTable(
    [
      { head: "asset", maxWidth: 40 },
      { head: "drafts", align: "right" },
      { head: "refined", align: "right" },
      { head: "finals", align: "right" },
      { head: "cost", align: "right" },
    ],
    chains.map((chain) => [
      chain.id,
      String(chain.drafts),
      String(chain.refinements),
      String(chain.finals),
      formatUsd(chain.costMicroUsd),
    ]),
  )}`;
}
