import type { QuestionStore } from "../judge/find-questions.ts";
import { ensureArtdeskFolder } from "./artdesk-folder.ts";
import { readOwnFile, writeOwnFile } from "./guarded-file.ts";

const MAX_BYTES = 200_000;

/** Keeps questions that a model drew from prompts under `.artdesk/questions/`, to be committed beside the lock entries. */
export function createFileQuestionStore(root: string): QuestionStore {
  const pathOf = (key: string): string => `.artdesk/questions/${key}.json`;
  return {
    read: async (key) => readOwnFile(root, pathOf(key), { maxBytes: MAX_BYTES })?.toString("utf8"),
    async write(key, text) {
      await ensureArtdeskFolder(root);
      await writeOwnFile(root, pathOf(key), text);
    },
  };
}
