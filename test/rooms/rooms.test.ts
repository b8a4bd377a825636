import { posix, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  allImports,
  circles,
  filesWithoutRoom,
  importsAgainstTheTable,
  providerNames,
  readSources,
  ROOMS,
  type Import,
  type Sources,
} from "./rooms.ts";

const root = resolve(import.meta.dirname, "../..");
const sources = readSources(root);
const imports = allImports(sources);
const core = "packages/core/src/";
const show = (found: readonly Import[]): string[] => found.map(({ from, to }) => `${from} imports ${to}`);

/** The sources with one more import in a file. */
function plant(path: string, target: string): Sources {
  const text = sources.get(path);
  if (text === undefined) throw new Error(`${path} is gone: plant it elsewhere`);
  return new Map([...sources, [path, `import type { Planted } from "${target}";\n${text}`]]);
}

describe("who may import whom", () => {
  it("reads a graph that is not empty", () => {
    expect(sources.size).toBeGreaterThan(400);
    expect(imports.length).toBeGreaterThan(1_500);
  });

  it("every file has a room", () => {
    expect(filesWithoutRoom(sources)).toEqual([]);
  });

  it("every room keeps to the table, type imports included", () => {
    expect(show(importsAgainstTheTable(sources))).toEqual([]);
  });

  it("no files go in a circle, type imports included", () => {
    expect(circles(sources)).toEqual([]);
  });

  it("pure core uses no platform", () => {
    const allowed = new Set(["valibot", "p-limit"]);
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith(core) &&
        !/^packages\/core\/src\/(node|testing)\//.test(from) &&
        !to.startsWith("packages/") &&
        !allowed.has(to) &&
        !to.startsWith("openai/resources"),
    );
    expect(show(wrong)).toEqual([]);
  });

  it("wrappers use core through its entries alone", () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        /^packages\/(cli|github-action|n8n-node)\//.test(from) &&
        /packages\/core\/|^@artdesk\/core\/(?!node$|testing$)/.test(to),
    );
    expect(show(wrong)).toEqual([]);
  });

  it("no provider is named outside models/, the simulator, and the one list of each wrapper", () => {
    expect(providerNames(sources)).toEqual([]);
  });
});

describe("the guard itself", () => {
  it.each([
    ["basics/money.ts", "wire/http.ts"],
    ["wire/http.ts", "models/adapter/provider.ts"],
    ["models/rows/row.ts", "decide/plan/plan-request.ts"],
    ["models/rows/row.ts", "models/catalogue/catalogue.ts"],
    ["decide/plan/till.ts", "wire/reply-error.ts"],
    ["decide/brief/read-brief.ts", "decide/plan/till.ts"],
    ["buy/generate.ts", "judge/verify/pass-history.ts"],
    ["judge/ask/ask-judge.ts", "node/index.ts"],
    ["finish/finish-image.ts", "buy/generate.ts"],
    ["assets/asset-spec.ts", "node/index.ts"],
    ["artdesk.ts", "node/index.ts"],
    ["node/files/path-guard.ts", "node/run/report.ts"],
    ["testing/fake-clock.ts", "node/index.ts"],
  ])("finds a wrong import planted in %s", (file, target) => {
    const path = core + file;
    const relativeTarget = posix.relative(posix.dirname(path), core + target);
    const planted = plant(path, relativeTarget.startsWith(".") ? relativeTarget : `./${relativeTarget}`);
    expect(show(importsAgainstTheTable(planted))).toEqual([`${path} imports ${core}${target}`]);
  });

  it("finds a wrong import in each of the other packages", () => {
    const wrong = [
      ["packages/n8n-node/nodes/Artdesk/words/money-json.ts", "../operations/make-images.ts"],
      ["packages/github-action/src/github/git-data.ts", "../make/make-assets.ts"],
      ["packages/simulator/src/basics/wire-time.ts", "../server/call-log.ts"],
    ] as const;
    for (const [path, target] of wrong) {
      const known = [...sources.keys()].find((file) => file.startsWith(posix.dirname(path)));
      if (known === undefined) throw new Error(`no file in ${posix.dirname(path)}`);
      expect(importsAgainstTheTable(plant(known, target))).toHaveLength(1);
    }
  });

  it("finds a circle of types, a file without a room, and a provider's name", () => {
    expect(circles(plant(`${core}basics/types.ts`, "./receipt.ts"))).not.toEqual([]);
    expect(filesWithoutRoom(new Map([[`${core}loose.ts`, ""]]))).toEqual([`${core}loose.ts`]);
    expect(filesWithoutRoom(new Map([[`${core}cellar/wine.ts`, ""]]))).toEqual([`${core}cellar/wine.ts`]);
    expect(providerNames(new Map([[`${core}buy/x.ts`, 'if (provider === "openai") pay();']]))).toHaveLength(1);
    expect(providerNames(new Map([[`${core}buy/x.ts`, "// openai does it so"]]))).toEqual([]);
  });

  it("has a table for each package with rooms", () => {
    expect(Object.keys(ROOMS)).toEqual([
      core,
      "packages/n8n-node/nodes/Artdesk/",
      "packages/github-action/src/",
      "packages/simulator/src/",
    ]);
  });
});
