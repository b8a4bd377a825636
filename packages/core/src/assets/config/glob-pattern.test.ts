import { expect, test } from "vitest";
import { compileGlob, type GlobPattern } from "./glob-pattern.ts";

function compile(pattern: string): GlobPattern {
  const glob = compileGlob(pattern);
  if ("problem" in glob) throw new Error(glob.problem);
  return glob;
}

test.each([
  [
    "**/*.image.md",
    ["a.image.md", "docs/a.image.md", "a/b/c.image.md"],
    ["a.md", "a.image.md/b", ".github/a.image.md", ".a.image.md"],
  ],
  ["docs/*.md", ["docs/a.md"], ["a.md", "docs/b/a.md", "docs/.a.md"]],
  ["docs/**/a?.md", ["docs/ab.md", "docs/x/y/ac.md"], ["docs/a.md", "docs/abc.md"]],
  ["{docs,site/*}/**", ["docs/a", "docs/a/b", "site/x/a"], ["site", "other/a"]],
  ["**/x/**/y", ["x/y", "a/x/b/y", "x/x/y/y"], ["x", "y", "a/y"]],
  [".github/**/*.image.md", [".github/a.image.md", ".github/b/c.image.md"], [".github/.b/c.image.md"]],
  ["*a*b*", ["ab", "xaxbx"], ["ba", "a"]],
  ["./docs/a.md", ["docs/a.md"], ["a.md"]],
])("%s", (pattern, matching, others) => {
  const glob = compile(pattern);
  expect(matching.filter((path) => !glob.matches(path))).toEqual([]);
  expect(others.filter((path) => glob.matches(path))).toEqual([]);
});

test.each([
  ["docs/**/*.md", "docs"],
  ["docs/guides/a.md", "docs/guides"],
  ["**/*.md", ""],
  ["{docs/a,docs/b}/*.md", "docs"],
  ["a.md", ""],
])("%s is searched in %j", (pattern, folder) => {
  expect(compile(pattern).baseFolder).toBe(folder);
});

test.each(["", "../a", "/a", "C:/a", "a\\b", "a[bc]", "!a", "a/{x,y}".repeat(10), "a".repeat(301)])(
  "%j is refused",
  (pattern) => {
    expect(compileGlob(pattern)).toHaveProperty("problem");
  },
);

test("a pattern made to be slow takes no more steps than pattern times path", () => {
  const glob = compile("**/*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a/**/*a*a*a*a*a*a*a*a*a*a*a*b");
  // With backtracking over every star this would not end within the test's time.
  expect(glob.matches(`${"a".repeat(3000)}/${"a".repeat(3000)}/${"a".repeat(3000)}b/${"a".repeat(3000)}c`)).toBe(false);
  expect(glob.matches(`${"a".repeat(3000)}/${"a".repeat(3000)}b`)).toBe(true);
});
