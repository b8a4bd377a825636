import type { Codec } from "../../basics/ports.ts";
import { receiveImage } from "../adapter/compose-reply.ts";
import { defineProvider, type LocalProvider, type ProviderCall, type ProviderReply } from "../adapter/provider.ts";
import { drawSketchCard } from "../drawing/sketch-card.ts";

/**
 * Draws storyboard cards instead of images: no key, no network, free, and the same card for the same order. A card is
 * a PNG of exactly the offer's size that says `SKETCH` and carries the whole order, so nobody takes it for the image.
 */
export const sketch: LocalProvider = defineProvider({
  kind: "local",
  id: "sketch",
  name: "Sketch",
  draw,
});

function draw({ request, offer, count, note }: ProviderCall, codec: Codec): ProviderReply {
  const seed = Number.parseInt(codec.sha256Hex(request.prompt).slice(0, 8), 16);
  const images = Array.from({ length: count }, (_, index) => {
    const facts = [request.operation, `for ${request.purpose}`];
    if (request.transparent) facts.push("transparent");
    if (request.references.length > 0)
      facts.push(`${request.references.length} reference${request.references.length > 1 ? "s" : ""}`);
    if (count > 1) facts.push(`${index + 1} of ${count}`);
    const { widthPx, heightPx } = offer;
    const card = {
      widthPx,
      heightPx,
      prompt: request.prompt,
      text: request.text,
      facts,
      note,
      seed: seed + index * 47,
    };
    return receiveImage(drawSketchCard(card), codec);
  });
  return { images, usage: undefined, requestId: undefined };
}
