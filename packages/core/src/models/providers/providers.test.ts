import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { builtInCatalogue } from "../catalogue/built-in-catalogue.ts";

const folder = import.meta.dirname;
const adapters = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => file.slice(0, -3));

test("there are adapters to look at", () => {
  expect(adapters).toEqual(expect.arrayContaining(["gemini", "openai", "openai-compatible", "openrouter", "sketch"]));
});

test.each(adapters)("%s has its test, its fixture and a provider of its own name", async (name) => {
  expect(existsSync(join(folder, `${name}.test.ts`)), `${name}.test.ts`).toBe(true);
  const fixture = join(folder, "__fixtures__", `${name}.ts`);
  expect(existsSync(fixture), `__fixtures__/${name}.ts`).toBe(true);
  expect(readFileSync(fixture, "utf8")).toMatch(/source: \{ document: ".+", date: "\d{4}-\d{2}-\d{2}" \}/);
  const module = (await import(/* @vite-ignore */ pathToFileURL(join(folder, `${name}.ts`)).href)) as Record<
    string,
    unknown
  >;
  const exported = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  expect(builtInCatalogue.providers.get(name), `${name} in built-in-catalogue.ts`).toBe(module[exported]);
  const provider = builtInCatalogue.providers.get(name);
  const isByHand = provider?.kind === "http" && provider.modelsByHand === true;
  expect(
    builtInCatalogue.rows.some((row) => row.provider === name),
    `catalogue rows of ${name}`,
  ).toBe(!isByHand);
  expect(module[exported]).toMatchObject({ id: name, kind: expect.stringMatching(/^(http|job|local)$/) });
});
