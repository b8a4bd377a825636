import { catalogueRows } from "@artdesk/core";
import type { ModelCheck } from "@artdesk/core/node";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder, readArtdesk, runArtdesk } from "./cli-process.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ now: () => Date.parse("2026-11-24T12:00:00Z") });
});
afterAll(() => simulator.close());

const OWN = `version: 1
prices: { openrouter/seedream-4.5: 0.05, seedvr: 0.002 }
catalogue:
  - { id: gpt-image-9, provider: openai, like: gpt-image-2, price: 0.01, source: a rumour, checked_on: 2026-11-20 }
  - { id: gpt-image-2-2026-04-22, provider: openai, like: gpt-image-2, shutdown: 2027-03-01, successor: gpt-image-2 }
  - { id: gemini-9-image, provider: gemini, like: nano banana pro }
  - { id: fal-ai/kite, provider: fal, like: dreamina }
  - { id: someone/kite, provider: replicate, like: dreamina }
`;

async function check(
  yaml: string | undefined,
  env: Readonly<Record<string, string>>,
  args: string[] = [],
): Promise<{ code: number | null; checks: ModelCheck[] }> {
  const folder = makeFolder(yaml === undefined ? {} : { "artdesk.yml": yaml });
  const { code, stdout } = await runArtdesk(folder, ["models", "--check", "--json", ...args], env);
  return { code, checks: (JSON.parse(stdout) as { checks: ModelCheck[] }).checks };
}

function differences(checks: readonly ModelCheck[], state: "drift" | "note"): string[] {
  return checks
    .flatMap(({ findings }) => findings.filter((finding) => finding.state === state))
    .map(({ model, message }) => `${model} ${message}`);
}

test("the table shows every model with evidence, lifecycle, source and date, and explains names that are gone", async () => {
  const { code, words } = await readArtdesk(makeFolder(), ["models"]);
  expect(code).toBe(0);
  const flat = words.replaceAll(/\s+/g, "");
  for (const { id, sources } of catalogueRows) {
    expect(flat).toContain(id);
    expect(words).toContain(sources.price.date);
  }
  expect(words).toContain("none published");
  expect(words).toMatch(/gemini-2\.5-flash-image: gemini-2\.5-flash-image was listed to shut down on 2026-10-02/);
});

test("filters by operation, provider, price and name", async () => {
  const list = async (...args: string[]): Promise<string[]> => {
    const { code, stdout } = await runArtdesk(makeFolder(), ["models", "--json", ...args]);
    expect(code).toBe(0);
    return (JSON.parse(stdout) as { models: { id: string }[] }).models.map(({ id }) => id);
  };
  expect(await list("--provider", "openrouter")).toEqual([
    "bytedance-seed/seedream-4.5",
    "black-forest-labs/flux.2-pro",
  ]);
  expect(await list("--provider", "openrouter,gemini", "--max-price", "0.04")).toEqual([
    "gemini-nano-banana-2.1",
    "gemini-3.1-flash-lite-image",
    "bytedance-seed/seedream-4.5",
  ]);
  expect(await list("Gemini 2.5 Flash Image", "gpt image 2.0")).toEqual(["gpt-image-2", "gemini-nano-banana-2.1"]);
  const upscalers = catalogueRows.filter(({ operations }) => operations.includes("upscale")).map(({ id }) => id);
  expect(await list("--operation", "upscale")).toEqual(upscalers);
});

test("figures that no source states are marked, in the table and as JSON", async () => {
  const json = await readArtdesk(makeFolder({ "artdesk.yml": OWN }), ["models", "--json"]);
  const { models } = JSON.parse(json.words) as { models: { id: string; estimated: string[] }[] };
  const estimated = (id: string): string[] | undefined => models.find((model) => model.id === id)?.estimated;
  expect(estimated("fal-ai/esrgan")).toEqual([
    "latency",
    "maxPromptCharacters",
    "commercialUse",
    "factors",
    "maxAreaPx",
  ]);
  expect(estimated("gemini-nano-banana-2.1")).toEqual(["price", "maxPromptCharacters"]);
  expect(estimated("gpt-image-9")).toContain("sizes");
  const { words } = await readArtdesk(makeFolder(), ["models", "esrgan"]);
  expect(words.replaceAll(/\s+/g, "")).toMatch(/estimated.*latency,.*maxPromptCharacters,commercialUse,factors/);
});

test("a model whose last day has passed is marked, with what is used instead of it", async () => {
  const folder = makeFolder({
    "artdesk.yml": `version: 1
catalogue:
  - { id: gpt-image-0, provider: openai, like: gpt-image-2, shutdown: 2026-11-23, successor: gpt-image-2 }
  - { id: gpt-image-00, provider: openai, like: gpt-image-2, shutdown: 2026-11-25, successor: gpt-image-2 }
`,
  });
  const { words } = await readArtdesk(folder, ["models"]);
  const flat = words.replaceAll(/\s+/g, "");
  expect(flat).toContain("ENDED2026-11-23,");
  expect(flat).toContain("ends2026-11-25,then");
  const json = await readArtdesk(folder, ["models", "--json", "gpt-image-0", "gpt-image-00"]);
  const { models } = JSON.parse(json.words) as { models: { id: string; ended: boolean }[] };
  expect(models.map(({ id, ended }) => [id, ended])).toEqual([
    ["gpt-image-0", true],
    ["gpt-image-00", false],
  ]);
});

test("a retired name is explained by itself", async () => {
  const { words } = await readArtdesk(makeFolder(), ["models", "dall-e-3"]);
  expect(words).toMatch(/Names that lead elsewhere:\n {2}dall-e\S*: .*gpt-image-2\.5-flare/);
  expect(words).not.toContain("imagen");
});

test("models and prices of artdesk.yml are listed with their place", async () => {
  const { words } = await readArtdesk(makeFolder({ "artdesk.yml": OWN }), [
    "models",
    "gpt-image-9",
    "openrouter/seedream-4.5",
  ]);
  expect(words.replaceAll(/\s+/g, " ")).toContain("openai/gpt-image-9");
  expect(words).toContain("a rumour");
  expect(words).toContain("artdesk.yml:2");
});

test.each([
  [["--max-price", "cheap"], "--max-price"],
  [["midjourny"], 'no model called "midjourny"'],
  [["--provider", "opnai"], "Unknown provider"],
])("refuses %j", async (args, message) => {
  const { code, words } = await readArtdesk(makeFolder(), ["models", ...args]);
  expect([code, words]).toEqual([2, expect.stringContaining(message)]);
});

test("--check: the catalogue agrees with what the providers say", async () => {
  const { code, checks } = await check(undefined, simulator.env);
  expect(checks.filter(({ state }) => state === "checked").map(({ provider }) => provider)).toEqual([
    "openai",
    "gemini",
    "fal",
    "replicate",
    "openrouter",
  ]);
  expect([code, differences(checks, "drift")]).toEqual([0, []]);
  expect(differences(checks, "note")).toContain(
    "black-forest-labs/flux.2-pro costs $0.03 per megapixel today; write your price under `prices` to use it.",
  );
  expect(differences(checks, "note")).toContain(
    "fal-ai/recraft-20b costs $0.022 per image today; write your price under `prices` to use it.",
  );
  const asked = simulator.calls().map(({ method, path, hasKey }) => `${method} ${path} ${hasKey}`);
  expect(asked).toEqual(
    expect.arrayContaining([
      "GET /openai/v1/models true",
      "GET /fal-platform/v1/models/pricing?endpoint_id=fal-ai%2Fseedvr%2Fupscale%2Fimage true",
      "GET /replicate/v1/models/bytedance/seedream-4.5 true",
    ]),
  );
  expect(simulator.statement().entries).toEqual([]);
});

test("--check: ids that are gone, dates and prices that differ, exit 4", async () => {
  const { code, checks } = await check(OWN, simulator.env);
  expect(code).toBe(4);
  expect(differences(checks, "drift")).toEqual([
    "gpt-image-9 is not served to this key any more.",
    "gpt-image-2-2026-04-22 is not served to this key any more.",
    "gemini-9-image is not served to this key any more.",
    "fal-ai/seedvr/upscale/image costs $0.001 per megapixel; $0.002 per image is known here.",
    "fal-ai/kite is not known to fal.ai any more.",
    "someone/kite is not served any more.",
    "bytedance-seed/seedream-4.5 costs $0.04 per image; $0.05 per image is known here.",
  ]);
});

test("--check: a key for an address of one's own is not sent to fal's", async () => {
  const { FAL_PLATFORM_BASE_URL: _platform, ...env } = simulator.env;
  const { checks } = await check(undefined, env);
  expect(checks.find(({ provider }) => provider === "fal")).toMatchObject({
    state: "skipped",
    reason: "its base URL is your own: set FAL_PLATFORM_BASE_URL, too",
  });
});

test("--check: without any key there is nothing to compare, exit 2; an unreachable provider is a failure, exit 1", async () => {
  const without = await check(undefined, {});
  expect(without.code).toBe(2);
  expect(without.checks.every(({ state }) => state === "skipped")).toBe(true);
  const { code, checks } = await check(undefined, { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `${simulator.url}/nowhere` });
  expect(code).toBe(1);
  expect(checks.find(({ provider }) => provider === "openai")).toMatchObject({ state: "failed", findings: [] });
});
