import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildPackage } from "../../scripts/build-package.mts";

const root = dirname(dirname(import.meta.dirname));

/** Builds and packs the package as for publishing, and unpacks it: the folder has only what the world gets. */
export async function packPackage(): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), "artdesk-package-"));
  await buildPackage(join(root, "dist"));
  // pnpm writes real versions where the workspace has `catalog:` and `workspace:`.
  const runPnpm = join(root, "..", "..", "scripts", "run-pnpm.mjs");
  execFileSync(process.execPath, [runPnpm, "-C", root, "pack", "--pack-destination", scratch], { stdio: "pipe" });
  const tarball = readdirSync(scratch).find((file) => file.endsWith(".tgz")) ?? "";
  execFileSync("tar", ["xzf", join(scratch, tarball), "-C", scratch]);
  return join(scratch, "package");
}
