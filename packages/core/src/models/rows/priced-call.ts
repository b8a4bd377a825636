import type { Offer, ParsedRequest } from "../../basics/types.ts";
import type { PricedCall } from "./cost.ts";

/** What the price of `count` images of this offer depends on. */
export function pricedCall(request: ParsedRequest, offer: Offer, count: number): PricedCall {
  return {
    quality: offer.quality,
    widthPx: offer.widthPx,
    heightPx: offer.heightPx,
    resolution: offer.resolution,
    count,
    promptBytes: new TextEncoder().encode(request.prompt).length,
    references: request.references.length + (request.mask ? 1 : 0),
  };
}
