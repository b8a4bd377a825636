import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { temporaryWorkspace, TINY_PNG } from "./temporary-workspace.ts";

/** A workspace as a hostile pull request may leave it. */
export function hostileWorkspace(): { root: string; outside: string } {
  const { root, outside } = temporaryWorkspace({
    "docs/hero.png": TINY_PNG,
    ".git/config": "[core]",
    ".env": "KEY=1",
    "secret.txt": "x",
  });
  symlinkSync(outside, join(root, "linked"));
  symlinkSync("/proc/self", join(root, "process"));
  symlinkSync(join(outside, "secret.png"), join(root, "docs/link.png"));
  symlinkSync("nowhere.png", join(root, "docs/dangling.png"));
  writeFileSync(join(outside, "other-secret.png"), TINY_PNG);
  linkSync(join(outside, "other-secret.png"), join(root, "docs/hard.png"));
  mkdirSync(join(root, "docs/folder.png"));
  execFileSync("mkfifo", [join(root, "docs/pipe.png")]);
  writeFileSync(join(root, "file"), "not a folder");
  return { root, outside };
}

/** Paths made of what has led programs astray: steps up, links, drives, git's own folder, strange characters. */
const segment = fc.oneof(
  fc.constantFrom(
    "..",
    ".",
    "",
    "docs",
    "linked",
    "process",
    "environ",
    ".git",
    ".GIT",
    ".git ",
    ".github",
    "workflows",
    ".artdesk",
    "outside",
    "secret.png",
    "link.png",
    "docs/hard.png",
    "docs/link.png",
    "linked/secret.png",
    "hero.png",
    "file",
    "C:",
    "~",
    "con",
    "a.png",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom(".", "/", "\\", "\0", " ", ":", "\u200D", "g", "i", "t", "~", "1"),
    maxLength: 8,
  }),
);
export const hostilePath: fc.Arbitrary<string> = fc
  .tuple(fc.array(segment, { maxLength: 6 }), fc.constantFrom("", "/", ".png", "/secret.png", "/x.png", "\0.png"))
  .map(([parts, ending]) => parts.join("/") + ending);
const key = fc.constantFrom(
  "output",
  "operation",
  "purpose",
  "size",
  "aspect",
  "resolution",
  "quality",
  "count",
  "text",
  "elements",
  "references",
  "mask",
  "transparent",
  "model",
  "max_cost",
  "tags",
  "alt",
  "matrix",
  "variants",
  "__proto__",
  "constructor",
  "toString",
  "name",
);
const scalar = fc.oneof(
  fc.constantFrom(
    "docs",
    "../x.png",
    "x.png",
    ".git/x.png",
    "/etc/x.png",
    "a\\\\b.png",
    "{{a}}",
    "x{{a}}.png",
    "1024x1024",
    "3:2",
    "2K",
    "true",
    ".nan",
    "-1",
    "1e400",
    "null",
    "~",
    "{{variant}}.png",
    "nul.png",
  ),
  fc.string({ maxLength: 12 }),
  fc.double().map(String),
);
const value: fc.Arbitrary<string> = fc.oneof(
  scalar,
  scalar.map((text) => JSON.stringify(text)),
  fc.array(scalar, { maxLength: 4 }).map((items) => JSON.stringify(items)),
  fc
    .dictionary(fc.constantFrom("a", "b", "__proto__", "name"), fc.array(scalar, { maxLength: 3 }), { maxKeys: 3 })
    .map((group) => JSON.stringify(group)),
  fc
    .array(fc.dictionary(fc.oneof(key, fc.constant("name")), scalar, { maxKeys: 3 }), { maxLength: 3 })
    .map((groups) => JSON.stringify(groups)),
);

/** Front matter of known and unknown keys with values of every kind, and a prompt. */
export const hostilePromptText: fc.Arbitrary<string> = fc
  .tuple(fc.array(fc.tuple(key, value), { maxLength: 5 }), fc.constantFrom("A fox.", "", "{{a}} {{b}}", "\u2028"))
  .map(([fields, prompt]) => `---\n${fields.map((pair) => pair.join(": ")).join("\n")}\n---\n${prompt}`);
