import { recordOf } from "../../basics/json-record.ts";
import { formatUsd } from "../../basics/money.ts";
import { findModel } from "../rows/find-model.ts";
import type { CatalogueRow } from "../rows/row.ts";
import { getJson } from "./get-json.ts";
import type { ListCheck, ModelFinding } from "./list-check.ts";

/** What an endpoint takes for an image that comes out. */
interface OutputPrice {
  unit: string;
  variant: string | undefined;
  microUsd: number;
}

/** Compares with `GET /images/models` and the prices of each row's endpoints. */
export const checkOpenRouter: ListCheck = async ({ http, rows, catalogue }) => {
  const ids = listOf(await getJson(http, "openrouter", "/images/models"), "data").map((model) => String(model?.["id"]));
  const findings: ModelFinding[] = [];
  for (const row of rows) {
    if (!ids.includes(row.id)) findings.push({ state: "drift", model: row.id, message: "is not listed any more." });
    else findings.push(...comparePrices(row, await outputPrices(row.id, (path) => getJson(http, "openrouter", path))));
  }
  const others = ids.filter((id) => findModel(catalogue.rows, id) === undefined);
  if (others.length > 0) {
    const message = `can be added under \`catalogue\`: ${others.toSorted().join(", ")}.`;
    findings.push({ state: "note", model: `${others.length} more`, message });
  }
  return findings;
};

async function outputPrices(id: string, get: (path: string) => Promise<unknown>): Promise<OutputPrice[]> {
  const path = `/images/models/${id.split("/").map(encodeURIComponent).join("/")}/endpoints`;
  return listOf(await get(path), "endpoints")
    .flatMap((endpoint) => listOf(endpoint, "pricing"))
    .flatMap((line) => {
      const costUsd = line?.["cost_usd"];
      if (line?.["billable"] !== "output_image" || typeof costUsd !== "number") return [];
      const variant = typeof line["variant"] === "string" ? line["variant"] : undefined;
      return [{ unit: String(line["unit"]), variant, microUsd: Math.round(costUsd * 1_000_000) }];
    });
}

function comparePrices(row: CatalogueRow, prices: readonly OutputPrice[]): ModelFinding[] {
  const said = prices.map(describePrice).join(", ");
  const { price } = row;
  if (price.kind === "unknown") {
    const message =
      said === "" ? "states no price." : `costs ${said} today; write your price under \`prices\` to use it.`;
    return [{ state: "note", model: row.id, message }];
  }
  if (price.kind !== "per_image") return [];
  const known = formatUsd(price.microUsdPerImage);
  if (prices.length === 0) {
    return [{ state: "note", model: row.id, message: `states no price for an image; ${known} is known here.` }];
  }
  const perImage = prices.filter(
    ({ unit, variant }) => (unit === "image" || unit === "request") && variant === undefined,
  );
  const isSame =
    perImage.length === prices.length && perImage.every(({ microUsd }) => microUsd === price.microUsdPerImage);
  if (isSame) return [];
  return [{ state: "drift", model: row.id, message: `costs ${said}; ${known} per image is known here.` }];
}

function describePrice({ unit, variant, microUsd }: OutputPrice): string {
  return `${formatUsd(microUsd)} per ${unit}${variant === undefined ? "" : ` (${variant})`}`;
}

function listOf(value: unknown, key: string): (Readonly<Record<string, unknown>> | undefined)[] {
  const list = recordOf(value)?.[key];
  return Array.isArray(list) ? list.map((entry: unknown) => recordOf(entry)) : [];
}
