import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";
import config from "../../rolldown.config.ts";

const packageFolder = resolve(import.meta.dirname, "../..");
const root = resolve(packageFolder, "../..");

export interface BuiltAction {
  /** Folder with action.yml and what it runs, as a release tag has them. */
  folder: string;
  /** Files of the bundle, and their sizes in bytes. */
  files: ReadonlyMap<string, number>;
  /** What each file imports: before it runs, and when it is needed. */
  imports: ReadonlyMap<string, { atStart: readonly string[]; later: readonly string[] }>;
  remove(): void;
}

/** Builds the action as a release does, from the sources as they are now, into a folder of its own. */
export async function buildAction(): Promise<BuiltAction> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-action-"));
  cpSync(join(root, "action.yml"), join(folder, "action.yml"));
  const { output, ...input } = config;
  const bundle = await rolldown({ ...input, cwd: packageFolder });
  const written = await bundle.write({ ...output, dir: join(folder, "packages/github-action/dist") });
  await bundle.close();
  const files = new Map(
    written.output.map((file) => [file.fileName, Buffer.byteLength(file.type === "chunk" ? file.code : file.source)]),
  );
  const imports = new Map(
    written.output.flatMap((file) =>
      file.type === "chunk" ? [[file.fileName, { atStart: file.imports, later: file.dynamicImports }] as const] : [],
    ),
  );
  return { folder, files, imports, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
