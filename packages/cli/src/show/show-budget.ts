import { formatUsd, type ScopeBalance } from "@artdesk/core";
import { showTable } from "./show-table.ts";

/** Balances as a table; empty without balances. */
export function showBudget(balances: readonly ScopeBalance[]): string {
  if (balances.length === 0) return "";
  return showTable(
    [
      { head: "budget", maxWidth: 40 },
      { head: "limit", align: "right" },
      { head: "spent", align: "right" },
      { head: "reserved", align: "right" },
      { head: "unknown", align: "right" },
      { head: "left", align: "right" },
      { head: "images", align: "right" },
    ],
    balances.map((balance) => [
      balance.label,
      balance.limitMicroUsd === undefined ? "none" : formatUsd(balance.limitMicroUsd),
      formatUsd(balance.spentMicroUsd),
      formatUsd(balance.reservedMicroUsd),
      formatUsd(balance.unknownMicroUsd),
      balance.leftMicroUsd === undefined ? "-" : formatUsd(balance.leftMicroUsd),
      String(balance.images),
    ]),
  );
}
