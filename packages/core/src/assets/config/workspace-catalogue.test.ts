import { describe, expect, test } from "vitest";
import { defaultConfig, parseConfig } from "./config.ts";
import { estimateCallMicroUsd, worstCaseCallMicroUsd } from "../../models/rows/cost.ts";
import { isArtdeskError } from "../../basics/errors.ts";
import { readYaml } from "../../node/files/read-yaml.ts";
import { parsePolicy } from "../../decide/policy/parse-policy.ts";
import { planRequest } from "../../decide/plan/plan-request.ts";
import { exampleRequest } from "../../testing/example-call.ts";
import type { Decision, ParsedRequest } from "../../basics/types.ts";
import { builtInCatalogue } from "../../models/catalogue/built-in-catalogue.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { findModel } from "../../models/rows/find-model.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import { workspaceCatalogue } from "./workspace-catalogue.ts";

function catalogueOf(yaml: string): Catalogue {
  const text = `version: 1\n${yaml}`;
  return workspaceCatalogue(builtInCatalogue, parseConfig({ file: "artdesk.yml", text, readYaml }));
}

function mistakes(yaml: string): string[] {
  try {
    catalogueOf(yaml);
  } catch (error) {
    if (isArtdeskError(error)) return [error.message, ...error.issues];
    throw error;
  }
  return [];
}

function rowOf(catalogue: Catalogue, name: string): CatalogueRow {
  const row = findModel(catalogue.rows, name)?.row;
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
}

function plan(catalogue: Catalogue, request: Partial<ParsedRequest>, monthMicroUsd = 5_000_000): Decision {
  return planRequest({
    request: exampleRequest(request),
    policy: parsePolicy("auto"),
    budget: { monthMicroUsd },
    spend: { balances: [], imagesThisMonth: 0, imagesThisMonthByModel: {} },
    catalogue,
    hasKey: () => true,
    todayMs: Date.parse("2026-11-24T12:00:00Z"),
  });
}

const LOCAL = `catalogue:
  - id: flux-schnell
    provider: openai-compatible
    name: Flux on my machine
    aliases: [local flux]
    sizes: [1024x1024, 1024x768]
    qualities: [draft, fine]
    tiers: { generate: standard }
    price: { image: 0.01, quality: { draft: 0.002 }, size: { 1024x768: 0.004 } }
    latency_seconds: 4
    source: my electricity bill
    checked_on: 2026-11-20
    parameters: { step: 20, response_format: null }
`;

test("without prices and models the built-in catalogue itself comes back", () => {
  expect(workspaceCatalogue(builtInCatalogue, defaultConfig())).toBe(builtInCatalogue);
});

describe("prices", () => {
  const request = { model: "black-forest-labs/flux.2-pro" };

  test("a model without a published price is turned away with the line to write", () => {
    const { offers, blocked } = plan(builtInCatalogue, request);
    expect(offers).toEqual([]);
    expect(blocked?.message).toContain(
      'Its provider publishes no price. Write yours in artdesk.yml, in USD per image: `prices: { "black-forest-labs/flux.2-pro": 0.05 }`.',
    );
  });

  test("that very line makes it an offer at that price, held and estimated", () => {
    const catalogue = catalogueOf('prices: { "black-forest-labs/flux.2-pro": 0.05 }');
    const { offers } = plan(catalogue, { ...request, count: 2 });
    expect(offers).toMatchObject([
      { model: "black-forest-labs/flux.2-pro", estimateMicroUsd: 100_000, worstCaseMicroUsd: 100_000 },
    ]);
    expect(rowOf(catalogue, "openrouter/flux.2-pro").sources.price).toEqual({ document: "artdesk.yml:2", date: "" });
    expect(plan(catalogue, request, 49_999).blocked?.code).toBe("budget_exceeded");
  });

  test("of prices for a quality and a size the higher one holds", () => {
    const row = rowOf(catalogueOf(LOCAL), "local flux");
    const price = (quality: string, widthPx: number, heightPx: number): number[] => {
      const call = { quality, widthPx, heightPx, count: 3, promptBytes: 50, references: 0 };
      return [estimateCallMicroUsd(row, call), worstCaseCallMicroUsd(row, call)];
    };
    expect(price("fine", 1024, 1024)).toEqual([30_000, 30_000]);
    expect(price("draft", 1024, 1024)).toEqual([6_000, 6_000]);
    expect(price("draft", 1024, 768)).toEqual([12_000, 12_000]);
  });

  test("your own price stands in the place of a published one", () => {
    const row = rowOf(catalogueOf("prices: { Nano Banana Pro: { image: 0.1, size: { 4K: 0.2 } } }"), "nano banana pro");
    const call = { quality: "default", widthPx: 4096, heightPx: 4096, count: 1, promptBytes: 0, references: 0 };
    expect(worstCaseCallMicroUsd(row, { ...call, resolution: "4K" })).toBe(200_000);
    expect(worstCaseCallMicroUsd(row, { ...call, resolution: "2K" })).toBe(100_000);
  });
});

describe("models of one's own", () => {
  test("are planned with like any other", () => {
    const catalogue = catalogueOf(LOCAL);
    expect(rowOf(catalogue, "flux on my machine")).toMatchObject({
      sources: { limits: { document: "my electricity bill (artdesk.yml:3)", date: "2026-11-20" } },
      parameters: { step: 20, response_format: null },
      qualities: [{ id: "draft", evidence: "Your own rating.", latencyMs: 4000 }, { id: "fine" }],
    });
    const { offers, rejected } = plan(catalogue, { purpose: "internal" });
    expect(offers[0]).toMatchObject({ provider: "openai-compatible", model: "flux-schnell", quality: "draft" });
    expect(rejected.some(({ model }) => model === "flux-schnell")).toBe(false);
    expect(plan(catalogue, { purpose: "client" }).rejected).toContainEqual(
      expect.objectContaining({ model: "flux-schnell", reason: expect.stringContaining("commercial use") }),
    );
  });

  test("take sizes and limits from a model that they are like, but no tier and no price", () => {
    const catalogue = catalogueOf("catalogue: [{ id: gemini-9-image, provider: gemini, like: nano banana pro }]");
    const [row, like] = [rowOf(catalogue, "gemini-9-image"), rowOf(catalogue, "nano banana pro")];
    expect(row).toMatchObject({
      sizes: like.sizes,
      formats: like.formats,
      maxReferences: 14,
      operations: ["generate", "edit"],
    });
    expect(row.qualities.map(({ tiers }) => tiers)).toEqual([{}]);
    expect(row.price).toEqual({ kind: "unknown" });
  });
});

test("every mistake comes with its line and what was probably meant", () => {
  expect(
    mistakes(`prices:
  gpt-imge-2: 0.05
  nano banana pro: { imag: 0.1 }
  sketch: 1
  gpt-image-2: { image: 0.1, quality: { hihg: 0.2 } }
catalogue:
  - { id: gpt-image-2, provider: opnai, sizes: [1024x1024], tier: {} }
`),
  ).toMatchInlineSnapshot(`
    [
      "artdesk.yml:4: \`prices.nano banana pro.imag\` is not a known key. Did you mean \`image\`?",
      "artdesk.yml:8: \`catalogue[0].tier\` is not a known key. Did you mean \`tiers\`?",
    ]
  `);
  expect(
    mistakes(`prices:
  gpt-imge-2: 0.05
  sketch: 1
  gpt-image-2: { image: 0.1, quality: { hihg: 0.2 } }
  GPT Image 2.0: 0.2
catalogue:
  - { id: gpt-image-2, provider: opnai, sizes: [1024x1024] }
  - { id: mine, provider: openai, parameters: { a: 1 }, tiers: { edit: standard }, successor: nobody }
  - { id: other, provider: openai, like: gpt-image-3, operations: [edit], max_references: 0 }
`),
  ).toMatchInlineSnapshot(`
    [
      "artdesk.yml:3: \`prices\`: there is no model called "gpt-imge-2". Did you mean gpt-image-2?",
      "artdesk.yml:4: \`prices\`: sketch is free.",
      "artdesk.yml:5: \`prices.gpt-image-2.quality\`: gpt-image-2 has no quality hihg. Did you mean \`high\`?",
      "artdesk.yml:6: \`prices\`: gpt-image-2 and GPT Image 2.0 are the same model, gpt-image-2.",
      "artdesk.yml:8: \`catalogue[0].provider\` names no provider that serves models: "opnai". Did you mean \`openai\`?",
      "artdesk.yml:8: \`catalogue[0].id\` is taken: there is a model gpt-image-2 already. Use \`prices\` to give it a price.",
      "artdesk.yml:9: \`catalogue[1].id\` has no sizes: give it \`sizes\`, \`free_sizes\` or \`like\`.",
      "artdesk.yml:9: \`catalogue[1].tiers\` has a tier for edit, which is not among its operations.",
      "artdesk.yml:9: \`catalogue[1].parameters\` is for servers of your own only.",
      "artdesk.yml:9: \`catalogue[1].successor\` there is no model called "nobody". \`artdesk models\` lists them.",
      "artdesk.yml:10: \`catalogue[2].like\` there is no model called "gpt-image-3". Did you mean gpt-image-2?",
      "artdesk.yml:10: \`catalogue[2].max_references\` must be at least 1 for a model that edits or upscales.",
    ]
  `);
});

test("keys never stand in the file", () => {
  expect(
    mistakes(`providers:
  openai-compatible:
    base_url: https://example.com/v1
    headers: { api-key: abc, x-team: art }
    auth: baerer
    query: { api-version: 2025-04-01-preview }
`),
  ).toMatchInlineSnapshot(`
    [
      "artdesk.yml:5: \`providers.openai-compatible.headers\` must not hold the key (api-key): it comes from the environment; see \`auth\`.",
      "artdesk.yml:6: \`providers.openai-compatible.auth\` must be one of bearer, api-key, none. Did you mean \`bearer\`?",
    ]
  `);
});
