import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const core = join(root, "packages/core/src");

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name));
}

const isTest = (file: string): boolean => /\.test\.ts$|__fixtures__|\/testing\//.test(file);

/** Every import and re-export of a file; relative ones as paths from the root, packages by name. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const pattern =
    /^\s*(?:import|export)\s+(type\s+)?(?:[\w*{][^;'"]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;
  return [...text.matchAll(pattern)].map((match) => {
    const target = match[2] ?? match[3] ?? "";
    const to = target.startsWith(".") ? relative(root, resolve(dirname(file), target)) : target;
    return { from: relative(root, file), to, typeOnly: match[1] !== undefined };
  });
}

const production = sourceFiles(core).filter((file) => !isTest(file));
const pure = production.filter((file) => !file.startsWith(join(core, "node")));
const show = (found: Import[]): string[] => found.map(({ from, to }) => `${from} imports ${to}`);

describe("who may import whom", () => {
  it("reads a graph that is not empty", () => {
    expect(pure.length).toBeGreaterThan(15);
    expect(pure.flatMap(importsOf).length).toBeGreaterThan(40);
  });

  it("keeps pure core free of the platform and of core/node", () => {
    const allowed = new Set(["valibot", "p-limit"]);
    const wrong = pure
      .flatMap(importsOf)
      .filter(({ to, typeOnly }) =>
        to.startsWith("packages/") ? /^packages\/core\/src\/(node|testing)\//.test(to) : !allowed.has(to) && !typeOnly,
      );
    expect(show(wrong)).toEqual([]);
  });

  it("lets providers know only the contracts", () => {
    const allowed =
      /^packages\/core\/src\/((provider|http|image|images-api|multipart-body|errors|ports|types)\.ts|drawing\/)/;
    const wrong = pure
      .filter((file) => file.startsWith(join(core, "providers")))
      .flatMap(importsOf)
      .filter(
        ({ to, typeOnly }) =>
          to.startsWith("packages/") && !allowed.test(to) && !(typeOnly && to.includes("/catalogue/row.ts")),
      );
    expect(show(wrong)).toEqual([]);
  });

  it("lets only the catalogue import providers", () => {
    const wrong = production
      .filter((file) => !file.startsWith(join(core, "catalogue")) && !file.startsWith(join(core, "providers")))
      .flatMap(importsOf)
      .filter(({ to }) => to.startsWith("packages/core/src/providers/"));
    expect(show(wrong)).toEqual([]);
  });

  it("keeps decisions pure of effects", () => {
    const effects = /\/(http|attempt|generate|artdesk|ledger\/(?!types))/;
    const wrong = pure
      .filter((file) =>
        /\/(plan|cost|brief|request|money)\.ts$|\/(policy|assets|catalogue)\//.test(relative(root, file)),
      )
      .flatMap(importsOf)
      .filter(({ to, typeOnly }) => to.startsWith("packages/core/src/") && effects.test(to) && !typeOnly);
    expect(show(wrong)).toEqual([]);
  });

  it("lets wrappers use core only through its entries", () => {
    const wrappers = ["cli", "github-action", "n8n-node"].flatMap((name) => sourceFiles(join(root, "packages", name)));
    const wrong = wrappers
      .filter((file) => !/\/(dist|node_modules)\//.test(relative(root, file)))
      .flatMap(importsOf)
      .filter(({ to }) => /packages\/core\/|^@artdesk\/core\/(?!node$|testing$)/.test(to));
    expect(show(wrong)).toEqual([]);
  });

  it("branches on no provider's name outside its own file", () => {
    const files = [
      ...pure,
      ...sourceFiles(join(root, "packages/cli/src")),
      ...sourceFiles(join(root, "packages/github-action/src")),
    ];
    const wrong = files
      .filter((file) => !isTest(file) && !file.startsWith(join(core, "providers")))
      .flatMap((file) =>
        readFileSync(file, "utf8")
          .split("\n")
          .flatMap((line, index) =>
            /provider(Id)?\s*[!=]==?\s*["']/.test(line) ? [`${relative(root, file)}:${index + 1}`] : [],
          ),
      );
    expect(wrong).toEqual([]);
  });
});
