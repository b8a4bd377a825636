import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder, readArtdesk, runArtdeskJson } from "./cli-process.ts";

const BASE = "fal-ai/recraft-20b";
const ENLARGER = "fal-ai/seedvr/upscale/image";
const BASE_MICRO_USD = 22_000;
const ENLARGER_MICRO_USD = 5_000;

const promptFile = (lines = ""): string => `---\nsize: 2048x2048\noutput: fox.png\n${lines}---\nA red fox in snow.\n`;
/** With what the simulator charges for it, so that books and statement can be compared. */
const config = (monthUsd: number): string =>
  `version: 1\nprices: { "${BASE}": 0.022 }\nbudget: { month: ${monthUsd} }\n`;

async function setUp(monthUsd = 1): Promise<{ simulator: Simulator; folder: string; env: Record<string, string> }> {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const folder = makeFolder({ "artdesk.yml": config(monthUsd), "fox.image.md": promptFile() });
  const { FAL_KEY = "", FAL_BASE_URL = "" } = simulator.env;
  return { simulator, folder, env: { FAL_KEY, FAL_BASE_URL } };
}

const widthPx = (folder: string): number => readFileSync(join(folder, "fox.png")).readUInt32BE(16);
const bought = (simulator: Simulator): string[] => simulator.statement().entries.map(({ model }) => model);
const keptAttempts = (folder: string): string[] => readdirSync(join(folder, ".artdesk/journal"));

/** The bank's statement is what the books say, and nothing stays set aside. */
async function expectBooks(folder: string, simulator: Simulator): Promise<void> {
  const { document } = await runArtdeskJson(folder, ["budget"]);
  expect(document.balances[0]).toMatchObject({
    spentMicroUsd: simulator.statement().totalMicroUsd,
    reservedMicroUsd: 0,
    unknownMicroUsd: 0,
  });
}

test("a cheap model's image is enlarged where that costs less than one model at full size", async () => {
  const { simulator, folder, env } = await setUp();
  const { document: plan } = await runArtdeskJson(folder, ["plan"], env);
  const [offer, next] = plan.assets[0]?.decision?.offers ?? [];
  expect(offer).toMatchObject({
    model: BASE,
    size: "2048x2048",
    estimateMicroUsd: 27_000,
    worstCaseMicroUsd: 27_000,
    steps: [
      { model: BASE, size: "1024x1024", worstCaseMicroUsd: BASE_MICRO_USD },
      { model: ENLARGER, size: "2048x2048", worstCaseMicroUsd: ENLARGER_MICRO_USD },
    ],
  });
  expect(offer?.reasons[0]).toBe(
    `Made in two steps: generate at 1024x1024 with ${BASE} for $0.022, then enlarge 2 times to 2048x2048 with ${ENLARGER} for $0.005: $0.027 in all, cheaper than fal-ai/bytedance/dreamina/v3.1/text-to-image at $0.03.`,
  );
  expect(next).toMatchObject({ model: "fal-ai/bytedance/dreamina/v3.1/text-to-image", estimateMicroUsd: 30_000 });
  expect(plan.totals).toMatchObject({ images: 1, estimateMicroUsd: 27_000, worstCaseMicroUsd: 27_000 });
  expect((await readArtdesk(folder, ["plan"], env)).words).toMatch(/1024x1024, enlarged to 2048x2048/);

  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  expect([code, widthPx(folder)]).toEqual([0, 2048]);
  const [asset] = document.assets;
  expect(asset).toMatchObject({ status: "generated", model: BASE, size: "2048x2048", images: 1, costMicroUsd: 27_000 });
  expect(asset?.reasons[0]).toMatch(/^Made in two steps: /);
  expect(asset?.attempts.map(({ kind, model, size, costMicroUsd }) => [kind, model, size, costMicroUsd])).toEqual([
    ["base", BASE, "1024x1024", BASE_MICRO_USD],
    [undefined, ENLARGER, "2048x2048", ENLARGER_MICRO_USD],
  ]);
  expect(bought(simulator)).toEqual([BASE, ENLARGER]);
  await expectBooks(folder, simulator);
  expect(keptAttempts(folder)).toEqual([]);
  const again = await runArtdeskJson(folder, ["generate"], env);
  expect(again.document.totals).toMatchObject({ unchanged: 1, costMicroUsd: 0 });
});

test("when enlarging fails, the paid image is kept, and the next run only enlarges it", async () => {
  const { simulator, folder, env } = await setUp();
  simulator.faults([{ kind: "moderation", model: ENLARGER }]);
  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  expect(code).toBe(1);
  const [failed] = document.assets;
  expect(failed?.error?.message).toMatch(
    /^The image of fal-ai\/recraft-20b at 1024x1024 is paid for and kept, but was not enlarged: /,
  );
  expect(failed?.error?.hint).toMatch(/Run again: the image is not bought a second time, only enlarged\.$/);
  expect(failed).toMatchObject({ costMicroUsd: BASE_MICRO_USD, images: 0 });
  expect(bought(simulator)).toEqual([BASE]);
  await expectBooks(folder, simulator);

  const { document: plan } = await runArtdeskJson(folder, ["plan"], env);
  expect(plan.totals.estimateMicroUsd).toBe(ENLARGER_MICRO_USD);
  const second = await runArtdeskJson(folder, ["generate"], env);
  expect([second.code, widthPx(folder)]).toEqual([0, 2048]);
  expect(second.document.totals).toMatchObject({ generated: 1, costMicroUsd: ENLARGER_MICRO_USD });
  expect(second.document.assets[0]?.reasons[0]).toBe(
    `The image itself is there: ${BASE} made it at 1024x1024 for $0.022 in an earlier run. Only enlarging it is bought.`,
  );
  expect(bought(simulator)).toEqual([BASE, ENLARGER]);
  await expectBooks(folder, simulator);
  expect(keptAttempts(folder)).toEqual([]);
  const lock = readFileSync(join(folder, ".artdesk/lock/fox.json"), "utf8");
  expect(JSON.parse(lock)).toMatchObject({ model: BASE, costMicroUsd: 27_000 });
});

test("a budget that has nothing left for enlarging stops there, and keeps the image", async () => {
  const { simulator, folder, env } = await setUp();
  simulator.faults([{ kind: "moderation", model: ENLARGER }]);
  await runArtdeskJson(folder, ["generate"], env);
  writeFileSync(join(folder, "artdesk.yml"), config(0.025));
  const stopped = await runArtdeskJson(folder, ["generate"], env);
  expect([stopped.code, stopped.document.assets[0]?.error?.code]).toEqual([3, "budget_exceeded"]);
  expect(bought(simulator)).toEqual([BASE]);
  expect(keptAttempts(folder)).toHaveLength(1);
  writeFileSync(join(folder, "artdesk.yml"), config(0.027));
  const { code } = await runArtdeskJson(folder, ["generate"], env);
  expect([code, bought(simulator)]).toEqual([0, [BASE, ENLARGER]]);
  await expectBooks(folder, simulator);
});

test("a budget below both steps together buys neither", async () => {
  const { simulator, folder, env } = await setUp(0.0269);
  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  expect([code, document.assets[0]?.error?.code]).toEqual([3, "budget_exceeded"]);
  expect(document.assets[0]?.error?.message).toMatch(/2048x2048 in two steps, may cost \$0\.027\./);
  expect(bought(simulator)).toEqual([]);
});

test("a first step that fails gives the money for the second back and goes to the next offer", async () => {
  const { simulator, folder, env } = await setUp();
  writeFileSync(join(folder, "artdesk.yml"), `${config(1)}policy: { on_refusal: next }\n`);
  simulator.faults([{ kind: "moderation", model: BASE }]);
  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  expect(code).toBe(0);
  expect(document.assets[0]).toMatchObject({ model: "fal-ai/bytedance/dreamina/v3.1/text-to-image" });
  expect(simulator.statement().totalMicroUsd).toBe(30_000);
  await expectBooks(folder, simulator);
});

test("an enlargement that is possibly billed waits for a person, and then only it is bought again", async () => {
  const { simulator, folder, env } = await setUp();
  simulator.faults([{ kind: "server_error", model: ENLARGER }]);
  const first = await runArtdeskJson(folder, ["generate"], env);
  expect(first.document.totals).toMatchObject({ costMicroUsd: BASE_MICRO_USD, possiblyBilledMicroUsd: 5_000 });
  const refused = await runArtdeskJson(folder, ["generate"], env);
  expect(refused.document.assets[0]?.error?.message).toMatch(/possibly billed .* it is not bought again\./);
  const { document: books } = await runArtdeskJson(folder, ["budget"]);
  await readArtdesk(folder, ["budget", "reconcile", books.unknown[0]?.id ?? "", "--cost", "0"]);
  const { code } = await runArtdeskJson(folder, ["generate"], env);
  expect([code, bought(simulator)]).toEqual([0, [BASE, ENLARGER]]);
  await expectBooks(folder, simulator);
});

test("a prompt that has changed since is made anew, and the paid image is set aside", async () => {
  const { simulator, folder, env } = await setUp();
  simulator.faults([{ kind: "moderation", model: ENLARGER }]);
  await runArtdeskJson(folder, ["generate"], env);
  writeFileSync(join(folder, "fox.image.md"), promptFile("purpose: docs\n"));
  const { document } = await runArtdeskJson(folder, ["generate"], env);
  expect(document.warnings[0]).toMatch(/its prompt changed .* the paid images are kept in \.artdesk\/recovered\//);
  expect(bought(simulator)).toEqual([BASE, BASE, ENLARGER]);
  await expectBooks(folder, simulator);
});
