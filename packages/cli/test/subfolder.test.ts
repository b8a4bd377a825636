import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { filesBelow, makeFolder, readArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const prompt = (what: string, output?: string): string =>
  `---\nmodel: gpt-image-2\nquality: low\nsize: 1024x1024\n${output === undefined ? "" : `output: ${output}\n`}---\nA ${what}.\n`;
const CONFIG = "version: 1\nbudget: { month: 5 }\n";
const bill = (): number => simulator.statement().totalMicroUsd;

test("a run in a sub-folder is a run of the workspace: nothing is bought again, and the root is named", async () => {
  const folder = makeFolder({
    "artdesk.yml": CONFIG,
    "images/lighthouse.image.md": prompt("lighthouse"),
    "images/deep/er/kite.image.md": prompt("kite"),
  });
  expect((await readArtdesk(folder, ["generate"], simulator.env)).code).toBe(0);
  const paid = bill();
  for (const place of ["images", "images/deep/er"]) {
    for (const command of ["check", "plan", "generate"]) {
      const said = await readArtdesk(join(folder, place), [command], simulator.env);
      expect([place, command, said.code]).toEqual([place, command, 0]);
      expect(said.words).toContain(`Workspace: ${folder}`);
    }
    const budget = await runArtdeskJson(join(folder, place), ["budget"]);
    expect(budget.document.balances[0]).toMatchObject({ spentMicroUsd: paid, limitMicroUsd: 5_000_000 });
  }
  expect(bill()).toBe(paid);
  expect(filesBelow(folder).filter((file) => /^images\/.*\.artdesk/.test(file))).toEqual([]);
  expect((await readArtdesk(folder, ["check"])).words).not.toContain("Workspace:");
});

test("files are named as they are seen from the folder where somebody works", async () => {
  const folder = makeFolder({
    "artdesk.yml": CONFIG,
    "images/a.image.md": prompt("lamp"),
    "images/b.image.md": prompt("kite"),
    "other/c.image.md": prompt("boat"),
  });
  const inside = join(folder, "images");
  expect((await readArtdesk(inside, ["generate", "a.image.md"], simulator.env)).code).toBe(0);
  expect(existsSync(join(inside, "a.png"))).toBe(true);
  expect(existsSync(join(inside, "b.png"))).toBe(false);
  expect((await readArtdesk(inside, ["generate", "."], simulator.env)).code).toBe(0);
  expect(existsSync(join(inside, "b.png"))).toBe(true);
  expect(existsSync(join(folder, "other/c.png"))).toBe(false);
  expect((await readArtdesk(inside, ["generate", "../other/*.image.md"], simulator.env)).code).toBe(0);
  expect(existsSync(join(folder, "other/c.png"))).toBe(true);
  expect((await readArtdesk(inside, ["generate", "../../x.image.md"], simulator.env)).code).toBe(2);
  for (const name of ["a.image.md", "a", "images/a"]) {
    const drafted = await readArtdesk(inside, ["draft", name, "--count", "1"], simulator.env);
    expect([name, drafted.code]).toEqual([name, 0]);
  }
});

test("the search ends at the repository's root", async () => {
  const outer = makeFolder({ "artdesk.yml": CONFIG, "repository/docs/a.image.md": prompt("lamp") });
  mkdirSync(join(outer, "repository/.git"));
  const docs = join(outer, "repository/docs");
  const said = await readArtdesk(docs, ["plan"], simulator.env);
  expect(said.words).not.toContain(`Workspace: ${outer}`);
  const budget = await runArtdeskJson(docs, ["budget"]);
  expect(budget.document.balances[0]?.limitMicroUsd).toBeUndefined();
});

test("a workspace without artdesk.yml is found again by its own folder", async () => {
  const folder = makeFolder({ "images/a.image.md": prompt("lamp") });
  expect((await readArtdesk(folder, ["generate"], simulator.env)).code).toBe(0);
  const paid = bill();
  expect((await readArtdesk(join(folder, "images"), ["generate"], simulator.env)).code).toBe(0);
  expect(bill()).toBe(paid);
});

test("what belongs to a workspace inside is not made from above", async () => {
  const folder = makeFolder({
    "artdesk.yml": CONFIG,
    "a.image.md": prompt("lamp"),
    "shop/artdesk.yml": CONFIG,
    "shop/b.image.md": prompt("kite"),
    "shop/deep/c.image.md": prompt("boat"),
  });
  const { document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(document.assets.map(({ id }) => id)).toEqual(["a"]);
  expect(filesBelow(join(folder, "shop"))).toEqual(["artdesk.yml", "b.image.md", "deep/c.image.md"]);
  for (const path of ["shop", "shop/b.image.md", "shop/deep/c.image.md", "shop/deep/"]) {
    const said = await readArtdesk(folder, ["generate", path], simulator.env);
    expect([path, said.code]).toEqual([path, 2]);
    expect(said.words).toContain("belongs to another workspace: shop has an artdesk.yml of its own");
  }
  const inside = await runArtdeskJson(join(folder, "shop/deep"), ["generate"], simulator.env);
  expect(inside.document.assets.map(({ id }) => id)).toEqual(["b", "deep/c"]);
  expect(existsSync(join(folder, "shop/.artdesk/ledger.sqlite"))).toBe(true);
});

test("nothing is written over a border, in either direction", async () => {
  const folder = makeFolder({
    "artdesk.yml": CONFIG,
    "a.image.md": prompt("lamp", "shop/deep/b.png"),
    "shop/artdesk.yml": CONFIG,
    "shop/deep/b.png": "the picture of the shop",
    "shop/up.image.md": prompt("kite", "../up.png"),
  });
  const above = await readArtdesk(folder, ["generate", "--force"], simulator.env);
  expect(above.code).toBe(2);
  expect(above.words).toContain("a.image.md:5:");
  expect(above.words).toContain("`shop` has an artdesk.yml of its own");
  const below = await readArtdesk(join(folder, "shop"), ["generate", "--force"], simulator.env);
  expect(below.code).toBe(2);
  expect(readFileSync(join(folder, "shop/deep/b.png"), "utf8")).toBe("the picture of the shop");
  expect(existsSync(join(folder, "up.png"))).toBe(false);
  expect(bill()).toBe(0);
});

test("--config names a workspace of the folder itself", async () => {
  const folder = makeFolder({ "artdesk.yml": CONFIG, "images/a.image.md": prompt("lamp") });
  writeFileSync(join(folder, "images/other.yml"), "version: 1\nbudget: { month: 1 }\n");
  const budget = await runArtdeskJson(join(folder, "images"), ["budget", "--config", "other.yml"]);
  expect(budget.document.balances[0]).toMatchObject({ limitMicroUsd: 1_000_000 });
});
