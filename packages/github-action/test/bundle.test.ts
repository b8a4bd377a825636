import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { buildAction, type BuiltAction } from "./harness/build-action.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let builds: BuiltAction[] = [];

beforeAll(async () => {
  builds = [await buildAction(), await buildAction()];
});
afterAll(() => {
  for (const build of builds) build.remove();
});

const dist = (build: BuiltAction | undefined): string => join(build?.folder ?? "", "packages/github-action/dist");
const hashes = (build: BuiltAction | undefined): string[] =>
  readdirSync(dist(build))
    .toSorted((left, right) => (left < right ? -1 : 1))
    .map(
      (name) =>
        `${name} ${createHash("sha256")
          .update(readFileSync(join(dist(build), name)))
          .digest("hex")}`,
    );

it("is the same, byte for byte, when built twice", () => {
  expect(hashes(builds[0]).length).toBeGreaterThan(3);
  expect(hashes(builds[1])).toEqual(hashes(builds[0]));
});

it("has an entry of at most 700 kB that loads neither Octokit nor undici nor a database driver", () => {
  expect(builds[0]?.files.get("index.js")).toBeLessThanOrEqual(700_000);
  const start = loadedAtStart(builds[0], "index.js");
  const text = start.map((name) => readFileSync(join(dist(builds[0]), name), "utf8")).join("\n");
  expect(text).not.toMatch(/octokit-endpoint|EnvHttpProxyAgent\{|node-redis|pg-pool/);
  expect(start.reduce((sum, name) => sum + (builds[0]?.files.get(name) ?? 0), 0)).toBeLessThanOrEqual(700_000);
});

it("names no path of the machine that built it", () => {
  for (const name of readdirSync(dist(builds[0]))) {
    const text = readFileSync(join(dist(builds[0]), name), "utf8");
    expect(text).not.toContain(join(import.meta.dirname, "../../.."));
  }
});

it("asks for nothing but Node's own modules", () => {
  const asked = [...(builds[0]?.imports.values() ?? [])].flatMap(({ atStart, later }) => atStart.concat(later));
  expect(asked.filter((name) => !builds[0]?.files.has(name) && !isBuiltin(name))).toEqual([]);
});

/** Files that a file imports before it runs, itself included. */
function loadedAtStart(build: BuiltAction | undefined, name: string, seen = new Set<string>()): string[] {
  if (seen.has(name) || !build?.files.has(name)) return [];
  seen.add(name);
  const { atStart = [] } = build.imports.get(name) ?? {};
  return [name, ...atStart.flatMap((next) => loadedAtStart(build, next, seen))];
}
