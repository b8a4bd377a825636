import type { ImageInput, Offer, ParsedRequest } from "../../basics/types.ts";

/** What is said to models that want words with an image to enlarge. */
export const ENLARGING_PROMPT = "Enlarge this image and keep everything in it as it is.";

/** The request of the second step: `image`, which is not there yet when its price is asked for, made larger. */
export function enlargingRequest(
  request: ParsedRequest,
  { widthPx, heightPx }: Offer,
  image: ImageInput = { bytes: new Uint8Array(), mediaType: "image/png", name: "image" },
): ParsedRequest {
  return {
    ...request,
    operation: "upscale",
    prompt: ENLARGING_PROMPT,
    size: { kind: "exact", widthPx, heightPx },
    count: 1,
    text: [],
    elements: [],
    references: [image],
    mask: undefined,
    quality: undefined,
    model: undefined,
  };
}

/** How many times an image is enlarged to reach a size, and never to more pixels than that. */
export function factorTo(
  wanted: { widthPx: number; heightPx: number },
  image: { widthPx: number; heightPx: number },
): number {
  return Math.min(wanted.widthPx / image.widthPx, wanted.heightPx / image.heightPx);
}
