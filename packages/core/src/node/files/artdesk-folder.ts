import { writeOwnFile } from "./guarded-file.ts";
import { ARTDESK_FOLDER, guardOwnPath, lstatIfThere } from "./path-guard.ts";

const IGNORE_PATH = `${ARTDESK_FOLDER}/.gitignore`;

const IGNORE_TEXT = `# Kept by Artdesk for itself. Only the lock entries and the questions are committed.
*
!.gitignore
!lock/
!lock/**
!questions/
!questions/**
`;

/** Makes `.artdesk/` with a `.gitignore`, so that journals, caches and ledgers are not committed by accident. */
export async function ensureArtdeskFolder(root: string): Promise<void> {
  const { absolutePath } = guardOwnPath({ root, path: IGNORE_PATH });
  if (!lstatIfThere(absolutePath)) await writeOwnFile(root, IGNORE_PATH, IGNORE_TEXT);
}
