import { posix, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  allImports,
  circles,
  filesWithoutRoom,
  importsAgainstTheTable,
  longFiles,
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

  it("no source but one is longer than a reader can hold", () => {
    expect(longFiles(sources).filter((line) => !line.startsWith(`${core}models/providers/gemini.ts`))).toEqual([]);
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

  it.each([
    ["packages/cli/src/", "host/io.ts", "show/show-table.ts"],
    ["packages/cli/src/", "show/show-table.ts", "commands/plan.ts"],
    ["packages/cli/src/", "commands/plan.ts", "run-cli.ts"],
    ["packages/n8n-node/nodes/Artdesk/", "words/money-json.ts", "host/host.ts"],
    ["packages/n8n-node/nodes/Artdesk/", "host/host.ts", "panel/properties.ts"],
    ["packages/n8n-node/nodes/Artdesk/", "panel/properties.ts", "orders/plan-orders.ts"],
    ["packages/n8n-node/nodes/Artdesk/", "orders/plan-orders.ts", "items/image-items.ts"],
    ["packages/n8n-node/nodes/Artdesk/", "items/image-items.ts", "operations/make-images.ts"],
    ["packages/n8n-node/nodes/Artdesk/", "operations/make-images.ts", "panel/properties.ts"],
    ["packages/n8n-node/nodes/Artdesk/", "Artdesk.node.ts", "orders/plan-orders.ts"],
    ["packages/github-action/src/", "github/git-data.ts", "asked/inputs.ts"],
    ["packages/github-action/src/", "asked/inputs.ts", "tell/tell.ts"],
    ["packages/github-action/src/", "tell/tell.ts", "make/plan-or-make.ts"],
    ["packages/github-action/src/", "make/plan-or-make.ts", "deliver/deliver.ts"],
    ["packages/github-action/src/", "deliver/deliver.ts", "make/plan-or-make.ts"],
    ["packages/simulator/src/", "providers/openai/openai.ts", "providers/gemini/gemini.ts"],
    ["packages/simulator/src/", "jobs/paid-job.ts", "server/call-log.ts"],
  ])("finds a wrong import planted in %s%s", (folder, file, target) => {
    const path = folder + file;
    const relativeTarget = posix.relative(posix.dirname(path), folder + target);
    const planted = plant(path, relativeTarget.startsWith(".") ? relativeTarget : `./${relativeTarget}`);
    expect(show(importsAgainstTheTable(planted))).toEqual([`${path} imports ${folder}${target}`]);
  });

  const rooms = Object.entries(ROOMS).flatMap(([folder, table]) =>
    Object.entries(table).map(([room, { imports: allowed }]) => ({
      folder,
      room,
      allowed,
      others: Object.keys(table),
    })),
  );
  it.each(rooms)("finds every import of a whole room that $folder $room may not know", (place) => {
    const { folder, room, allowed, others } = place;
    const firstIn = (name: string): string =>
      [...sources.keys()].find((path) =>
        name === "." ? posix.dirname(path) + "/" === folder : path.startsWith(`${folder}${name}/`),
      ) ?? `no file in ${folder}${name}`;
    const forbidden = others.filter((name) => name !== room && !allowed.some((entry) => entry.split("/")[0] === name));
    const missed = forbidden.filter((name) => {
      const target = posix.relative(posix.dirname(firstIn(room)), firstIn(name));
      const planted = plant(firstIn(room), target.startsWith(".") ? target : `./${target}`);
      return importsAgainstTheTable(planted).length !== 1;
    });
    expect(missed).toEqual([]);
  });

  it.each([
    'import "TARGET";',
    'import { thing } from "TARGET";',
    'import type { Thing } from "TARGET";',
    'import type {\n  Thing,\n  Other,\n} from "TARGET";',
    'import * as things from "TARGET";',
    'export { thing } from "TARGET";',
    'export type { Thing } from "TARGET";',
    'export * from "TARGET";',
    'const { thing } = await import("TARGET");',
    'type Thing = import("TARGET").Thing;',
  ])("sees an import written as %j", (line) => {
    const path = `${core}basics/money.ts`;
    const planted = new Map([[path, line.replace("TARGET", "../wire/http.ts")]]);
    expect(show(importsAgainstTheTable(planted))).toEqual([`${path} imports ${core}wire/http.ts`]);
  });

  it("finds a circle of types, a file without a room, and a file that is too long", () => {
    expect(circles(plant(`${core}basics/types.ts`, "./receipt.ts"))).not.toEqual([]);
    expect(filesWithoutRoom(new Map([[`${core}loose.ts`, ""]]))).toEqual([`${core}loose.ts`]);
    expect(filesWithoutRoom(new Map([[`${core}cellar/wine.ts`, ""]]))).toEqual([`${core}cellar/wine.ts`]);
    const lines = (count: number) => new Map([[`${core}buy/x.ts`, "pay();\n\n".repeat(count)]]);
    expect(longFiles(lines(250))).toEqual([]);
    expect(longFiles(lines(251))).toEqual([`${core}buy/x.ts: 251 lines`]);
  });

  it.each([
    'if (provider === "openai") pay();',
    "const reply = readOpenAiReply(text);",
    'const key = env["FAL_KEY"];',
    "import { gemini } from './x.ts';",
    'pay("https://fal.run/x"); // falsy',
    'const model = "gpt-image-2";',
    "const isNanoBanana = true;",
  ])("finds a provider's name in %j", (line) => {
    expect(providerNames(new Map([[`${core}buy/x.ts`, line]]))).toHaveLength(1);
    expect(providerNames(new Map([["packages/n8n-node/nodes/Artdesk/Artdesk.node.ts", line]]))).toHaveLength(1);
    expect(providerNames(new Map([[`${core}models/rows/x.ts`, line]]))).toEqual([]);
  });

  it.each(["// openai does it so", "const isPaid = false;", "const replication = fallback(influx);"])(
    "finds no provider's name in %j",
    (line) => {
      expect(providerNames(new Map([[`${core}buy/x.ts`, line]]))).toEqual([]);
    },
  );

  it("has a table for each package with rooms", () => {
    expect(Object.keys(ROOMS)).toEqual([
      core,
      "packages/cli/src/",
      "packages/n8n-node/nodes/Artdesk/",
      "packages/github-action/src/",
      "packages/simulator/src/",
    ]);
  });
});
