import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryWorkspace } from "../../../test/temporary-workspace.ts";
import { findPromptFiles } from "./find-prompt-files.ts";

const FILES = {
  "a.image.md": "x",
  "docs/b.image.md": "x",
  "docs/B.image.md": "x",
  "docs/deep/er/c.image.md": "x",
  "docs/notes.md": "x",
  "app/[slug]/d.image.md": "x",
  "node_modules/p/e.image.md": "x",
  "dist/f.image.md": "x",
  ".git/g.image.md": "x",
  ".artdesk/h.image.md": "x",
  ".hidden/i.image.md": "x",
};

function find(options: { patterns?: string[]; paths?: string[] } = {}): {
  files: readonly string[];
  problems: string[];
} {
  const { root, outside } = temporaryWorkspace(FILES);
  symlinkSync(outside, join(root, "linked"));
  symlinkSync(join(root, "a.image.md"), join(root, "link.image.md"));
  execFileSync("mkfifo", [join(root, "pipe.image.md")]);
  const { files, problems } = findPromptFiles({
    root,
    patterns: options.patterns ?? ["**/*.image.md"],
    paths: options.paths,
  });
  return { files, problems: problems.map((problem) => problem.shortMessage) };
}

test("all that match, in a fixed order, without links, pipes and foreign folders", () => {
  expect(find()).toEqual({
    files: ["a.image.md", "app/[slug]/d.image.md", "docs/B.image.md", "docs/b.image.md", "docs/deep/er/c.image.md"],
    problems: [],
  });
});

test("several patterns, each file once", () => {
  expect(find({ patterns: ["docs/**/*.image.md", "docs/*.md", "nowhere/*.md", "dist/*.md"] }).files).toEqual([
    "docs/B.image.md",
    "docs/b.image.md",
    "docs/deep/er/c.image.md",
    "docs/notes.md",
  ]);
});

test("files, folders and patterns can be asked for", () => {
  expect(
    find({ paths: ["docs/notes.md", "./a.image.md", "docs/deep/", "app/[slug]/d.image.md", "docs/b*.md"] }),
  ).toEqual({
    files: ["a.image.md", "app/[slug]/d.image.md", "docs/b.image.md", "docs/deep/er/c.image.md", "docs/notes.md"],
    problems: [],
  });
  expect(find({ paths: ["."] }).files).toHaveLength(5);
});

test("what cannot be asked for is said", () => {
  expect(
    find({
      paths: [
        "../outside",
        "/etc",
        "nope.image.md",
        "link.image.md",
        "linked/x.image.md",
        "pipe.image.md",
        "app/*.md",
        ".git",
        "a\0b",
      ],
    }),
  ).toEqual({
    files: [],
    problems: [
      "`../outside` is outside the workspace.",
      "`/etc` is outside the workspace.",
      "`nope.image.md` does not exist.",
      "`link.image.md` is a symbolic link.",
      "The path `linked/x.image.md` leads through the symbolic link `linked`.",
      "`pipe.image.md` is not a regular file.",
      "`app/*.md` matches no file.",
      "`.git` has no prompt files in it.",
      "`a\\u{0}b` is outside the workspace.",
    ],
  });
});
