import { linkSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryWorkspace, TINY_PNG } from "../../../test/temporary-workspace.ts";
import type { AssetState } from "./status-listing.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** Does what a run does for every asset that is not unchanged: writes its image and its lock entry. */
async function make(workspace: Workspace): Promise<void> {
  for (const state of (await workspace.listStatuses()).assets) {
    if (state.status === "unchanged") continue;
    await workspace.writeOutput(state.asset.output, TINY_PNG);
    const sha256 = workspace.readOutputHash(state.asset.output) ?? "";
    const { asset, fingerprint } = state;
    await workspace.writeLockEntry({
      id: asset.id,
      fingerprint,
      model: "m",
      quality: "low",
      size: "1x1",
      outputs: [{ path: asset.output, sha256 }],
      costMicroUsd: 1,
      requestIds: [],
    });
  }
}

async function statuses(root: string): Promise<Record<string, string>> {
  const { assets } = await (await openWorkspace({ cwd: root })).listStatuses();
  return Object.fromEntries(assets.map((state: AssetState) => [state.asset.id, state.status]));
}

async function problems(root: string): Promise<string[]> {
  return (await (await openWorkspace({ cwd: root })).listStatuses()).problems.map((problem) => problem.message);
}

test("an asset goes from new to unchanged, and back by each change that matters", async () => {
  const { root } = temporaryWorkspace({
    "docs/a.image.md": "---\nreferences: [ref.png]\n---\nA fox.",
    "docs/ref.png": TINY_PNG,
    "b.image.md": "An owl.",
  });
  expect(await statuses(root)).toEqual({ "docs/a": "new", b: "new" });
  await make(await openWorkspace({ cwd: root }));
  expect(await statuses(root)).toEqual({ "docs/a": "unchanged", b: "unchanged" });
  expect(readFileSync(join(root, ".artdesk/lock/docs/a.json"), "utf8")).toMatch(/^\{\n {2}"costMicroUsd": 1,\n/);

  writeFileSync(join(root, "b.image.md"), "# An owl at night.");
  writeFileSync(join(root, "docs/a.png"), "edited by hand");
  expect(await statuses(root)).toEqual({ "docs/a": "edited_output", b: "changed" });

  rmSync(join(root, "docs/a.png"));
  writeFileSync(join(root, "b.image.md"), "---\nalt: the same picture\n---\n\nAn owl.  \n");
  expect(await statuses(root)).toEqual({ "docs/a": "missing_output", b: "unchanged" });

  writeFileSync(join(root, "docs/ref.png"), Buffer.concat([TINY_PNG, Buffer.from("x")]));
  expect(await statuses(root)).toEqual({ "docs/a": "changed", b: "unchanged" });

  writeFileSync(join(root, "artdesk.yml"), "version: 1\nstyle: Watercolour.\n");
  expect(await statuses(root)).toEqual({ "docs/a": "changed", b: "changed" });
});

test("lock entries without a prompt file are orphans, those of a broken one are not", async () => {
  const { root } = temporaryWorkspace({
    "a.image.md": "A fox.",
    "sub/b.image.md": "---\nvariants: [{name: x}]\n---\nAn owl.",
    "c.image.md": "A cat.",
  });
  await make(await openWorkspace({ cwd: root }));
  rmSync(join(root, "a.image.md"));
  writeFileSync(join(root, "sub/b.image.md"), "---\nsise: 1x1\n---\nAn owl.");
  const workspace = await openWorkspace({ cwd: root });
  const listing = await workspace.listStatuses();
  expect(listing.orphans).toEqual([
    { id: "a", file: ".artdesk/lock/a.json", reason: "No prompt file describes a any more." },
  ]);
  expect(listing.problems.map((problem) => problem.message)).toEqual([
    "sub/b.image.md:2: `sise` is not a known key. Did you mean `size`?",
  ]);
  expect((await workspace.listStatuses(["c.image.md"])).orphans).toEqual([]);
  await workspace.removeLockEntry("a");
  expect((await workspace.listStatuses()).orphans).toEqual([]);
});

test("mistakes are collected, each with its place; the rest of the assets is listed", async () => {
  const { root, outside } = temporaryWorkspace({
    "good.image.md": "A fox.",
    "empty.image.md": "---\npurpose: docs\n---\n",
    "binary.image.md": Buffer.from([0xff, 0xd8, 0xff, 0x00]),
    "huge.image.md": "x".repeat(2_000_000),
    "out.image.md": "---\n\noutput: ../x.png\n---\nx",
    "linked.image.md": "---\noutput: linked/x.png\n---\nx",
    "missing.image.md": "---\nreferences:\n  - good.png\n---\nx",
    "fake.image.md": "---\nmask: fake.png\n---\nx",
    "fake.png": "KEY=1",
    "hard.image.md": "---\nreferences: [hard.png]\n---\nx",
    "conflict.image.md": "x",
    ".artdesk/lock/conflict.json": "{\n<<<<<<< HEAD\n}",
  });
  symlinkSync(outside, join(root, "linked"));
  linkSync(join(outside, "secret.png"), join(root, "hard.png"));
  expect(await statuses(root)).toEqual({ good: "new" });
  expect((await problems(root)).toSorted()).toMatchInlineSnapshot(`
    [
      ".artdesk/lock/conflict.json:2: This lock entry has git conflict markers. Keep the side whose image file you keep (\`git checkout --ours\` or \`--theirs\`), or delete the file and generate the image again.",
      "binary.image.md:1: This is not a text file: it is not valid UTF-8. Write the prompt as plain UTF-8 text.",
      "empty.image.md:4: The prompt is empty. Write below the front matter what the image shows.",
      "fake.image.md:2: The reference fake.png is not a PNG, JPEG or WebP image, whatever its name says. Save it as one of these formats.",
      "hard.image.md:2: The path \`hard.png\` is a hard link: the same file has another name elsewhere.",
      "huge.image.md:1: The path \`huge.image.md\` is 2000000 bytes; at most 256000 are read. Use a smaller file.",
      "linked.image.md:2: The path \`linked/x.png\` leads through the symbolic link \`linked\`. Artdesk follows no symbolic links: name the real file or folder.",
      "missing.image.md:3: The path \`good.png\` does not exist. Add the file, or mend the path: it starts at the prompt file's folder.",
      "out.image.md:3: The output \`../x.png\` leads out of the workspace. Paths start at the prompt file's folder; keep it inside the workspace.",
    ]
  `);
});

test("assets that would write the same file are all left out, and both files are named", async () => {
  const { root } = temporaryWorkspace({
    "a.image.md": "---\noutput: same.png\n---\nx",
    "b.image.md": "---\noutput: Same.png\n---\nx",
    "c.image.md": "---\ncount: 2\n---\nx",
    "d.image.md": "---\noutput: c-2.png\n---\nx",
    "e.image.md": "x",
    "f.md": "x",
    "f.image.md": "x",
    "artdesk.yml": 'version: 1\nprompts: ["*.md"]',
  });
  expect(await statuses(root)).toEqual({ e: "new" });
  expect(await problems(root)).toEqual([
    "b.image.md:2: b.image.md and a.image.md:2 have the same output Same.png. Give one of them another `output` or file name.",
    "d.image.md:2: d.image.md and c.image.md:4 have the same output c-2.png. Give one of them another `output` or file name.",
    "f.md:1: f.md and f.image.md:1 have the same asset id f. Give one of them another `output` or file name.",
    "f.md:1: f.md and f.image.md:1 have the same output f.png. Give one of them another `output` or file name.",
  ]);
});

test("references and mask are read with their types", async () => {
  const { root } = temporaryWorkspace({
    "a.image.md": "---\noperation: edit\nreferences: [r.png]\nmask: r.png\n---\nx",
    "r.png": TINY_PNG,
  });
  const workspace = await openWorkspace({ cwd: root });
  const [asset] = (await workspace.listAssets()).assets;
  if (!asset) throw new Error("one asset expected");
  const { references, mask, referenceHashes, maskHash } = await workspace.readReferences(asset);
  expect(references.map(({ name, mediaType, bytes }) => [name, mediaType, bytes.length])).toEqual([
    ["r.png", "image/png", TINY_PNG.length],
  ]);
  expect(mask?.name).toBe("r.png");
  expect(referenceHashes).toEqual([maskHash]);
});

test("the configuration is found, given, or absent", async () => {
  const { root, outside } = temporaryWorkspace({ "sub/other.yml": "version: 1\nconcurrency: 3\n" });
  expect((await openWorkspace({ cwd: root })).config).toMatchObject({ file: undefined, concurrency: 8 });
  expect((await openWorkspace({ cwd: root, config: "sub/other.yml" })).config).toMatchObject({
    file: "sub/other.yml",
    concurrency: 3,
  });
  writeFileSync(join(outside, "artdesk.yml"), "version: 1\nconcurrency: 4\n");
  expect((await openWorkspace({ cwd: root, config: "../outside/artdesk.yml" })).config.concurrency).toBe(4);
  symlinkSync(join(outside, "artdesk.yml"), join(root, "artdesk.yml"));
  await expect(openWorkspace({ cwd: root })).rejects.toThrow("The path `artdesk.yml` is a symbolic link.");
  await expect(openWorkspace({ cwd: root, config: "nope.yml" })).rejects.toThrow(
    "The configuration nope.yml does not exist or is not a file.",
  );
  await expect(openWorkspace({ cwd: join(root, "nope") })).rejects.toThrow("does not exist");
});
