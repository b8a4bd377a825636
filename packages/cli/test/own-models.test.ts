import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeFolder, readArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const SEEDREAM = "---\nmodel: openrouter/seedream-4.5\naspect: 16:9\nresolution: 2K\n---\nA red fox in snow.\n";
const FLUX = "---\nmodel: black-forest-labs/flux.2-pro\nsize: 1024x1024\n---\nA red fox in snow.\n";

async function booksOf(folder: string): Promise<{ spent: number; unknown: number }> {
  const { document } = await runArtdeskJson(folder, ["budget"]);
  const [month] = document.balances;
  return { spent: month?.spentMicroUsd ?? 0, unknown: document.unknown.length };
}

test("OpenRouter: a model of its own, books and statement agree", async () => {
  const folder = makeFolder({ "artdesk.yml": "version: 1\nbudget: { month: 1 }\n", "a.image.md": SEEDREAM });
  const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect([code, document.assets[0]?.model, document.totals.costMicroUsd]).toEqual([
    0,
    "bytedance-seed/seedream-4.5",
    40_000,
  ]);
  const { entries, totalMicroUsd } = simulator.statement();
  expect(entries).toMatchObject([{ provider: "openrouter", images: 1, delivered: true }]);
  expect(await booksOf(folder)).toEqual({ spent: totalMicroUsd, unknown: 0 });
});

test("OpenRouter: a rate limit is waited out, money that is gone is not tried again", async () => {
  const files = { "artdesk.yml": "version: 1\nbudget: { month: 1 }\n", "a.image.md": SEEDREAM };
  simulator.faults([{ kind: "rate_limit", retryAfterMs: 1 }]);
  const waited = makeFolder(files);
  expect((await runArtdeskJson(waited, ["generate"], simulator.env)).code).toBe(0);
  expect(await booksOf(waited)).toEqual({ spent: simulator.statement().totalMicroUsd, unknown: 0 });
  simulator.reset();
  simulator.faults([{ kind: "billing_429", times: "always" }]);
  const broke = makeFolder(files);
  const { code, document } = await runArtdeskJson(broke, ["generate"], simulator.env);
  expect([code, document.assets[0]?.error?.code]).toEqual([1, "quota_exhausted"]);
  expect(simulator.calls()).toHaveLength(1);
  expect(await booksOf(broke)).toEqual({ spent: 0, unknown: 0 });
});

test("OpenRouter: a cut connection stays counted, as the statement has it", async () => {
  const folder = makeFolder({ "artdesk.yml": "version: 1\nbudget: { month: 1 }\n", "a.image.md": SEEDREAM });
  simulator.faults([{ kind: "cut_before_headers", times: "always" }]);
  const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(code).toBe(1);
  expect(document.totals.possiblyBilledMicroUsd).toBe(simulator.statement().totalMicroUsd);
  expect((await booksOf(folder)).unknown).toBe(1);
});

test("a model without a published price waits for yours; the stated price is what is settled", async () => {
  const folder = makeFolder({ "artdesk.yml": "version: 1\nbudget: { month: 1 }\n", "a.image.md": FLUX });
  const { code, words } = await readArtdesk(folder, ["plan"], simulator.env);
  expect(code).toBe(2);
  expect(words).toContain('`prices: { "black-forest-labs/flux.2-pro": 0.05 }`');
  const priced = makeFolder({
    "artdesk.yml": 'version: 1\nbudget: { month: 1 }\nprices: { "black-forest-labs/flux.2-pro": 0.07 }\n',
    "a.image.md": FLUX,
  });
  const plan = await runArtdeskJson(priced, ["plan"], simulator.env);
  expect(plan.document.totals.worstCaseMicroUsd).toBe(70_000);
  expect((await runArtdeskJson(priced, ["generate"], simulator.env)).code).toBe(0);
  expect(simulator.statement().totalMicroUsd).toBe(60_000);
  expect(await booksOf(priced)).toEqual({ spent: 60_000, unknown: 0 });
});

test("a mistake in prices stops before anything is planned, with its line", async () => {
  const folder = makeFolder({ "artdesk.yml": "version: 1\nprices:\n  gpt-imge-2: 0.1\n", "a.image.md": FLUX });
  const { code, words } = await readArtdesk(folder, ["plan"], simulator.env);
  expect(code).toBe(2);
  expect(words).toContain("artdesk.yml:3");
  expect(words).toContain("Did you mean gpt-image-2?");
});

function localServer(auth: string): Record<string, string> {
  return {
    "artdesk.yml": `version: 1
budget: { month: 1 }
providers:
  openai-compatible:
    base_url: ${simulator.url}/openai/v1
    auth: ${auth}
catalogue:
  - id: studio-server
    provider: openai-compatible
    operations: [generate, edit]
    sizes: [1024x1024]
    qualities: [low, high]
    tiers: { generate: premium, edit: premium }
    price: { image: 0.02, quality: { low: 0.01 } }
    parameters: { model: gpt-image-2, response_format: null }
`,
    "a.image.md": "---\nmodel: studio-server\nquality: low\nsize: 1024x1024\n---\nA red fox in snow.\n",
  };
}

test("an OpenAI-compatible server: its own row, address and price", async () => {
  const folder = makeFolder(localServer("bearer"));
  const { code, document } = await runArtdeskJson(folder, ["generate"], { OPENAI_COMPATIBLE_API_KEY: "k" });
  expect([code, document.assets[0]?.model, document.totals.costMicroUsd]).toEqual([0, "studio-server", 10_000]);
  expect(simulator.calls()).toMatchObject([
    { path: "/openai/v1/images/generations", status: 200, body: { model: "gpt-image-2", quality: "low", n: 1 } },
  ]);
  // The price of one's own server is one's own: what the simulated OpenAI bills is not what the books say.
  expect(await booksOf(folder)).toEqual({ spent: 10_000, unknown: 0 });
});

test("an OpenAI-compatible server without a key says what to set", async () => {
  const { code, words } = await readArtdesk(makeFolder(localServer("bearer")), ["plan"], {});
  expect(code).toBe(2);
  expect(words).toContain("OPENAI_COMPATIBLE_API_KEY unless its auth is none");
  const open = await runArtdeskJson(makeFolder(localServer("none")), ["plan"], {});
  expect([open.code, open.document.totals.toMake]).toEqual([0, 1]);
});
