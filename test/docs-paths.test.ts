import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);

/** Where a path in a document may begin: the repository, its packages, or core's rooms. */
const BASES = ["", "packages", "packages/core/src"];

const documents = ["README.md", "AGENTS.md", "CONTRIBUTING.md", "SECURITY.md", ...markdownOf("docs"), ...readmes()];

function markdownOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file));
}

function readmes(): string[] {
  return readdirSync(join(root, "packages"))
    .map((name) => join("packages", name, "README.md"))
    .filter((file) => existsSync(join(root, file)));
}

/** Source files named in code spans (`NAME` stands for one of many), and targets of relative links. */
function missingPaths(document: string, text: string): string[] {
  const named = [...text.matchAll(/`([\w.-]+\/[\w./-]+\.(?:m?ts|mjs|json))`/g)].map(([, path = ""]) => path);
  const ours = named.filter((path) =>
    /^(core|cli|github-action|n8n-node|simulator|packages|test|scripts)\//.test(path),
  );
  const missing = ours.filter(
    (path) => !path.includes("NAME") && !BASES.some((base) => existsSync(join(root, base, path))),
  );
  const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, target = ""]) => target);
  const lost = links.filter((target) => !existsSync(join(root, dirname(document), target)));
  return [...missing, ...lost].map((path) => `${relative(root, join(root, document))}: ${path}`);
}

test.each(documents)("%s names files that exist", (document) => {
  expect(missingPaths(document, readFileSync(join(root, document), "utf8"))).toEqual([]);
});

test("a path that does not exist is found", () => {
  const text = "See `packages/core/src/gone.ts`, `core/src/models/providers/NAME.ts` and [this](docs/gone.md).";
  expect(missingPaths("README.md", text)).toEqual(["README.md: packages/core/src/gone.ts", "README.md: docs/gone.md"]);
});
