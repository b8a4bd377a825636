import {
  ArtdeskError,
  builtInCatalogue,
  closestModel,
  findModel,
  usdToMicroUsd,
  type Catalogue,
  type CatalogueRow,
  type PriceRule,
} from "@artdesk/core";
import type { IDataObject } from "n8n-workflow";
import { asText } from "../words/read-text.ts";

/** What the user pays per image, micro-USD by model id. */
export type OwnPrices = ReadonlyMap<string, number>;

/** What stands under 'Own Prices'. */
export interface PriceParameters extends IDataObject {
  price?: { model?: unknown; usd?: unknown }[];
}

/**
 * Reads 'Own Prices'.
 * @throws ArtdeskError `invalid_request` for a model that there is not, or a price that is no amount
 */
export function readPrices(parameters: PriceParameters | undefined): OwnPrices {
  const prices = new Map<string, number>();
  for (const { model, usd } of parameters?.price ?? []) {
    const name = asText(model);
    const row = findModel(builtInCatalogue.rows, name)?.row;
    if (row === undefined || isFree(row)) throw unknownModel(name);
    prices.set(row.id, readPrice(row, usd));
  }
  return prices;
}

/** The catalogue with these prices in it. */
export function pricedCatalogue(prices: OwnPrices): Catalogue {
  if (prices.size === 0) return builtInCatalogue;
  const rows = builtInCatalogue.rows.map((row): CatalogueRow => {
    const microUsdPerImage = prices.get(row.id);
    if (microUsdPerImage === undefined) return row;
    const price: PriceRule = { kind: "per_image", microUsdPerImage };
    const source = { document: "'Own Prices' of the node", date: "" };
    return { ...row, price, predictablePrice: true, sources: { ...row.sources, price: source } };
  });
  return { ...builtInCatalogue, rows };
}

function readPrice(row: CatalogueRow, usd: unknown): number {
  const amount = typeof usd === "number" || (typeof usd === "string" && usd.trim() !== "") ? Number(usd) : Number.NaN;
  const microUsd = Number.isFinite(amount) && amount > 0 ? usdToMicroUsd(amount) : undefined;
  if (microUsd !== undefined && microUsd > 0) return microUsd;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `'Own Prices': ${JSON.stringify(usd)} is not a price for ${row.id}.`,
    hint: "Give what one image costs in US dollars, more than 0, with at most six digits after the point.",
  });
}

function isFree({ provider }: CatalogueRow): boolean {
  return builtInCatalogue.providers.get(provider)?.kind === "local";
}

function unknownModel(name: string): ArtdeskError {
  const meant = closestModel(builtInCatalogue.rows, name);
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: `'Own Prices': there is no paid model called ${JSON.stringify(name)}.`,
    hint: meant === undefined ? "Use an ID from the list under 'Model'." : `Did you mean ${meant}?`,
  });
}
