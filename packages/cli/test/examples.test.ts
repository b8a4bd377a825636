import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckReport, GenerateReport } from "@artdesk/core/node";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyExamples, makeFolder, runArtdesk, runArtdeskJson } from "./cli-process.ts";

/** Every asset of the examples with the shape that its prompt file asks for. */
const SHAPES: Readonly<Record<string, { images: number; ratio: number }>> = {
  "docs/hero": { images: 1, ratio: 3 / 2 },
  "docs/how-it-works": { images: 1, ratio: 16 / 9 },
  "docs/lighthouse-cutaway@day": { images: 1, ratio: 2 / 3 },
  "docs/lighthouse-cutaway@night": { images: 1, ratio: 2 / 3 },
  "events/stage-banner": { images: 1, ratio: 21 / 9 },
  "ideas/backup-header": { images: 1, ratio: 16 / 9 },
  "ideas/winter-moods": { images: 4, ratio: 4 / 3 },
  "print/tea-tin": { images: 1, ratio: 3 / 4 },
  "product/icons#tool=filter": { images: 1, ratio: 1 },
  "product/icons#tool=grinder": { images: 1, ratio: 1 },
  "product/icons#tool=kettle": { images: 1, ratio: 1 },
  "product/icons#tool=scale": { images: 1, ratio: 1 },
  "product/pour-over": { images: 1, ratio: 4 / 5 },
  "social/spring-sale": { images: 1, ratio: 1 },
};

async function expectImages(folder: string, report: GenerateReport): Promise<void> {
  expect(report.assets.map((asset) => asset.id).toSorted()).toEqual(Object.keys(SHAPES).toSorted());
  for (const asset of report.assets) {
    expect(asset).toMatchObject({ status: "generated", images: SHAPES[asset.id]?.images });
    expect(asset.outputs).toHaveLength(SHAPES[asset.id]?.images ?? 0);
    for (const output of asset.outputs) {
      const { info } = await sharp(join(folder, output)).raw().toBuffer({ resolveWithObject: true });
      expect(`${output} ${info.width}x${info.height}`).toBe(`${output} ${asset.size}`);
      expect(info.width / info.height).toBeCloseTo(SHAPES[asset.id]?.ratio ?? 0, 1);
    }
  }
}

function statusOf(report: GenerateReport, status: string): string[] {
  return report.assets.filter((asset) => asset.status === status).map((asset) => asset.id);
}

describe("with storyboard cards", () => {
  test("draws every example, says what the cards stand in for, and does nothing the second time", async () => {
    const folder = copyExamples();
    const first = await runArtdeskJson(folder, ["generate", "--provider", "sketch"]);
    expect(first.code).toBe(0);
    expect(first.document.totals).toMatchObject({ generated: 14, images: 17, costMicroUsd: 0 });
    await expectImages(folder, first.document);
    const hero = first.document.assets.find((asset) => asset.id === "docs/hero");
    expect(hero?.reasons[0]).toBe(
      "Storyboard card, not the image: it stands in for gpt-image-2.5-flare medium 1248x832, about $0.00947.",
    );
    expect(hero?.reasons.join(" ")).not.toContain("Rated draft");
    const sheet = readFileSync(join(folder, first.document.contactSheet ?? ""), "utf8");
    for (const id of Object.keys(SHAPES)) expect(sheet).toContain(id);
    expect(sheet.match(/src="data:image\/png;base64,/g)).toHaveLength(17);

    const madeAtMs = statSync(join(folder, "docs/images/hero.png")).mtimeMs;
    const second = await runArtdesk(folder, ["generate", "--provider", "sketch"]);
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(/^Nothing to do: 14 assets are up to date. No call was made; nothing was spent.\n/);
    expect(second.stderr).toBe("");
    const third = await runArtdeskJson(folder, ["generate", "--provider", "sketch"]);
    expect(third.document.totals).toMatchObject({ generated: 0, unchanged: 14, images: 0, costMicroUsd: 0 });
    expect(statSync(join(folder, "docs/images/hero.png")).mtimeMs).toBe(madeAtMs);
  });
});

describe("with both keys, against the simulator", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  test("plans without a call, makes everything, and books what the bank says", async () => {
    simulator.reset();
    const folder = copyExamples();
    const plan = await runArtdeskJson(folder, ["plan"], simulator.env);
    expect(plan.code).toBe(0);
    expect(simulator.calls()).toEqual([]);
    expect(plan.document.assets.map((asset) => asset.id).toSorted()).toEqual(Object.keys(SHAPES).toSorted());
    for (const asset of plan.document.assets) {
      expect(asset).toMatchObject({ id: expect.any(String), output: expect.any(String), status: "new" });
      expect(asset.decision?.offers[0]).toMatchObject({
        model: expect.any(String),
        quality: expect.any(String),
        size: expect.stringMatching(/^\d+x\d+$/),
        estimateMicroUsd: expect.any(Number),
        worstCaseMicroUsd: expect.any(Number),
        reasons: expect.arrayContaining([expect.any(String)]),
      });
      const [offer] = asset.decision?.offers ?? [];
      expect(offer?.worstCaseMicroUsd).toBeGreaterThanOrEqual(offer?.estimateMicroUsd ?? Infinity);
      for (const rejection of asset.decision?.rejected ?? []) {
        expect(Object.keys(rejection)).toEqual(expect.arrayContaining(["model", "quality", "size", "reason"]));
      }
    }
    expect(plan.document.assets.some((asset) => (asset.decision?.rejected.length ?? 0) > 0)).toBe(true);

    const made = await runArtdeskJson(folder, ["generate"], simulator.env);
    expect(made.code).toBe(0);
    await expectImages(folder, made.document);
    const reasonOf = (id: string): string => {
      const asset = made.document.assets.find((candidate) => candidate.id === id);
      return `${asset?.model} ${asset?.quality}: ${asset?.reasons.join(" ")}`;
    };
    expect(reasonOf("ideas/backup-header")).toMatch(
      /^gpt-image-2.5-flare low: Draft: the cheapest model is good enough/,
    );
    expect(reasonOf("social/spring-sale")).toMatch(/^gpt-image-2.5-flare medium: Text in the image \("SPRING SALE"/);
    expect(reasonOf("product/pour-over")).toMatch(/^gemini-3-pro-image default: Client work: needs a premium model/);
    expect(reasonOf("print/tea-tin")).toMatch(/^gemini-3-pro-image default: Print: needs a premium model/);

    const statement = simulator.statement();
    expect(statement.images).toBe(17);
    expect(made.document.totals.costMicroUsd).toBe(statement.totalMicroUsd);
    const budget = await runArtdeskJson(folder, ["budget"]);
    const month = budget.document.balances.find((balance) => balance.scope.startsWith("month:"));
    expect(month).toMatchObject({ spentMicroUsd: statement.totalMicroUsd, reservedMicroUsd: 0, images: 17 });
    const worstCase = plan.document.totals.worstCaseMicroUsd;
    expect(statement.totalMicroUsd).toBeLessThanOrEqual(worstCase);

    // Gemini chooses the file format: a name that says otherwise is pointed out.
    expect(made.document.warnings).toContain(
      "product/pour-over: product/images/pour-over.png holds JPEG data, whatever the name says: gemini-3-pro-image chooses the format itself. Name it in the prompt file: `output` that ends in pour-over.jpg (it is then made again).",
    );
    expect(made.document.warnings.filter((warning) => warning.includes("holds JPEG data"))).toHaveLength(3);
  });

  test("makes again what changed or is gone, and nothing else", async () => {
    simulator.reset();
    const folder = copyExamples();
    const generate = async (...args: string[]): Promise<GenerateReport> => {
      const { document } = await runArtdeskJson(folder, ["generate", ...args], simulator.env);
      return document;
    };
    const check = (): Promise<{ code: number | null; document: CheckReport }> => runArtdeskJson(folder, ["check"]);
    expect((await check()).code).toBe(4);
    await generate();
    expect((await check()).code).toBe(0);
    const billed = (): number => simulator.statement().entries.length;
    const afterFirst = billed();

    expect((await generate()).totals).toMatchObject({ generated: 0, unchanged: 14, costMicroUsd: 0 });
    expect(billed()).toBe(afterFirst);

    appendFileSync(join(folder, "docs/hero.image.md"), "A sleeping cat beside the lamp.\n");
    const stale = await check();
    expect(stale.code).toBe(4);
    expect(stale.document.totals).toEqual({ assets: 14, stale: 1, invalid: 0, orphans: 0 });
    expect(statusOf(await generate(), "generated")).toEqual(["docs/hero"]);
    expect(billed()).toBe(afterFirst + 1);

    rmSync(join(folder, "product/images/icons/scale.png"));
    expect(statusOf(await generate(), "generated")).toEqual(["product/icons#tool=scale"]);
    expect(billed()).toBe(afterFirst + 2);

    const edited = join(folder, "social/spring-sale.png");
    writeFileSync(edited, await sharp(edited).negate().png().toBuffer());
    const bytes = readFileSync(edited);
    const kept = await generate();
    expect(statusOf(kept, "generated")).toEqual([]);
    expect(kept.warnings).toEqual([
      "social/spring-sale: social/spring-sale.png is not the file that was made: it was edited or replaced. It is kept. `artdesk accept social/spring-sale` takes it as this asset's image, for nothing; --force makes the image again, over it.",
    ]);
    expect(readFileSync(edited).equals(bytes)).toBe(true);
    expect(billed()).toBe(afterFirst + 2);
    const forced = await generate("--force", "social/spring-sale.image.md");
    expect(statusOf(forced, "generated")).toEqual(["social/spring-sale"]);
    expect(readFileSync(edited).equals(bytes)).toBe(false);
    expect(billed()).toBe(afterFirst + 3);
    expect((await check()).code).toBe(0);
  });

  test("takes a storyboard card for a placeholder once a key is there", async () => {
    simulator.reset();
    const folder = makeFolder({ "fox.image.md": "A red fox.\n" });
    const sketched = await runArtdesk(folder, ["generate", "--provider", "sketch"]);
    expect(sketched.code).toBe(0);
    expect((await runArtdesk(folder, ["check", "--provider", "sketch"])).code).toBe(0);
    const check = await runArtdesk(folder, ["check"]);
    expect(check.code).toBe(4);
    expect(check.stdout).toBe(
      "! fox: So far it is a storyboard card; the image was not made yet.\n1 stale, 0 with mistakes, of 1 assets. Run: artdesk generate\n",
    );
    const real = await runArtdeskJson(folder, ["generate"], simulator.env);
    expect(real.document.totals).toMatchObject({ generated: 1, costMicroUsd: simulator.statement().totalMicroUsd });
    expect((await runArtdesk(folder, ["check"])).code).toBe(0);
    const again = await runArtdeskJson(folder, ["generate", "--provider", "sketch"]);
    expect(again.document.totals).toMatchObject({ generated: 0, unchanged: 1 });
  });
});
