import { catalogueRows, createLedger, findModel } from "@artdesk/core";
import { systemClock, systemRandom } from "@artdesk/core/node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { NAMED_MODELS, workspaceOf } from "../../../scripts/named-models.ts";
import { createOctokitClient } from "../src/github/octokit-client.ts";
import { createGitRefLedgerStore } from "../src/make/ledger-ref.ts";
import { OWNER, REPO } from "./harness/emulator.ts";
import { startScenario, type Scenario } from "./harness/scenario.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const INPUTS = {
  mode: "generate",
  deliver: "commit",
  "budget-month": "10",
  "gemini-api-key": "sim-gemini-key",
  "fal-key": "sim-fal-key",
  "replicate-api-token": "sim-replicate-token",
  "openrouter-api-key": "sim-openrouter-key",
};

let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario.close());

test.each(NAMED_MODELS)("$name makes its image by that name, and is committed and booked", async (model) => {
  const { repository, simulator } = scenario;
  const row = findModel(catalogueRows, model.name)?.row;
  const branch = `named/${model.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
  await repository.branch(branch);
  await repository.commit(branch, workspaceOf(model));
  const before = simulator.statement();

  const { exitCode, annotations, outputs } = await scenario.run({ branch, inputs: INPUTS });
  expect([exitCode, annotations.filter(({ level }) => level === "error")]).toEqual([0, []]);
  const { entries, totalMicroUsd } = simulator.statement();
  const billed = entries.slice(before.entries.length);
  expect(billed).toMatchObject([{ provider: row?.provider, images: 1, delivered: true }]);
  expect(outputs).toMatchObject({ changed: "true", generated: "1", failed: "0" });
  expect(Number(outputs["cost-usd"])).toBeCloseTo((totalMicroUsd - before.totalMicroUsd) / 1_000_000, 6);
  const lock = await repository.file(branch, ".artdesk/lock/a.json");
  expect(JSON.parse(String(lock))).toMatchObject({ model: row?.id });
  expect(await repository.file(branch, "out.png")).toBeDefined();
});

test("the books on the git ref are what the bank's statement says", async () => {
  const client = createOctokitClient(scenario.github.adminToken, scenario.github.url);
  const store = createGitRefLedgerStore({ client, owner: OWNER, repo: REPO });
  const ledger = createLedger({ store, clock: systemClock, random: systemRandom, budget: {}, run: "audit" });
  const [month] = await ledger.balances();
  const { totalMicroUsd, entries } = scenario.simulator.statement();
  expect(entries).toHaveLength(NAMED_MODELS.length);
  expect(month).toMatchObject({ spentMicroUsd: totalMicroUsd, reservedMicroUsd: 0, unknownMicroUsd: 0 });
});
