import type { QuestionStore } from "../../judge/questions/find-questions.ts";
import { ensureArtdeskFolder } from "../files/artdesk-folder.ts";
import { readOwnFile, writeOwnFile } from "../files/guarded-file.ts";

const MAX_BYTES = 200_000;

/** Where the questions of a prompt are kept, relative to the workspace, by the SHA-256 of the prompt as it is sent. */
export function questionsPathOf(key: string): string {
  return `.artdesk/questions/${key}.json`;
}

/** The kept questions of a prompt; undefined when there are none. */
export function readQuestionFile(root: string, key: string): Uint8Array | undefined {
  return readOwnFile(root, questionsPathOf(key), { maxBytes: MAX_BYTES });
}

/** Keeps the questions of a prompt, all or nothing. */
export async function writeQuestionFile(root: string, key: string, content: string | Uint8Array): Promise<void> {
  await ensureArtdeskFolder(root);
  await writeOwnFile(root, questionsPathOf(key), content);
}

/** Keeps questions that a model drew from prompts under `.artdesk/questions/`, to be committed beside the lock entries. */
export function createFileQuestionStore(root: string): QuestionStore {
  return {
    read: async (key) => {
      const bytes = readQuestionFile(root, key);
      return bytes && new TextDecoder().decode(bytes);
    },
    write: (key, text) => writeQuestionFile(root, key, text),
  };
}
