import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { ReceivedImage } from "../../basics/types.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { exampleCall } from "../../testing/example-call.ts";
import type { ProviderCall } from "../adapter/provider.ts";
import { sketchFixture } from "./__fixtures__/sketch.ts";
import { sketch } from "./sketch.ts";

function drawOne(call: ProviderCall): ReceivedImage {
  const [image] = sketch.draw(call, nodeCodec).images;
  if (image === undefined) throw new Error("nothing was drawn");
  return image;
}

const sized = (widthPx: number, heightPx: number) => ({
  provider: "sketch",
  model: "sketch",
  widthPx,
  heightPx,
  size: `${widthPx}x${heightPx}`,
});

async function pixelsOf(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes).removeAlpha().toColourspace("srgb").raw().toBuffer();
}

describe.each(sketchFixture.sizes)("a card of %i x %i pixels", (widthPx, heightPx) => {
  const call = exampleCall({
    offer: sized(widthPx, heightPx),
    request: { text: ["SPRING"] },
    note: "Would use gpt-image-2 medium, about $0.041",
  });
  const { bytes, ...facts } = drawOne(call);

  test("is a PNG that an independent decoder reads at exactly that size", async () => {
    expect(facts).toEqual({
      mediaType: "image/png",
      widthPx,
      heightPx,
      sha256: nodeCodec.sha256Hex(bytes),
    });
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, data.length]).toEqual([widthPx, heightPx, widthPx * heightPx * info.channels]);
  });

  test("is small", () => {
    expect(bytes.length).toBeLessThan(2000 + (widthPx * heightPx) / 20);
  });
});

test("the same order gives the same bytes, and every part of the order shows", () => {
  const base = {
    offer: sized(640, 640),
    request: { prompt: "A red kite", text: ["SPRING"] },
    note: "Would use X",
  } as const;
  const hashOf = (call: Parameters<typeof exampleCall>[0]): string => drawOne(exampleCall(call)).sha256;
  const original = hashOf(base);
  expect(hashOf(base)).toBe(original);
  const others = [
    { ...base, request: { ...base.request, prompt: "A red kitE" } },
    { ...base, request: { ...base.request, text: ["SPRINGS"] } },
    { ...base, request: { ...base.request, purpose: "client" as const } },
    { ...base, request: { ...base.request, operation: "edit" as const } },
    { ...base, request: { ...base.request, transparent: true } },
    { ...base, note: "Would use Y" },
    { ...base, offer: sized(640, 641) },
  ].map(hashOf);
  expect(new Set([original, ...others]).size).toBe(others.length + 1);
});

test("cards of one call are told apart", () => {
  const { images, usage, requestId } = sketch.draw(exampleCall({ offer: sized(640, 640), count: 4 }), nodeCodec);
  expect(new Set(images.map(({ sha256 }) => sha256)).size).toBe(4);
  expect([usage, requestId]).toEqual([undefined, undefined]);
});

test("a card is labelled: ink on a light ground, with the label in the corner", async () => {
  const pixels = await pixelsOf(drawOne(exampleCall({ offer: sized(1024, 1024) })).bytes);
  const brightnessAt = (x: number, y: number): number => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray((y * 1024 + x) * 3);
    return red + green + blue;
  };
  expect(brightnessAt(5, 5)).toBeGreaterThan(600);
  const label = Array.from({ length: 190 }, (_, index) => brightnessAt(50 + index, 72));
  expect(Math.min(...label)).toBeLessThan(150);
  expect(Math.max(...label)).toBeGreaterThan(600);
});

test("any prompt can be drawn: empty, endless, without spaces, in any script", () => {
  for (const prompt of [
    "",
    "word ".repeat(6000),
    "x".repeat(32_000),
    "日本語 émoji 👩‍👩‍👧 \u0000 \n\n\r\n tab\t",
    "\ud800",
  ]) {
    for (const [widthPx, heightPx] of [
      [256, 256],
      [64, 300],
      [900, 120],
    ] as const) {
      const call = exampleCall({ offer: sized(widthPx, heightPx), request: { prompt, text: [prompt] }, note: prompt });
      expect(drawOne(call)).toMatchObject({ widthPx, heightPx });
    }
  }
});
