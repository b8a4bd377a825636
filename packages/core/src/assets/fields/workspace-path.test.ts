import { expect, test } from "vitest";
import { checkWorkspacePath, resolveWorkspacePath } from "./workspace-path.ts";

test.each([
  ["a.png", "a.png"],
  ["docs/./images//hero.PNG", "docs/images/hero.PNG"],
  ["docs/../hero.jpeg", "hero.jpeg"],
  ["a b/ü.webp", "a b/ü.webp"],
  ["u\u0308.png", "ü.png"],
  [".hidden/a.jpg", ".hidden/a.jpg"],
  [".github/images/a.png", ".github/images/a.png"],
  ["git/a.png", "git/a.png"],
  ["con/x.png", undefined],
  ["console/x.png", "console/x.png"],
])("%s is %s", (path, expected) => {
  const checked = checkWorkspacePath(path, "output");
  expect("path" in checked ? checked.path : undefined).toBe(expected);
});

test.each([
  ["", "is empty"],
  ["a\0.png", "contains the invisible character U+0000"],
  ["a\\b.png", "contains a backslash; write `/` between folders"],
  ["/a.png", "is absolute; write it relative to the prompt file"],
  ["C:/a.png", "starts with a drive letter"],
  ["c:a.png", "starts with a drive letter"],
  ["~/a.png", "starts with `~`"],
  ["../a.png", "leads out of the workspace"],
  ["docs/../../a.png", "leads out of the workspace"],
  ["docs/", "names a folder, not a file"],
  ["..", "leads out of the workspace"],
  [".", "names no file"],
  [".git/a.png", "leads into `.git`"],
  ["sub/.GIT/hooks/a.png", "leads into `.git`"],
  [".git./a.png", "has a name that ends in a dot or a space"],
  [".git /a.png", "has a name that ends in a dot or a space"],
  ["git~1/a.png", "leads into `.git`"],
  [".git::$INDEX_ALLOCATION/a.png", "contains `:`, which not every file system allows"],
  [".g\u200Cit/a.png", "contains the invisible character U+200C"],
  ["．git/a.png", "leads into `.git`"],
  [".github/workflows/a.png", "leads into `.github/workflows`"],
  [".GitHub/Actions/a.png", "leads into `.github/actions`"],
  [".artdesk/lock/a.png", "leads into `.artdesk`, which Artdesk keeps for itself"],
  ["a.png/../.env", "must end in one of .png, .jpg, .jpeg, .webp"],
  ["a.svg", "must end in one of .png, .jpg, .jpeg, .webp"],
  [".png", "must end in one of .png, .jpg, .jpeg, .webp"],
  ["nul.png", "contains the device name `nul.png`"],
  ["LPT1 .png", "contains the device name `LPT1 .png`"],
  ["a?.png", "contains `?`, which not every file system allows"],
  ["a\u202Egnp.png", "contains the invisible character U+202E"],
  ["\uD800.png", "is not valid Unicode"],
  [`${"a".repeat(300)}.png`, "has a name longer than 240 bytes"],
  [`${"a/".repeat(600)}a.png`, "is longer than 1024 characters"],
])("%j is refused: it %s", (path, refusal) => {
  expect(checkWorkspacePath(path, "output")).toEqual({ refusal });
});

test("references must be images, so that no other file leaves the workspace", () => {
  expect(checkWorkspacePath(".env", "reference")).toEqual({
    refusal: "is not an image: it must end in one of .png, .jpg, .jpeg, .webp",
  });
  expect(checkWorkspacePath(".git/config", "reference")).toEqual({ refusal: "leads into `.git`" });
});

test("a path is resolved from the folder of its prompt file", () => {
  const resolve = (path: string) => resolveWorkspacePath({ from: "docs/guide/a.image.md", path, use: "output" });
  expect(resolve("../../b.png")).toEqual({ path: "b.png" });
  expect(resolve("../../../b.png")).toEqual({ refusal: "leads out of the workspace" });
});
