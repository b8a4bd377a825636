import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A PNG of one pixel, for tests that need a real image file. */
export const TINY_PNG: Buffer = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==",
  "base64",
);

/**
 * A folder with these files and a folder `outside` beside it that holds a secret image; both go when the test ends.
 */
export function temporaryWorkspace(files: Readonly<Record<string, string | Uint8Array>> = {}): {
  root: string;
  outside: string;
} {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "artdesk-test-")));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const root = join(parent, "workspace");
  const outside = join(parent, "outside");
  mkdirSync(root);
  mkdirSync(outside);
  writeFileSync(join(outside, "secret.png"), TINY_PNG);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return { root, outside };
}

/** Every file below a folder with its bytes in hex, for comparing before and after. Symbolic links are not followed. */
export function snapshotFolder(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  // Not `recursive: true`: it follows symbolic links to folders.
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) files[entry.name] = readFileSync(path, "hex");
    if (!entry.isDirectory()) continue;
    for (const [name, content] of Object.entries(snapshotFolder(path))) files[`${entry.name}/${name}`] = content;
  }
  return files;
}
