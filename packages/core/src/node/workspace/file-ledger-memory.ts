import { ArtdeskError } from "../../basics/errors.ts";
import type { LedgerMemory, RememberedLedger } from "../../buy/ledger/ledger-identity.ts";
import { ensureArtdeskFolder } from "../files/artdesk-folder.ts";
import { readOwnFile, writeOwnFile } from "../files/guarded-file.ts";

const MEMORY_PATH = ".artdesk/ledger-id";

const START_ANEW =
  "`artdesk budget rebuild` counts what the lock entries cost as spent this month, `artdesk budget rebuild --spent USD` what you say";

/**
 * Remembers a workspace's ledger beside its lock entries, in a file that is not committed: another clone on another
 * machine keeps books of its own. `renew` takes whatever ledger is there for the right one.
 */
export function createFileLedgerMemory(root: string, options: { renew?: boolean | undefined } = {}): LedgerMemory {
  return {
    startAnew: START_ANEW,
    renew: options.renew,
    async read() {
      const text = readOwnFile(root, MEMORY_PATH, { maxBytes: 10_000 })?.toString("utf8");
      if (text === undefined) return undefined;
      const remembered = parse(text);
      if (remembered || options.renew) return remembered;
      throw new ArtdeskError({
        code: "unavailable",
        shortMessage: `${MEMORY_PATH} is damaged: it says which ledger holds this workspace's books.`,
        hint: `If the ledger is the right one, delete the file; else put the ledger back, or start new books: ${START_ANEW}.`,
      });
    },
    async write({ id, place }) {
      await ensureArtdeskFolder(root);
      await writeOwnFile(root, MEMORY_PATH, `${JSON.stringify({ formatVersion: 1, id, place })}\n`);
    },
  };
}

function parse(text: string): RememberedLedger | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("id" in value && "place" in value)) return undefined;
    const { id, place } = value;
    return typeof id === "string" && id !== "" && typeof place === "string" ? { id, place } : undefined;
  } catch {
    return undefined;
  }
}
