import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { isBranchName } from "../src/asked/branch-name.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Git's own answer. `--branch` also resolves `@{-1}` and the like, so the full name is asked. */
function gitTakes(name: string): boolean {
  return spawnSync("git", ["check-ref-format", `refs/heads/${name}`]).status === 0 && !name.startsWith("-");
}

it("agrees with git about names that git takes", () => {
  for (const name of ["main", "feature/x", "$(touch${IFS}x)", "a'b", "a;b&c|d", "ä", "x`id`", "{a,b}", "@x", "a.b"]) {
    expect([name, isBranchName(name), gitTakes(name)]).toEqual([name, true, true]);
  }
});

it("never takes a name that git refuses", () => {
  const pieces = [
    "a",
    "B",
    "0",
    ".",
    "..",
    "/",
    "-",
    "@",
    "{",
    "}",
    "@{",
    ".lock",
    "~",
    "^",
    ":",
    "?",
    "*",
    "[",
    "\\",
    " ",
    "\t",
    "\u007f",
    "ä",
    "$",
  ];
  const names = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  const wronglyTaken: string[] = [];
  fc.assert(
    fc.property(names, (name) => {
      if (isBranchName(name) && !gitTakes(name)) wronglyTaken.push(name);
    }),
    { numRuns: 400 },
  );
  expect(wronglyTaken).toEqual([]);
});
