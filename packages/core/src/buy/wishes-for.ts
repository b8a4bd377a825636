import type { Random } from "../basics/ports.ts";
import type { Offer, ParsedRequest } from "../basics/types.ts";
import { enlargingRequest } from "../decide/request/enlarging-request.ts";
import { worstCaseCallMicroUsd } from "../models/rows/cost.ts";
import { pricedCall } from "../models/rows/priced-call.ts";
import type { CatalogueRow } from "../models/rows/row.ts";
import type { ReservationWish } from "./ledger/ledger-types.ts";
import type { Overruns } from "./overruns.ts";

/** A call that an offer needs, and the money to set aside for it. */
export interface CallWish {
  request: ParsedRequest;
  /** The offer, or the step of it that this call takes. */
  offer: Offer;
  /** Which of the request's images it makes, counted from 0. */
  positions: readonly number[];
  wish: ReservationWish;
}

/**
 * The calls that an offer needs for some of a request's images, in order of the images. An offer in two steps needs two
 * for one image: what both may cost is set aside together.
 */
export function wishesFor(
  host: { random: Random; rowOf(model: string): CatalogueRow; overruns?: Overruns | undefined },
  { request }: { request: ParsedRequest },
  offer: Offer,
  positions: readonly number[],
  subject: string,
): CallWish[] {
  const amountFor = ({ model }: Offer, worstCaseMicroUsd: number): number =>
    host.overruns?.amountFor(model, worstCaseMicroUsd) ?? worstCaseMicroUsd;
  const callFor = (part: readonly number[], by: Offer, ask: ParsedRequest): CallWish => ({
    request: inOwnFormat(ask, by, host.rowOf(by.model)),
    offer: by,
    positions: part,
    wish: {
      id: host.random.id(),
      amountMicroUsd: amountFor(by, worstCaseCallMicroUsd(host.rowOf(by.model), pricedCall(ask, by, part.length))),
      provider: by.provider,
      model: by.model,
      quality: by.quality,
      size: by.size,
      images: part.length,
      tags: request.tags,
      subject,
    },
  });
  if (offer.steps) {
    const [base, enlarger] = offer.steps;
    return positions.flatMap((position) => [
      callFor([position], base, request),
      callFor([position], enlarger, enlargingRequest(request, enlarger)),
    ]);
  }
  const { maxImagesPerCall } = host.rowOf(offer.model);
  const calls: CallWish[] = [];
  for (let start = 0; start < positions.length; start += maxImagesPerCall)
    calls.push(callFor(positions.slice(start, start + maxImagesPerCall), offer, request));
  return calls;
}

/**
 * A request whose files the caller writes asks for a format that the model writes: the one wanted where the image becomes
 * the file as it is, else one that loses nothing.
 */
function inOwnFormat(request: ParsedRequest, { size }: Offer, { formats }: CatalogueRow): ParsedRequest {
  if (request.mayConvert !== true) return request;
  const wish = request.size;
  const isCut = wish.kind === "exact" && size !== `${wish.widthPx}x${wish.heightPx}`;
  const wanted = isCut ? "png" : request.format;
  const [first = request.format] = formats;
  return { ...request, format: formats.includes(wanted) ? wanted : first };
}
