import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callCli } from "./crash/call-cli.ts";
import { draftDesk, referenceBytes } from "./draft-desk.ts";

const HERO = "docs/hero.image.md";
const DRAFTS = ".artdesk/drafts/docs/hero";

test("six drafts, two refinements, one final: cheap models first, a premium one last, every cent on the books", async () => {
  const desk = await draftDesk();
  const { folder, simulator, run } = desk;
  const sizeOf = (path: string): number => statSync(join(folder, path)).size;

  const drafts = await run("draft", HERO, "--count", "6");
  expect(drafts).toMatchObject({
    code: 0,
    report: { status: "made", kind: "draft", id: "docs/hero", quality: "low", chain: { drafts: 6 } },
  });
  expect(drafts.report.reasons[0]).toBe("Draft: the cheapest model is good enough.");
  expect(drafts.report.images.map(({ number, path }) => [number, path])).toEqual(
    [1, 2, 3, 4, 5, 6].map((number) => [number, `${DRAFTS}/${number}.png`]),
  );
  expect(new Set(drafts.report.images.map(({ sha256 }) => sha256)).size).toBe(6);
  expect(drafts.report.next).toEqual([
    'artdesk refine docs/hero "what to change" --pick N',
    "artdesk final docs/hero --pick N",
  ]);
  const page = readFileSync(join(folder, drafts.report.contactSheet ?? ""), "utf8");
  expect(page.match(/<img [^>]*data:image\/png/g)).toHaveLength(6);
  expect(existsSync(join(folder, "docs/hero.png"))).toBe(false);

  const first = await run("refine", "docs/hero", "more shadow under the left cheekbone", "--pick", "3");
  expect(first.report).toMatchObject({ status: "made", pick: 3, quality: "low", chain: { refinements: 1 } });
  const second = await run("refine", "docs/hero", "a warmer city");
  expect(second.report).toMatchObject({ status: "made", pick: 7, chain: { refinements: 2 } });
  expect(second.report.images.at(-1)).toMatchObject({ number: 8, parent: first.report.images[6]?.sha256, isNew: true });

  const final = await run("final", "docs/hero", "--pick", "8");
  expect(final).toMatchObject({ code: 0, report: { status: "made", outputs: ["docs/hero.png"], pick: 8 } });
  expect(final.report.reasons).toContain("Final: needs a premium model.");
  expect(final.report.reasons.join(" ")).toContain("Rated premium");
  expect(final.report.costMicroUsd).toBeGreaterThan(5 * first.report.costMicroUsd);

  const [draftCall, firstCall, secondCall, finalCall, ...others] = desk.calls();
  if (!draftCall || !firstCall || !secondCall || !finalCall) throw new Error("calls are missing");
  expect(others).toEqual([]);
  expect(referenceBytes(draftCall)).toEqual([]);
  // Base64 is padded to whole groups of three bytes.
  const sentSizeOf = (path: string): number => Math.ceil(sizeOf(path) / 3) * 3;
  expect(referenceBytes(firstCall)).toEqual([sentSizeOf(`${DRAFTS}/3.png`)]);
  expect(referenceBytes(secondCall)).toEqual([sentSizeOf(`${DRAFTS}/7.png`)]);
  expect(referenceBytes(finalCall)).toEqual([sentSizeOf(`${DRAFTS}/8.png`)]);
  for (const call of [secondCall, finalCall]) {
    const words = JSON.stringify(call.body);
    expect(words).toContain("more shadow under the left cheekbone");
    expect(words.indexOf("a warmer city")).toBeGreaterThan(0);
  }
  expect(JSON.stringify(finalCall.body)).toMatch(/1\. more shadow under the left cheekbone\.\\n2\. a warmer city\./);

  const { totalMicroUsd } = simulator.statement();
  expect(final.report.chain.costMicroUsd).toBe(totalMicroUsd);
  const lock = desk.readJson(".artdesk/lock/docs/hero.json");
  expect(lock).toMatchObject({
    parent: second.report.images.at(-1)?.sha256,
    costMicroUsd: final.report.costMicroUsd,
    chainCostMicroUsd: totalMicroUsd,
    outputs: [{ path: "docs/hero.png", sha256: hash("sha256", readFileSync(join(folder, "docs/hero.png")), "hex") }],
  });
  expect((await desk.json("report", "--by", "asset")).document).toMatchObject({
    rows: [{ key: "docs/hero", images: 9, costMicroUsd: totalMicroUsd }],
    chains: [{ id: "docs/hero", drafts: 6, refinements: 2, finals: 1, costMicroUsd: totalMicroUsd }],
  });
  const words = await callCli(["report"], { cwd: folder, env: simulator.env });
  expect(words.out).toMatch(/Drafts to finals[^]*docs\/hero +6 +2 +1 +\$0\.\d+/);

  expect((await desk.json("generate")).document).toMatchObject({ totals: { unchanged: 1, generated: 0 } });
  expect(await desk.json("check")).toMatchObject({ code: 0, document: { orphans: [], totals: { stale: 0 } } });
  expect(desk.calls()).toHaveLength(4);
});

test("what is there already is not bought again; --more and --force buy more on purpose", async () => {
  const { run, calls, folder } = await draftDesk();
  await run("draft", HERO, "--count", "2");
  expect((await run("draft", "docs/hero", "--count", "2")).report).toMatchObject({
    status: "unchanged",
    costMicroUsd: 0,
    images: [{ isNew: false }, { isNew: false }],
  });
  expect(calls()).toHaveLength(1);
  expect((await run("draft", HERO, "--count", "3")).report.images).toHaveLength(3);
  expect(calls()[1]?.body).toMatchObject({ n: 1 });
  expect((await run("draft", HERO, "--count", "2", "--more")).report.images).toHaveLength(5);
  // A draft that was deleted is made anew; the others stay.
  rmSync(join(folder, DRAFTS, "1.png"));
  expect((await run("draft", HERO, "--count", "5")).report.images).toHaveLength(6);
  expect(calls()).toHaveLength(4);

  await run("refine", HERO, "warmer", "--pick", "2");
  expect((await run("refine", HERO, "warmer", "--pick", "2")).report.status).toBe("unchanged");
  await run("final", HERO, "--pick", "2");
  expect((await run("final", HERO, "--pick", "2")).report).toMatchObject({ status: "unchanged", costMicroUsd: 0 });
  expect(calls()).toHaveLength(6);
  expect((await run("final", HERO, "--pick", "2", "--force")).report.status).toBe("made");
  expect((await run("final", HERO, "--pick", "3")).report.status).toBe("made");
  expect(calls()).toHaveLength(8);
});

test("a request that cannot be met ends with exit 2 and what to do, and pays nothing", async () => {
  const { run, fail, calls, folder } = await draftDesk({
    "docs/pair.image.md": "---\nvariants:\n  - { name: light }\n  - { name: dark }\n---\nA lamp.\n",
    "docs/large.image.md": "---\noperation: upscale\nreferences: [small.png]\n---\nLarger.\n",
  });
  const cases: [readonly string[], string, string][] = [
    [["draft", "docs/hreo"], 'There is no asset called "docs/hreo".', "Did you mean docs/hero?"],
    [["draft", "docs/pair"], "docs/pair.image.md describes 2 images.", "docs/pair@light, docs/pair@dark"],
    [["draft", "docs/large"], "docs/small.png", ""],
    [["draft", HERO, "--count", "11"], "count: 11 is not a whole number from 1 to 10.", ""],
    [["draft", HERO, "--count", "many"], '--count "many" is not a whole number', "--count 3"],
    [["refine", HERO], "needs to know what to change", "more shadow under the left cheekbone"],
    [["refine", HERO, "   "], "needs to know what to change", ""],
    [["refine", HERO, "warmer"], "There are no drafts of docs/hero yet.", "artdesk draft docs/hero"],
    [["final", HERO, "--pick", "1"], "There are no drafts of docs/hero yet.", "artdesk draft docs/hero"],
    [["final", HERO, "--pick", "0"], '--pick "0" is not a whole number', "--pick 3"],
  ];
  for (const [args, message, hint] of cases) {
    const { code, error } = await fail(...args);
    expect(code, args.join(" ")).toBe(2);
    expect(error.message).toContain(message);
    expect(error.hint ?? "").toContain(hint);
  }
  expect(calls()).toEqual([]);
  await run("draft", HERO, "--count", "2");
  expect(await fail("final", HERO, "--pick", "3")).toMatchObject({
    code: 2,
    error: { message: "There is no image 3 of docs/hero.", hint: "Possible here: --pick 1 to --pick 2." },
  });
  expect(await fail("final", HERO)).toMatchObject({ code: 2, error: { hint: "Possible here: --pick 1 to --pick 2." } });
  writeFileSync(join(folder, "docs/small.png"), readFileSync(join(folder, DRAFTS, "1.png")));
  expect(await fail("draft", "docs/large")).toMatchObject({
    code: 2,
    error: { message: "docs/large is upscaled, which needs no drafts." },
  });
  writeFileSync(join(folder, DRAFTS, "2.png"), "not what was received");
  expect(await fail("final", HERO, "--pick", "2")).toMatchObject({
    code: 2,
    error: { message: expect.stringContaining("is not the file that was received") as string },
  });
  expect(calls()).toHaveLength(1);
});

test("a budget that is too small stops a draft or a final with exit 3; a final is never made on a lesser model", async () => {
  const { run, fail, calls } = await draftDesk();
  expect(await fail("draft", HERO, "--max-cost", "0.001")).toMatchObject({ code: 3 });
  await run("draft", HERO, "--count", "1");
  expect(await fail("final", HERO, "--max-cost", "0.02")).toMatchObject({
    code: 3,
    error: { code: "budget_exceeded" },
  });
  expect(calls()).toHaveLength(1);
});

test("a prompt that changed since the drafts is said, and new drafts of it are made beside the old ones", async () => {
  const { run, calls, folder, json } = await draftDesk();
  await run("draft", HERO, "--count", "2");
  const file = join(folder, HERO);
  writeFileSync(file, `${readFileSync(file, "utf8")}At dawn.\n`);
  const final = await run("final", HERO, "--pick", "1");
  expect(final.report.warnings).toContainEqual(
    expect.stringContaining("The prompt of docs/hero changed since image 1 was made"),
  );
  expect(JSON.stringify(calls()[1]?.body)).toContain("At dawn.");
  expect((await json("check")).code).toBe(0);
  const again = await run("draft", HERO, "--count", "2");
  expect(again.report.images.map(({ isNew }) => isNew)).toEqual([false, false, true, true]);
});

test("a file that was edited by hand is not painted over", async () => {
  const { run, fail, folder, calls } = await draftDesk();
  await run("draft", HERO, "--count", "1");
  await run("final", HERO);
  writeFileSync(join(folder, "docs/hero.png"), "retouched");
  expect(await fail("final", HERO)).toMatchObject({
    code: 2,
    error: { hint: expect.stringContaining("--force") as string },
  });
  expect(calls()).toHaveLength(2);
});

test("drafts and finals can be tried for free, and a storyboard card is never taken for an image", async () => {
  const { run, fail, calls, folder } = await draftDesk();
  const cards = await run("draft", HERO, "--count", "2", "--provider", "sketch");
  expect(cards.report).toMatchObject({
    status: "made",
    costMicroUsd: 0,
    images: [{ model: "sketch" }, { model: "sketch" }],
  });
  await run("refine", HERO, "warmer", "--provider", "sketch");
  await run("final", HERO, "--provider", "sketch");
  expect(readdirSync(join(folder, "docs"))).toContain("hero.png");
  expect(calls()).toEqual([]);
  expect(await fail("final", HERO, "--pick", "1")).toMatchObject({
    code: 2,
    error: { message: "Image 1 is a storyboard card, not an image." },
  });
  expect((await run("draft", HERO, "--count", "1")).report.images).toHaveLength(4);
  expect((await run("final", HERO)).report).toMatchObject({ status: "made", pick: 4 });
});
