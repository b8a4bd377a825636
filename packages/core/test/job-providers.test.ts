import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ImageRequest } from "../src/basics/types.ts";
import { builtInCatalogue } from "../src/models/catalogue/built-in-catalogue.ts";
import type { Catalogue } from "../src/models/catalogue/catalogue.ts";
import { createNodeArtdesk } from "../src/node/platform/create-node-artdesk.ts";
import { grayPng } from "./gray-png.ts";

/** The user's own prices: those that the simulator bills where a provider publishes none. */
const OWN_PRICES: Readonly<Record<string, number>> = {
  "fal-ai/bytedance/seedream/v4.5": 40_000,
  "fal-ai/wan/v2.7/pro": 75_000,
  "fal-ai/flux-kontext/dev": 25_000,
  "fal-ai/stable-diffusion-v3-medium": 35_000,
  "fal-ai/recraft-20b": 22_000,
  "fal-ai/hunyuan-image/v2.1/text-to-image": 100_000,
  "fal-ai/esrgan": 2_000,
  "fal-ai/topaz/upscale/image": 80_000,
  "fal-ai/recraft/upscale/crisp": 4_000,
  "fal-ai/clarity-upscaler": 30_000,
  "prunaai/flux-kontext-fast": 5_000,
  "bytedance/seedream-4.5": 40_000,
};
const catalogue: Catalogue = {
  ...builtInCatalogue,
  rows: builtInCatalogue.rows.map((row) => {
    const microUsdPerImage = OWN_PRICES[row.id];
    return microUsdPerImage === undefined ? row : { ...row, price: { kind: "per_image", microUsdPerImage } };
  }),
};

const photo = { bytes: grayPng(512, 384), mediaType: "image/png", name: "photo.png" };
const edit = { operation: "edit", references: [photo] } as const;
const upscale = { operation: "upscale", references: [photo] } as const;

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latencyMs: 20 });
});
afterAll(() => simulator.close());

it.each<[string, Partial<ImageRequest>, string]>([
  ["Seedream 4.5", { resolution: "2K", count: 2 }, "fal generate 2048x2048 80000"],
  ["Seedream 4.5", { ...edit, resolution: "2K" }, "fal edit 2048x2048 40000"],
  ["Wan 2.7 Image Pro", { aspect: "4:3" }, "fal generate 1024x768 75000"],
  ["Wan 2.7 Image Pro", edit, "fal edit 1024x1024 75000"],
  ["Flux Kontext Fast", { ...edit, aspect: "3:2" }, "replicate edit 1248x832 5000"],
  ["Flux Kontext Dev", { ...edit, aspect: "3:2" }, "fal edit 1248x832 25000"],
  ["Seedream 4.5 on Replicate", { resolution: "2K" }, "replicate generate 2048x2048 40000"],
  ["Dreamina 3.1", { resolution: "2K", aspect: "16:9" }, "fal generate 2048x1152 30000"],
  ["Stable Diffusion 3", {}, "fal generate 1024x1024 35000"],
  ["Recraft 20B", { count: 2 }, "fal generate 1024x1024 22000 + fal generate 1024x1024 22000"],
  ["Hunyuan Image 2.1", { format: "jpeg" }, "fal generate 1024x1024 100000"],
  ["ESRGAN", { ...upscale, factor: 4 }, "fal upscale 2048x1536 2000"],
  ["SeedVR", { ...upscale, size: "1280x960" }, "fal upscale 1280x960 2000"],
  ["super-resolution", { ...upscale, factor: 4 }, "fal upscale 2048x1536 4000"],
  ["Topaz", upscale, "fal upscale 1024x768 80000"],
  ["Recraft Crisp Upscale", { ...upscale, factor: 4 }, "fal upscale 2048x1536 4000"],
  ["Clarity Upscaler", upscale, "fal upscale 1024x768 30000"],
])("%s makes an image, and the books agree with the statement: %o", async (model, changes, expected) => {
  simulator.reset();
  const desk = await createNodeArtdesk({
    env: simulator.env,
    catalogue,
    budget: { monthMicroUsd: 1_000_000 },
    ledger: "memory:",
  });
  try {
    const { images, receipt, error } = await desk.generate({
      prompt: "A red kite",
      model,
      purpose: "draft",
      ...changes,
    });
    expect(error).toBeUndefined();
    const { entries, totalMicroUsd } = simulator.statement();
    const size = `${images[0]?.widthPx}x${images[0]?.heightPx}`;
    const lines = entries.map((entry) => `${entry.provider} ${entry.operation} ${size} ${entry.microUsd}`);
    expect(lines.join(" + ")).toBe(expected);
    expect(entries.every(({ delivered }) => delivered === true)).toBe(true);
    expect(receipt.costMicroUsd).toBe(totalMicroUsd);
    expect(receipt.requestIds).toEqual(entries.map(({ requestId }) => requestId));
    const [month] = await desk.ledger.balances();
    expect(month).toMatchObject({ spentMicroUsd: totalMicroUsd, reservedMicroUsd: 0, unknownMicroUsd: 0 });
  } finally {
    await desk.close();
  }
});

it("does not offer a model whose price nobody knows, and says what is missing", async () => {
  const desk = await createNodeArtdesk({ env: simulator.env });
  const { decision } = await desk.plan({ prompt: "A red kite", model: "Recraft 20B" });
  expect(decision.blocked?.message).toBe(
    'fal-ai/recraft-20b cannot do this: Its provider publishes no price. Write yours in artdesk.yml, in USD per image: `prices: { "fal-ai/recraft-20b": 0.05 }`.',
  );
  await desk.close();
});

it.each([
  ["fal", { kind: "moderation" }, { outcome: "refused", billed: "no" }, 0],
  ["fal", { kind: "rate_limit", retryAfterMs: 1 }, { outcome: "delivered", billed: "yes" }, 30_000],
  ["fal", { kind: "auth" }, { outcome: "failed", billed: "no" }, 0],
  ["fal", { kind: "billing_429" }, { outcome: "failed", billed: "no" }, 0],
  ["fal", { kind: "server_error" }, { outcome: "unknown", billed: "unknown" }, 0],
  ["fal", { kind: "no_image" }, { outcome: "unknown", billed: "unknown" }, 0],
  ["fal", { kind: "cut_before_headers" }, { outcome: "unknown", billed: "unknown" }, 30_000],
  ["fal", { kind: "garbage" }, { outcome: "unknown", billed: "unknown" }, 30_000],
  ["fal", { kind: "truncated_base64" }, { outcome: "unknown", billed: "unknown" }, 30_000],
  ["replicate", { kind: "moderation" }, { outcome: "refused", billed: "no" }, 0],
  ["replicate", { kind: "billing_429" }, { outcome: "failed", billed: "no" }, 0],
  ["replicate", { kind: "cut_in_body" }, { outcome: "unknown", billed: "unknown" }, 40_000],
] as const)("%s under %o", async (provider, fault, attempt, statementMicroUsd) => {
  simulator.reset();
  simulator.faults([fault]);
  const desk = await createNodeArtdesk({
    env: simulator.env,
    catalogue,
    budget: { monthMicroUsd: 1_000_000 },
    ledger: "memory:",
  });
  const model = provider === "fal" ? "Dreamina 3.1" : "Seedream 4.5 on Replicate";
  const { receipt } = await desk.generate({ prompt: "A red kite", model, purpose: "draft", resolution: "2K" });
  expect(receipt.attempts).toMatchObject([attempt]);
  await expect.poll(() => simulator.statement().totalMicroUsd).toBe(statementMicroUsd);
  // Never less on the books than on the statement.
  const [month] = await desk.ledger.balances();
  expect((month?.spentMicroUsd ?? 0) + (month?.unknownMicroUsd ?? 0)).toBeGreaterThanOrEqual(statementMicroUsd);
  await desk.close();
});
