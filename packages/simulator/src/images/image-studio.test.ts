import { expect, test } from "vitest";
import { decodeImage } from "../testing/simulator-under-test.ts";
import { ImageStudio, truncateBase64 } from "./image-studio.ts";
import type { ImageOrder } from "./image-studio.ts";

const order: ImageOrder = {
  model: "gpt-image-2",
  operation: "generate",
  prompt: "a fox",
  widthPx: 256,
  heightPx: 128,
  quality: "low",
  index: 0,
  format: "png",
};

function studioOf(cacheMaxBytes: number): ImageStudio {
  return new ImageStudio({ seed: 1, noise: false, cacheMaxBytes });
}

test("an image is drawn once, also when it is asked for many times at once", async () => {
  const studio = studioOf(10_000_000);
  const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => studio.base64(order)));
  expect(others.every((other) => other === first)).toBe(true);
  expect(await studio.base64({ ...order })).toBe(first);
  expect(studio.cachedBytes).toBe(first?.length);
});

test("the cache stays within its bound and drops what was used longest ago", async () => {
  const { length } = await studioOf(10_000_000).base64(order);
  const studio = studioOf(Math.floor(length * 2.5));
  const first = await studio.base64(order);
  for (let index = 1; index < 8; index += 1) {
    await studio.base64({ ...order, index });
    expect(await studio.base64(order)).toBe(first);
    expect(studio.cachedBytes).toBeLessThanOrEqual(length * 2.5);
  }
  for (let index = 20; index < 24; index += 1) await studio.base64({ ...order, index });
  const redrawn = await studio.base64(order);
  expect(redrawn).not.toBe(first);
  expect(redrawn).toEqual(first);
});

test("an image larger than the cache is still drawn", async () => {
  const studio = studioOf(10);
  expect(await decodeImage((await studio.base64(order)).toString("latin1"))).toMatchObject({ size: "256x128" });
  expect(studio.cachedBytes).toBe(0);
});

test("truncated base64 is a prefix of the picture, cut at a whole group", async () => {
  const whole = await studioOf(10_000_000).base64(order);
  const half = truncateBase64(whole).toString("latin1");
  expect(half.length % 4).toBe(0);
  expect(half.length).toBeGreaterThan(whole.length / 2 - 8);
  expect(whole.toString("latin1").startsWith(half)).toBe(true);
});
