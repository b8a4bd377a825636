import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CompareReport, JudgeLabelsReport } from "@artdesk/core/node";
import { type Simulator, startSimulator } from "@artdesk/simulator";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { filesBelow, makeFolder, readArtdesk, runArtdesk } from "./cli-process.ts";

const EXAMPLE = fileURLToPath(new URL("../../../examples/compare", import.meta.url));
const MODELS = "gpt-image-2@medium,gemini-3-pro-image";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ seed: 3 });
});
beforeEach(() => {
  simulator.reset();
  simulator.adherence({ rules: [{ model: "gpt-image-2", rate: 0.95 }, { rate: 0.55 }] });
});
afterAll(() => simulator.close());

function exampleFolder(): string {
  const folder = makeFolder();
  cpSync(EXAMPLE, folder, { recursive: true, filter: (path) => !path.endsWith(".artdesk") });
  return folder;
}

test("the example: three briefs, two models, five attempts each, with a page per brief", async () => {
  const folder = exampleFolder();
  const { code, stdout, stderr } = await runArtdesk(
    folder,
    ["compare", "red-dress.image.md", "portrait.image.md", "product.image.md", "--models", MODELS, "--json"],
    simulator.env,
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining("Comparing red-dress")]);
  const report = JSON.parse(stdout) as CompareReport;
  expect(report.assets.map(({ id }) => id).toSorted()).toEqual(["portrait", "product", "red-dress"]);
  expect(report.totals.images).toBe(30);
  expect(report.totals.costMicroUsd).toBe(simulator.statement().totalMicroUsd);
  for (const asset of report.assets) {
    for (const model of asset.models) {
      expect(model.files).toHaveLength(5);
      expect(new Set(model.judged.map(({ sha256 }) => sha256)).size).toBe(5);
      // Both models are measured by the same judge.
      expect(new Set(model.judged.map(({ judge }) => judge))).toEqual(new Set(["openai-decisions"]));
      for (const rate of model.elements) expect(rate.successes + rate.unsure).toBeLessThanOrEqual(5);
    }
    const [first, second] = asset.models;
    const isApart = (first?.placed.low ?? 0) > (second?.placed.high ?? 1);
    expect([asset.id, asset.winner.name]).toEqual([asset.id, isApart ? "gpt-image-2@medium" : undefined]);
    const page = readFileSync(join(folder, asset.report), "utf8");
    expect(page.match(/<img src="data:image\/(png|jpeg);base64,/g)).toHaveLength(10);
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
  }
  expect(report.assets.some(({ winner }) => winner.name !== undefined)).toBe(true);
  expect(filesBelow(folder).filter((file) => /\.(png|jpg)$/.test(file))).toHaveLength(30);
});

test("the page says which judge was asked instead of one that is down", async () => {
  simulator.faults([{ kind: "server_error", status: 503, model: "gpt-6-luna", times: "always" }]);
  const folder = exampleFolder();
  const args = ["compare", "portrait.image.md", "--models", MODELS, "--attempts", "2"];
  expect((await runArtdesk(folder, args, simulator.env)).code).toBe(0);
  const page = readFileSync(join(folder, ".artdesk/compare/portrait/report.html"), "utf8");
  expect(page).toMatch(/<p class="note">gpt-image-2@medium: OpenAI Decisions: .* was asked instead\.<\/p>/);
  expect(page).toContain("gemini-vision (gemini-3.5-flash-lite), same provider as the maker");
});

test("people read who won, or that nobody did", async () => {
  simulator.adherence({ rules: [{ rate: 0.8 }] });
  const { code, words } = await readArtdesk(
    exampleFolder(),
    ["compare", "portrait.image.md", "--models", MODELS, "--attempts", "2"],
    simulator.env,
  );
  expect(code).toBe(0);
  expect(words).toContain("No winner: the 95 % intervals overlap");
  expect(words).toContain("an elderly man");
});

test.each([
  [["--models", "gpt-image-2"], "two models"],
  [["--models", "gpt-image-2,gpt-imagine"], "gpt-imagine"],
  [["--models", MODELS, "--attempts", "11"], "1 to 10"],
])("wrong words %s cost nothing", async (words, why) => {
  const answer = await readArtdesk(exampleFolder(), ["compare", "portrait.image.md", ...words], simulator.env);
  expect(answer.code).toBe(2);
  expect(answer.words).toContain(why);
  expect(simulator.statement().entries).toEqual([]);
});

test("a comparison stops at the run's budget and keeps what it has", async () => {
  const folder = exampleFolder();
  writeFileSync(join(folder, "artdesk.yml"), "version: 1\nbudget: { run: 0.50 }\n");
  const { code, words } = await readArtdesk(
    folder,
    ["compare", "portrait.image.md", "--models", MODELS, "--attempts", "5"],
    simulator.env,
  );
  expect(code).toBe(3);
  expect(words).toContain("this run");
  expect(simulator.statement().totalMicroUsd).toBeLessThanOrEqual(500_000);
});

test("a judge is measured on labels, and its figures are those of the truth", async () => {
  simulator.adherence({ rules: [{ rate: 0.6 }], judgeErrorRate: 0.2 });
  const folder = exampleFolder();
  const made = await runArtdesk(folder, ["compare", "red-dress.image.md", "--models", MODELS, "--json"], simulator.env);
  const questions = ["Is there a woman?", "Is it raining?", "Are there lanterns?", "Is the light warm?"];
  const { assets } = JSON.parse(made.stdout) as CompareReport;
  const lines = assets.flatMap(({ models }) =>
    models.flatMap(({ files, judged }) =>
      files.map((file, index) => {
        const sha256 = judged[index]?.sha256 ?? "";
        const elements = questions.map((q, id) => ({ id, q, label: simulator.isPlaced(sha256, q) }));
        return { image: file, elements };
      }),
    ),
  );
  writeFileSync(join(folder, "labels.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
  const { code, stdout, stderr } = await runArtdesk(
    folder,
    ["judge", "--labels", "labels.jsonl", "--json"],
    simulator.env,
  );
  expect([code, stderr]).toEqual([0, ""]);
  const report = JSON.parse(stdout) as JudgeLabelsReport;
  expect(report).toMatchObject({ images: 10, labels: 40, unsure: 0 });
  // 20 % of 40 answers are wrong in the mean; the figures belong together however many there are.
  const wrong = report.labels - report.agreement.successes;
  expect(wrong).toBeGreaterThan(2);
  expect(wrong).toBeLessThan(16);
  const placed = lines.flatMap(({ elements }) => elements).filter(({ label }) => label).length;
  expect(report.recall.trials).toBe(placed);
  const falseAlarms = report.precision.trials - report.precision.successes;
  const misses = report.recall.trials - report.recall.successes;
  expect(falseAlarms + misses).toBe(wrong);
  const shown = await readArtdesk(folder, ["judge", "--labels", "labels.jsonl"], simulator.env);
  expect(shown.words).toContain("agreement");
  const broken = makeFolder({ "labels.jsonl": '{"image": "a.png", "elements": [{"q": "Is it?"}]}\n' });
  const refused = await readArtdesk(broken, ["judge", "--labels", "labels.jsonl"], simulator.env);
  expect(refused.code).toBe(2);
  expect(refused.words).toContain("labels.jsonl:1");
});

test("`verify` in artdesk.yml: questions drawn once and kept beside the lock, what is missing shown", async () => {
  simulator.adherence({ rules: [{ question: "moon", rate: 0 }] });
  const folder = makeFolder({
    "artdesk.yml": "version: 1\nverify: escalate\n",
    "night.image.md": "---\npurpose: docs\n---\nA cat on a wall, a yellow moon.\n",
  });
  const { code, words } = await readArtdesk(folder, ["generate"], simulator.env);
  expect(code).toBe(0);
  expect(words).toMatch(/night: .* 0 of 1 complete, then .* 0 of 1 complete; judged for/);
  expect(words).toContain("missing: Does the image show a yellow moon?");
  const kept = filesBelow(folder).filter((file) => file.startsWith(".artdesk/questions/"));
  expect(kept).toHaveLength(1);
  expect(readFileSync(join(folder, ".artdesk/.gitignore"), "utf8")).toContain("!questions/");
  const lock = JSON.parse(readFileSync(join(folder, ".artdesk/lock/night.json"), "utf8")) as { costMicroUsd: number };
  expect(lock.costMicroUsd).toBe(simulator.statement().totalMicroUsd);
  expect((await readArtdesk(folder, ["generate", "--force"], simulator.env)).code).toBe(0);
  expect(simulator.calls().filter(({ path }) => path.endsWith("/responses"))).toHaveLength(1);
  expect((await readArtdesk(folder, ["check"], simulator.env)).code).toBe(0);
});
