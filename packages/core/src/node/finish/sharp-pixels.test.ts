import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { findContentCredentials } from "../../finish/content-credentials.ts";
import { finishImage } from "../../finish/finish-image.ts";
import { OUTPUT_PRESETS } from "../../finish/output-presets.ts";
import type { OutputRecipe } from "../../finish/output-recipe.ts";
import { readDigitalSourceType } from "../../finish/xmp-packet.ts";
import { sharpPixels } from "./sharp-pixels.ts";

const DISCLOSURE = { madeBy: "openai gpt-image-2", masterSha256: "ab".repeat(32), alt: 'A "red" kite & more' };

function recipe(wanted: Partial<OutputRecipe>): OutputRecipe {
  return {
    name: "test",
    file: "test.png",
    widthPx: 1200,
    heightPx: 630,
    format: "png",
    fit: "cover",
    focus: "center",
    maxBytes: undefined,
    quality: undefined,
    ...wanted,
  };
}

/** A photo-like master: soft colours with detail, the same on every machine. */
async function master(width: number, height: number, channels: 3 | 4 = 3): Promise<Buffer> {
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * channels;
      data[at] = 128 + 100 * Math.sin(x / 97) * Math.cos(y / 61);
      data[at + 1] = 128 + 90 * Math.sin((x + y) / 140);
      data[at + 2] = ((x * 7) ^ (y * 3)) & 0x3f;
      if (channels === 4) data[at + 3] = x < width / 2 ? 255 : 0;
    }
  return sharp(data, { raw: { width, height, channels } }).png().toBuffer();
}

it("becomes every preset, to the pixel and within a weight", async () => {
  const recipes = OUTPUT_PRESETS.flatMap(({ name, files }) =>
    files
      .filter(({ widthPx, format }) => widthPx <= 1600 && format !== "ico")
      .map(({ widthPx, heightPx }) => recipe({ name, widthPx, heightPx, format: "webp", maxBytes: 400_000 })),
  );
  const { outputs, unmet } = await finishImage(sharpPixels(), await master(768, 512), recipes, DISCLOSURE);
  expect(unmet).toEqual([]);
  for (const output of outputs) {
    const { width, height, format } = await sharp(output.bytes).metadata();
    expect([width, height, format]).toEqual([output.recipe.widthPx, output.recipe.heightPx, output.recipe.format]);
    expect(output.bytes.length).toBeLessThanOrEqual(output.recipe.maxBytes ?? Infinity);
  }
  expect(outputs).toHaveLength(recipes.length);
});

it("gives the same bytes again, for every format", async () => {
  const bytes = await master(640, 480);
  const recipes = (["png", "jpeg", "webp", "avif"] as const).map((format) =>
    recipe({ widthPx: 320, heightPx: 168, format }),
  );
  const once = await finishImage(sharpPixels(), bytes, recipes, DISCLOSURE);
  const again = await finishImage(sharpPixels(), bytes, recipes, DISCLOSURE);
  expect(again.outputs.map((output) => Buffer.from(output.bytes).toString("base64"))).toEqual(
    once.outputs.map((output) => Buffer.from(output.bytes).toString("base64")),
  );
});

it("says in png, jpeg, webp and avif that a trained model made it, in a way that sharp reads back", async () => {
  const recipes = (["png", "jpeg", "webp", "avif"] as const).map((format) =>
    recipe({ widthPx: 320, heightPx: 168, format }),
  );
  const { outputs } = await finishImage(sharpPixels(), await master(640, 480), recipes, DISCLOSURE);
  for (const { bytes, recipe: made } of outputs) {
    const xmp = (await sharp(bytes).metadata()).xmp?.toString("utf8");
    expect(xmp, made.format).toContain("trainedAlgorithmicMedia");
    expect(xmp).toContain("A &quot;red&quot; kite &amp; more");
    expect(xmp).toContain(`sha256:${DISCLOSURE.masterSha256}`);
    expect(readDigitalSourceType(bytes)).toBe("trainedAlgorithmicMedia");
    expect(findContentCredentials(bytes)).toBe("none");
  }
  const silent = await finishImage(sharpPixels(), await master(640, 480), recipes, undefined);
  for (const { bytes } of silent.outputs) expect(readDigitalSourceType(bytes)).toBeUndefined();
});

it("puts all of a picture into a box: transparent, white, or in the colour of its edge", async () => {
  const red = await sharp({ create: { width: 100, height: 100, channels: 3, background: "#cc0000" } })
    .png()
    .toBuffer();
  const corner = async (wanted: Partial<OutputRecipe>): Promise<number[]> => {
    const { outputs } = await finishImage(
      sharpPixels(),
      red,
      [recipe({ widthPx: 200, heightPx: 100, ...wanted })],
      undefined,
    );
    const { data } = await sharp(outputs[0]?.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return [...data.subarray(0, 4)];
  };
  expect(await corner({ fit: "contain", format: "png" })).toEqual([255, 255, 255, 0]);
  expect((await corner({ fit: "contain", format: "jpeg" })).every((value) => value > 250)).toBe(true);
  expect(await corner({ fit: "pad", format: "png" })).toEqual([204, 0, 0, 255]);
});

it("keeps transparency where the format has it", async () => {
  const { outputs } = await finishImage(
    sharpPixels(),
    await master(200, 100, 4),
    (["png", "webp", "avif"] as const).map((format) => recipe({ widthPx: 100, heightPx: 50, format })),
    DISCLOSURE,
  );
  for (const { bytes } of outputs) expect((await sharp(bytes).metadata()).hasAlpha).toBe(true);
});

it("makes an icon file of three pictures that are read back", async () => {
  const { outputs } = await finishImage(
    sharpPixels(),
    await master(256, 256),
    [recipe({ widthPx: 48, heightPx: 48, format: "ico", icoEdgesPx: [16, 32, 48] })],
    DISCLOSURE,
  );
  const bytes = Buffer.from(outputs[0]?.bytes ?? []);
  expect(bytes.readUInt16LE(4)).toBe(3);
  for (const [index, edge] of [16, 32, 48].entries()) {
    const entry = 6 + 16 * index;
    const [length, offset] = [bytes.readUInt32LE(entry + 8), bytes.readUInt32LE(entry + 12)];
    const { width, format } = await sharp(bytes.subarray(offset, offset + length)).metadata();
    expect([bytes[entry], width, format]).toEqual([edge, edge, "png"]);
  }
});

describe("bad input", () => {
  it("a weight that cannot be met is told with the smallest that was reached, and the others are made", async () => {
    const { outputs, unmet } = await finishImage(
      sharpPixels(),
      await master(640, 480),
      [recipe({ format: "jpeg", maxBytes: 900, file: "og.jpg" }), recipe({ format: "webp" })],
      undefined,
    );
    expect(outputs.map(({ recipe: { format } }) => format)).toEqual(["webp"]);
    expect(unmet[0]?.error.shortMessage).toMatch(
      /^og\.jpg cannot be made within 1 kB: the smallest that can be made has \d+ kB\.$/,
    );
  });

  it.each([
    ["no picture", Buffer.from("hello")],
    ["half a picture", undefined],
  ])("%s is refused", async (_, bytes) => {
    const whole = await master(640, 480);
    await expect(
      finishImage(sharpPixels(), bytes ?? whole.subarray(0, whole.length / 2), [recipe({})], undefined),
    ).rejects.toMatchObject({
      code: "invalid_request",
      billed: "no",
    });
  });

  it("more pixels than a decoder takes are refused before they are made", async () => {
    const { unmet } = await finishImage(
      sharpPixels(),
      await master(64, 64),
      [recipe({ widthPx: 20_000, heightPx: 20_000 })],
      undefined,
    );
    expect(unmet[0]?.error.shortMessage).toContain("100 megapixels");
  });
});
