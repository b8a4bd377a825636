import { catalogueRows, findModel } from "@artdesk/core";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { existsSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { NAMED_MODELS } from "../../../scripts/named-models.ts";
import { makeFolder, readArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
let photo: Buffer;
beforeAll(async () => {
  simulator = await startSimulator();
  const background = { r: 200, g: 80, b: 40, alpha: 1 };
  photo = await sharp({ create: { width: 256, height: 256, channels: 4, background } })
    .png()
    .toBuffer();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

test.each(NAMED_MODELS)(
  "$name makes its image by that name, books and statement agree",
  async ({ name, frontMatter }) => {
    const row = findModel(catalogueRows, name)?.row;
    if (row === undefined) throw new Error(`the catalogue has no ${name}`);
    const isPriced = row.price.kind !== "unknown";
    const prompt = `---\nmodel: ${name}\noutput: out.png\n${frontMatter}\n---\nA red fox in snow.\n`;
    if (!isPriced) {
      const { code, words } = await readArtdesk(
        makeFolder({ "a.image.md": prompt, "photo.png": photo }),
        ["plan"],
        simulator.env,
      );
      expect([code, words]).toEqual([2, expect.stringContaining(`prices: { "${row.id}": 0.05 }`)]);
    }
    const folder = makeFolder({
      "artdesk.yml": `version: 1\nbudget: { month: 2 }\n${isPriced ? "" : `prices: { "${row.id}": 0.05 }\n`}`,
      "a.image.md": prompt,
      "photo.png": photo,
    });
    const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
    expect([code, document.assets[0]?.error, document.assets[0]?.model]).toEqual([0, undefined, row.id]);
    expect(existsSync(join(folder, "out.png"))).toBe(true);
    const { entries, totalMicroUsd } = simulator.statement();
    expect(entries).toMatchObject([{ provider: row.provider, images: 1, delivered: true }]);
    const { document: books } = await runArtdeskJson(folder, ["budget"]);
    // With a price of one's own the books hold that one, whatever the simulated provider charges.
    const spent = isPriced ? totalMicroUsd : 50_000;
    expect(books.balances[0]).toMatchObject({ spentMicroUsd: spent, unknownMicroUsd: 0, reservedMicroUsd: 0 });
  },
);
