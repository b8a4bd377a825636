import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { builtInCatalogue, findModel } from "../packages/core/src/index.ts";
import { generateModelTables, withTable } from "../scripts/generate-models-doc.ts";
import { NAMED_MODELS } from "../scripts/named-models.ts";

const textOf = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

test.each(Object.entries(generateModelTables()))(
  "the table of %s is what the catalogue says (`pnpm models-doc`)",
  (path, table) => {
    expect(textOf(path)).toBe(withTable(textOf(path), table));
  },
);

test("every name of the list is in the document, and every provider and upscaler of the catalogue is named", () => {
  const text = textOf("docs/models.md");
  for (const { name } of NAMED_MODELS) expect(text).toContain(`| ${name} |`);
  for (const { name } of builtInCatalogue.providers.values()) expect(text).toContain(name);
  const upscalers = builtInCatalogue.rows.filter(
    (row) => row.operations.includes("upscale") && row.provider !== "sketch",
  );
  const listed = NAMED_MODELS.map(({ name }) => findModel(builtInCatalogue.rows, name)?.row);
  expect(upscalers.filter((row) => !listed.includes(row))).toEqual([]);
});
