import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** act runs GitHub workflows on one's own machine. Pinned, so that a run today and one next year are the same. */
const ACT_MODULE = "github.com/nektos/act@v0.2.89";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where act is, or why it cannot be had. */
type FoundAct = { path: string } | { reason: string };

/**
 * Finds act: the program that `ARTDESK_ACT` names, else the one that an earlier call built, else builds it with Go
 * (`go install`, through the Go module proxy) into `node_modules/.cache`.
 */
export function installAct(): FoundAct {
  const given = process.env["ARTDESK_ACT"];
  if (given !== undefined && given !== "") {
    return existsSync(given) ? { path: given } : { reason: `ARTDESK_ACT names ${given}, which does not exist` };
  }
  const folder = join(root, "node_modules/.cache/artdesk", ACT_MODULE.replaceAll(/[^a-z0-9.]+/g, "-"));
  const path = join(folder, "act");
  if (existsSync(path)) return { path };
  mkdirSync(folder, { recursive: true });
  const installed = spawnSync("go", ["install", ACT_MODULE], {
    cwd: folder,
    env: { ...process.env, GOBIN: folder, GOFLAGS: "-mod=mod" },
    encoding: "utf8",
    timeout: 600_000,
  });
  if (installed.status === 0 && existsSync(path)) return { path };
  const why = (installed.error?.message ?? installed.stderr).trim().split("\n").at(-1) ?? "";
  return { reason: `go install ${ACT_MODULE} failed: ${why}` };
}
