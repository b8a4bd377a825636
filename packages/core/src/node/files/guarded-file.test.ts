import { lstatSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hostilePath, hostileWorkspace } from "../../../test/hostile-inputs.ts";
import { snapshotFolder, temporaryWorkspace } from "../../../test/temporary-workspace.ts";
import { isArtdeskError } from "../../basics/errors.ts";
import { hashOutputFile, readFileGuarded, writeFileGuarded, writeOwnFile } from "./guarded-file.ts";

const bytes = new Uint8Array([1, 2, 3]);

/** Refused by name, for writing and reading. */
const HOSTILE_NAMES = [
  "../outside/secret.png",
  "docs/../../outside/secret.png",
  "/tmp/artdesk-hostile.png",
  "C:/secret.png",
  "..\\outside\\secret.png",
  "docs/a\0.png",
  ".git/hooks/post-checkout.png",
  "sub/.GIT/a.png",
  ".git./a.png",
  ".g\u200Dit/a.png",
  "git~1/a.png",
  ".github/workflows/ci.png",
  ".GitHub/actions/x.png",
  ".artdesk/lock/a.png",
  "aux.png",
];

test.each([
  ...HOSTILE_NAMES,
  ".git/hooks/post-checkout",
  "docs/run.sh",
  "linked/new.png",
  "linked/secret.png",
  "docs/link.png",
  "docs/dangling.png",
  "docs/hard.png",
  "docs/folder.png",
  "docs/pipe.png",
  "file/a.png",
])("the output %j is refused and nothing outside changes", async (path) => {
  const { root, outside } = hostileWorkspace();
  const before = [snapshotFolder(outside), snapshotFolder(root)];
  await expect(writeFileGuarded(root, path, bytes)).rejects.toMatchObject({ code: "invalid_request" });
  expect([snapshotFolder(outside), snapshotFolder(root)]).toEqual(before);
});

test.each([
  ...HOSTILE_NAMES,
  ".git/config",
  ".env",
  "secret.txt",
  "process/environ",
  "linked/secret.png",
  "docs/link.png",
  "docs/dangling.png",
  "docs/hard.png",
  "docs/folder.png",
  "docs/pipe.png",
  "file/a.png",
  "docs/missing.png",
])("the reference %j is refused", async (path) => {
  const { root } = hostileWorkspace();
  await expect(readFileGuarded(root, path)).rejects.toMatchObject({ code: "invalid_request" });
});

test.each(["hero.png", "docs/new/folder/hero.JPG", ".github/images/a b.webp", "docs/hero.png"])(
  "the harmless path %s is written and read",
  async (path) => {
    const { root, outside } = hostileWorkspace();
    await writeFileGuarded(root, path, bytes);
    expect([...(await readFileGuarded(root, path))]).toEqual([1, 2, 3]);
    expect(hashOutputFile(root, path)).toBe("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
    expect(lstatSync(join(root, path)).mode & 0o777).toBe(0o644);
    expect(Object.keys(snapshotFolder(outside))).toEqual(["other-secret.png", "secret.png"]);
  },
);

test("files above the limit are not read", async () => {
  const { root } = temporaryWorkspace({ "a.png": new Uint8Array(11) });
  await expect(readFileGuarded(root, "a.png", { maxBytes: 10 })).rejects.toThrow(
    "The path `a.png` is 11 bytes; at most 10 are read.",
  );
});

test("a write that fails leaves the old file and no temporary one", async () => {
  const { root } = temporaryWorkspace({ "docs/a.png": "old" });
  const notBytes = Object.create(Uint8Array.prototype) as Uint8Array;
  await expect(writeFileGuarded(root, "docs/a.png", notBytes)).rejects.toThrow(TypeError);
  expect(readdirSync(join(root, "docs"))).toEqual(["a.png"]);
  expect(readFileSync(join(root, "docs/a.png"), "utf8")).toBe("old");
});

test("Artdesk's own files do not follow links either", async () => {
  const { root, outside } = temporaryWorkspace();
  symlinkSync(outside, join(root, ".artdesk"));
  await expect(writeOwnFile(root, ".artdesk/lock/a.json", "{}")).rejects.toMatchObject({ code: "invalid_request" });
  expect(Object.keys(snapshotFolder(outside))).toEqual(["secret.png"]);
});

test("no path, however strange, writes or reads outside the workspace", async () => {
  const { root, outside } = hostileWorkspace();
  const before = snapshotFolder(outside);
  const guarded = [".git/config", ".env", "secret.txt", "file"].map((path) => [
    path,
    readFileSync(join(root, path), "hex"),
  ]);
  const tryBoth = async (candidate: string): Promise<{ written: boolean; read: Uint8Array | undefined }> => {
    const written = await settle(writeFileGuarded(root, candidate, bytes).then(() => true));
    return { written: written === true, read: await settle(readFileGuarded(root, candidate)) };
  };
  let written = 0;
  await fc.assert(
    fc.asyncProperty(hostilePath, async (candidate) => {
      const result = await tryBoth(candidate);
      if (result.written) written += 1;
      // Only what was written a moment ago may be read: each secret has other bytes.
      expect(result.read && [...result.read]).toEqual(result.written ? [1, 2, 3] : undefined);
    }),
    { numRuns: 4000 },
  );
  expect(written).toBeGreaterThan(0);
  expect(snapshotFolder(outside)).toEqual(before);
  expect(guarded.map(([file = ""]) => [file, readFileSync(join(root, file), "hex")])).toEqual(guarded);
});

/** The value, or undefined for a refusal. Any other error is passed on. */
async function settle<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isArtdeskError(error)) return undefined;
    throw error;
  }
}
