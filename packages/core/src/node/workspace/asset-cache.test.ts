import { cpSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { snapshotFolder, temporaryWorkspace } from "../../../test/temporary-workspace.ts";
import type { AssetSpec } from "../../assets/asset-spec.ts";
import { openAssetCache } from "./asset-cache.ts";
import { openWorkspace } from "./workspace.ts";

const CACHE = ".artdesk/cache/assets.json";

async function list(root: string): Promise<readonly AssetSpec[]> {
  return (await (await openWorkspace({ cwd: root })).listAssets()).assets;
}

/** Changes the cached prompt of every asset, and keeps the cache's modification time when asked to. */
function tamper(root: string, options: { keepTime: boolean }): void {
  const path = join(root, CACHE);
  const { mtimeMs } = statSync(path);
  writeFileSync(path, readFileSync(path, "utf8").replaceAll("A fox.", "A cat."));
  if (options.keepTime) utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
}

test("a second listing takes unchanged files from the cache", async () => {
  const { root } = temporaryWorkspace({ "a.image.md": "A fox.", "b.image.md": "---\ncount: 2\n---\nAn owl." });
  const first = await list(root);
  // Only a cache that was really read can give back what was never in the file.
  tamper(root, { keepTime: true });
  expect((await list(root)).map(({ request }) => request.prompt)).toEqual(["A cat.", "An owl."]);
  rmSync(join(root, CACHE));
  expect(await list(root)).toEqual(first);
});

test("a cache that another program wrote does not count: only its own modification time proves it", async () => {
  const { root } = temporaryWorkspace({ "a.image.md": "A fox." });
  await list(root);
  tamper(root, { keepTime: false });
  expect((await list(root))[0]?.request.prompt).toBe("A fox.");
  const { root: checkout } = temporaryWorkspace({ "a.image.md": "A fox." });
  tamper(root, { keepTime: true });
  cpSync(join(root, ".artdesk"), join(checkout, ".artdesk"), { recursive: true });
  expect((await list(checkout))[0]?.request.prompt).toBe("A fox.");
});

test("a changed file, another configuration and another name are read anew", async () => {
  const { root } = temporaryWorkspace({ "a.image.md": "A fox." });
  await list(root);
  writeFileSync(join(root, "a.image.md"), "An owl.");
  expect((await list(root))[0]?.request.prompt).toBe("An owl.");
  writeFileSync(join(root, "b.image.md"), "An owl.");
  expect((await list(root)).map(({ id }) => id)).toEqual(["a", "b"]);
  expect(openAssetCache({ root, configHash: "other" }).find("a.image.md", "0")).toBeUndefined();
});

test.each(["", "{", "[]", "null", "\0\0\0", '{"version":1}'])(
  "a damaged cache (%j) is ignored and replaced",
  async (content) => {
    const { root } = temporaryWorkspace({ "a.image.md": "A fox.", [CACHE]: content });
    expect(await list(root)).toHaveLength(1);
    expect(readFileSync(join(root, CACHE), "utf8")).toContain("A fox.");
  },
);

test("files that have gone leave the cache; a listing of one file keeps the others", async () => {
  const { root } = temporaryWorkspace({ "a.image.md": "A fox.", "b.image.md": "An owl." });
  await list(root);
  writeFileSync(join(root, "a.image.md"), "A cat.");
  await (await openWorkspace({ cwd: root })).listAssets(["a.image.md"]);
  expect(readFileSync(join(root, CACHE), "utf8")).toMatch(/A cat\..*An owl\.|An owl\..*A cat\./s);
  rmSync(join(root, "b.image.md"));
  await list(root);
  expect(readFileSync(join(root, CACHE), "utf8")).not.toContain("An owl.");
});

test("a cache folder that is a link is not followed, and listing still works", async () => {
  const { root, outside } = temporaryWorkspace({ "a.image.md": "A fox." });
  symlinkSync(outside, join(root, ".artdesk"));
  expect(await list(root)).toHaveLength(1);
  expect(Object.keys(snapshotFolder(outside))).toEqual(["secret.png"]);
});

test("what Artdesk keeps is not committed by accident", async () => {
  const { root } = temporaryWorkspace({ "a.image.md": "A fox." });
  await list(root);
  expect(readFileSync(join(root, ".artdesk/.gitignore"), "utf8")).toContain("*\n!.gitignore\n!lock/\n");
  expect(existsSync(join(root, ".artdesk/lock"))).toBe(false);
});
