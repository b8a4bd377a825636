import { existsSync } from "node:fs";
import { join } from "node:path";
import { catalogueRows, findModel } from "@artdesk/core";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { NAMED_MODELS, workspaceOf } from "../../../scripts/named-models.ts";
import { makeFolder, readArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

test.each(NAMED_MODELS)("$name makes its image by that name, books and statement agree", async (model) => {
  const row = findModel(catalogueRows, model.name)?.row;
  if (row === undefined) throw new Error(`the catalogue has no ${model.name}`);
  expect(row.price.kind === "unknown").toBe(model.ownUsd !== undefined);
  const files = workspaceOf(model);
  if (model.ownUsd !== undefined) {
    const { "artdesk.yml": _own, ...unpriced } = files;
    const { code, words } = await readArtdesk(makeFolder(unpriced), ["plan"], simulator.env);
    expect([code, words]).toEqual([2, expect.stringContaining(`prices: { "${row.id}": 0.05 }`)]);
  }
  const folder = makeFolder(files);
  const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect([code, document.assets[0]?.error, document.assets[0]?.model]).toEqual([0, undefined, row.id]);
  expect(existsSync(join(folder, "out.png"))).toBe(true);
  const { entries, totalMicroUsd } = simulator.statement();
  expect(entries).toMatchObject([{ provider: row.provider, images: 1, delivered: true }]);
  const { document: books } = await runArtdeskJson(folder, ["budget"]);
  expect(books.balances[0]).toMatchObject({ spentMicroUsd: totalMicroUsd, unknownMicroUsd: 0, reservedMicroUsd: 0 });
});
