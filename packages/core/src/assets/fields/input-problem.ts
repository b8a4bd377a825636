import { ArtdeskError } from "../../basics/errors.ts";

/** One mistake in a file that a person wrote. */
export interface InputProblem {
  file: string;
  /** From 1. */
  line: number;
  /** A full sentence. */
  message: string;
  /** What to do about it, a full sentence. */
  hint?: string | undefined;
}

/** So many mistakes of one file are listed; a broken file can have thousands. */
const MAX_LISTED = 25;

/** One `invalid_request` for all mistakes of a file: the first by line is the message, the others are its `issues`. */
export function inputError(problems: readonly [InputProblem, ...InputProblem[]]): ArtdeskError {
  const sorted = problems.toSorted((left, right) => left.line - right.line);
  const [first, ...others] = sorted.slice(0, MAX_LISTED);
  const unlisted = sorted.length - MAX_LISTED;
  const { file, line, message, hint } = first ?? problems[0];
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: visibleText(message),
    hint,
    location: { file, line },
    issues: [
      ...others.map(
        (other) => `${other.file}:${other.line}: ${visibleText(other.message)}${other.hint ? ` ${other.hint}` : ""}`,
      ),
      ...(unlisted > 0 ? [`${file}: ${unlisted} more mistakes.`] : []),
    ],
  });
}

/** Throws {@link inputError} when there is any problem. */
export function throwProblems(problems: readonly InputProblem[]): void {
  const [first, ...others] = problems;
  if (first) throw inputError([first, ...others]);
}

const MAX_SHOWN = 500;

/**
 * Text out of a file as one line for a message: control and other invisible characters are spelled out, so that a file
 * can neither forge log lines nor colour a terminal; long text is cut.
 */
export function visibleText(text: string): string {
  const cut = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
