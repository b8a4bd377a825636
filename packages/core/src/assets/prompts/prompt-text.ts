import { ArtdeskError } from "../../basics/errors.ts";

/** A prompt file may not be larger, in bytes: 256 kB, far above what any model reads. */
export const MAX_PROMPT_FILE_BYTES = 256_000;

/**
 * The text of a prompt file or configuration. A byte order mark is dropped.
 * Throws `invalid_request` with file and line when it is too large or not UTF-8 text.
 */
export function decodeTextFile(options: { file: string; bytes: Uint8Array }): string {
  const { file, bytes } = options;
  if (bytes.length > MAX_PROMPT_FILE_BYTES) throw tooLarge(file, bytes.length);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "This is not a text file: it is not valid UTF-8.",
      hint: "Write the prompt as plain UTF-8 text.",
      location: { file, line: firstInvalidLine(bytes) },
      cause,
    });
  }
  checkText(file, text);
  return text;
}

/**
 * Throws `invalid_request` with file and line when a text is too large, holds NUL, as binary files do, or was left in
 * the middle of a merge.
 */
export function checkText(file: string, text: string): void {
  if (text.length > MAX_PROMPT_FILE_BYTES) throw tooLarge(file, text.length);
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "This is not a text file: it contains a NUL character.",
      hint: "Write the prompt as plain UTF-8 text.",
      location: { file, line: text.slice(0, nul).split("\n").length },
    });
  }
  const conflict = /^(?:<{7,}|>{7,}|\|{7,})(?: |\r?$)/m.exec(text);
  if (conflict) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `A merge was left half done here: \`${conflict[0].trim()}\` is a conflict marker of git.`,
      hint: "Keep one side, delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`, and save the file.",
      location: { file, line: text.slice(0, conflict.index).split(/\r\n|\r|\n/).length },
    });
  }
}

/** Line ends as `\n`, no white space at line ends, no empty lines at either end. */
export function normalizePrompt(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/^\n+/, "")
    .trimEnd();
}

function tooLarge(file: string, sizeBytes: number): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: `This file is ${Math.ceil(sizeBytes / 1000)} kB; at most ${MAX_PROMPT_FILE_BYTES / 1000} kB are read.`,
    hint: "Shorten the prompt; models read a few thousand words at most.",
    location: { file, line: 1 },
  });
}

/** Finds the line by decoding line by line, which UTF-8 allows: no other character contains the byte of `\n`. */
function firstInvalidLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const next = bytes.indexOf(10, start);
    const end = next < 0 ? bytes.length : next;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return 1;
}
