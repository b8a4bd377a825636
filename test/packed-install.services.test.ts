import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

// Takes its third-party packages from the registry that npm is set to; @artdesk packages come from the tarballs alone.
const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "artdesk-packed-"));
const project = join(scratch, "project");

beforeAll(() => {
  const packed = join(scratch, "packed");
  execFileSync(process.execPath, [join(root, "scripts", "run-pnpm.mjs"), "build"], { stdio: "pipe" });
  execFileSync(process.execPath, [join(root, "scripts", "pack.mjs"), packed], { stdio: "pipe" });
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true }\n');
  const tarballs = readdirSync(packed).map((file) => join(packed, file));
  const args = ["install", "--save-dev", "--engine-strict", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs];
  execFileSync("npm", args, { cwd: project, stdio: "pipe", env: ownEnv() });
}, 600_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.each(["core", "cli"])("@artdesk/%s brings its licence, README and schemas, and no workspace versions", (name) => {
  const folder = join(project, "node_modules", "@artdesk", name);
  const files = ["LICENSE", "README.md", "dist/schemas/artdesk.schema.json", "dist/schemas/prompt-file.schema.json"];
  expect(files.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
  const manifest = readFileSync(join(folder, "package.json"), "utf8");
  expect(manifest).toContain("git+https://github.com/artdesk/artdesk.git");
  expect(manifest).not.toMatch(/workspace:|catalog:/);
});

test("npx artdesk draws a first image in an empty folder", () => {
  expect(npx(["artdesk", "init"])).toMatchObject({ status: 0 });
  const made = npx(["artdesk", "generate", "--provider", "sketch"]);
  expect(made).toMatchObject({ status: 0 });
  const images = readdirSync(project, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.(png|jpe?g|webp)$/.test(file) && !/^(node_modules|\.artdesk)/.test(file),
  );
  expect(images).toHaveLength(1);
  // A storyboard card is no image yet, and says so.
  expect(npx(["artdesk", "check"])).toMatchObject({ status: 4, output: expect.stringContaining("storyboard card") });
});

/** Runs npx in the project, with nothing to be fetched. */
function npx(args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("npx", ["--no-install", ...args], {
    cwd: project,
    encoding: "utf8",
    env: ownEnv(),
  });
  return { status, output: stdout + stderr };
}

/** This process's environment without what pnpm and vitest set for npm's scripts. */
function ownEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|VITEST)/i.test(name)),
  );
}
