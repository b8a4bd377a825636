import { existsSync } from "node:fs";
import { ArtdeskError } from "../../basics/errors.ts";
import type { LedgerStore } from "../../basics/ports.ts";
import { guardOwnPath, lstatIfThere, refuseSpecialFile } from "../files/path-guard.ts";
import { DEFAULT_LEDGER } from "../stores/open-ledger-store.ts";
import type { Workspace } from "../workspace/workspace.ts";

const MEMORY_PATH = ".artdesk/ledger-id";

/**
 * Where the books of a workspace are kept: what the host says, else the configuration, else a SQLite file.
 * Throws `invalid_request` for a ledger that a workspace may not write.
 */
export function chooseLedger(
  options: { ledger?: LedgerStore | string | undefined; readOnly?: boolean | undefined },
  { config, root }: Workspace,
  warnings: string[],
): LedgerStore | string {
  const wanted = options.ledger ?? config.ledger ?? DEFAULT_LEDGER;
  if (typeof wanted !== "string") return wanted;
  if (wanted === "github") {
    if (options.readOnly) {
      warnings.push("The books are kept on a git ref by the GitHub Action: what it has spent is not counted here.");
      return "memory:";
    }
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "`ledger: github` can only be written by the GitHub Action.",
      hint: "Name another ledger in artdesk.yml: sqlite:.artdesk/ledger.sqlite, or redis:// or postgres:// for both. Possibly billed calls are ended there by the action's `mode: reconcile`.",
      location: locationOf(config),
    });
  }
  if (wanted.startsWith("sqlite:") && options.ledger === undefined) {
    const file = guardLedgerFile(root, wanted.slice("sqlite:".length), config);
    // Nothing is made by looking; but books that somebody remembers are looked for, and missed.
    if (options.readOnly && !existsSync(file) && !existsSync(`${root}/${MEMORY_PATH}`)) return "memory:";
  }
  return wanted;
}

/** A repository names its ledger file itself, so it is guarded as everything that a repository names. */
function guardLedgerFile(root: string, path: string, config: Workspace["config"]): string {
  const plain = path.replaceAll(/(^|\/)(\.\/)+/g, "$1");
  if (/^\/|^[A-Za-z]:|(^|\/)\.\.(\/|$)|^~/.test(plain) || /^\.(git|github)(\/|$)/i.test(plain)) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `The ledger \`sqlite:${path}\` lies outside the workspace.`,
      hint: "Name a file inside it, such as sqlite:.artdesk/ledger.sqlite; for several workspaces together use redis:// or postgres://.",
      location: locationOf(config),
    });
  }
  const { absolutePath } = guardOwnPath({ root, path: plain });
  for (const ending of ["", "-wal", "-shm", "-journal"])
    refuseSpecialFile(plain + ending, lstatIfThere(absolutePath + ending));
  return absolutePath;
}

function locationOf(config: Workspace["config"]): { file: string; line: number } | undefined {
  return config.file === undefined ? undefined : { file: config.file, line: config.lineOf(["ledger"]) };
}
