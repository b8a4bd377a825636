import { isArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import { formatUsd } from "../../basics/money.ts";
import type { Http } from "../../basics/ports.ts";
import type { CatalogueRow } from "../rows/row.ts";
import { platformId } from "../adapter/platform-id.ts";
import { getJson } from "./get-json.ts";
import type { ListCheck, ModelFinding } from "./list-check.ts";

/** What an endpoint costs in one unit of its own. */
interface UnitPrice {
  endpoint: string;
  microUsd: number;
  unit: string;
}

/**
 * Compares with the prices of fal's platform API (docs.fal.ai/platform-apis/v1/models/pricing, 2026-11-24). An account
 * may have prices of its own: those come back.
 */
export const checkFal: ListCheck = async ({ http, rows }) => {
  const findings: ModelFinding[] = [];
  for (const row of rows) {
    const endpoints = endpointsOf(row);
    try {
      const prices = await pricesOf(http, endpoints);
      findings.push(...comparePrices(row, prices));
      for (const endpoint of endpoints.filter((id) => !prices.some((price) => price.endpoint === id)))
        findings.push({ state: "note", model: endpoint, message: "has no price in fal.ai's list." });
    } catch (error) {
      if (!isArtdeskError(error) || error.status !== 404) throw error;
      findings.push({ state: "drift", model: row.id, message: "is not known to fal.ai any more." });
    }
  }
  return findings;
};

/** A row may stand for two endpoints: its aliases name them. */
function endpointsOf({ id, aliases }: CatalogueRow): string[] {
  const own = aliases.map((alias) => alias.id).filter((alias) => alias.startsWith(`${id}/`));
  return own.length > 0 ? own : [id];
}

async function pricesOf(http: Http, endpoints: readonly string[]): Promise<UnitPrice[]> {
  const query = endpoints.map((id) => `endpoint_id=${encodeURIComponent(id)}`).join("&");
  const reply = recordOf(await getJson(http, platformId("fal"), `/models/pricing?${query}`));
  const prices = Array.isArray(reply?.["prices"]) ? reply["prices"].map(recordOf) : [];
  return prices.flatMap((price): UnitPrice[] => {
    const { endpoint_id: endpoint, unit_price: usd, unit, currency } = price ?? {};
    if (typeof endpoint !== "string" || typeof usd !== "number" || currency !== "USD") return [];
    return [{ endpoint, microUsd: Math.round(usd * 1_000_000), unit: String(unit).replace(/s$/, "") }];
  });
}

function comparePrices({ id, price }: CatalogueRow, prices: readonly UnitPrice[]): ModelFinding[] {
  if (prices.length === 0) return [];
  const said = [...new Set(prices.map(({ microUsd, unit }) => `${formatUsd(microUsd)} per ${unit}`))].join(", ");
  if (price.kind === "unknown") {
    const message = `costs ${said} today; write your price under \`prices\` to use it.`;
    return [{ state: "note", model: id, message }];
  }
  const known =
    price.kind === "per_image"
      ? { unit: "image", microUsd: price.microUsdPerImage }
      : price.kind === "per_area" && price.blockPx === 1_000_000
        ? { unit: "megapixel", microUsd: price.microUsdPerBlock }
        : undefined;
  if (known === undefined) return [];
  if (prices.every(({ unit, microUsd }) => unit === known.unit && microUsd === known.microUsd)) return [];
  const message = `costs ${said}; ${formatUsd(known.microUsd)} per ${known.unit} is known here.`;
  return [{ state: "drift", model: id, message }];
}
