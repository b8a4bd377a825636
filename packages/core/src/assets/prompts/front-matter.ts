import { ArtdeskError } from "../../basics/errors.ts";
import { visibleText } from "../fields/input-problem.ts";
import { findLateFrontMatter, findNearFrontMatter, type NearFrontMatter } from "./near-front-matter.ts";
import { normalizePrompt } from "./prompt-text.ts";

/** The two parts of a prompt file. Lines count from 1. */
export interface FrontMatterSplit {
  /** Text between the `---` lines; undefined when the file has no front matter. */
  yaml: string | undefined;
  /** Line on which `yaml` starts. */
  yamlLine: number;
  /** Everything below the front matter, normalised: `\n` line ends, no white space at line ends. */
  body: string;
  /** Line of the first character of `body`; for an empty body, the line where it was expected. */
  bodyLine: number;
}

/**
 * Splits YAML front matter from what follows. A fence is a line of three dashes; the first non-empty line opens it.
 * Throws `invalid_request` with file and line when the front matter is never closed, and when settings (`keys` are their
 * names) stand where they would be sent to a model as part of the prompt.
 */
export function splitFrontMatter(options: {
  file: string;
  text: string;
  keys?: readonly string[] | undefined;
}): FrontMatterSplit {
  const { file, keys = [] } = options;
  const lines = options.text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  const opening = lines.findIndex((line) => line.trim() !== "");
  if (opening < 0 || !isFence(lines[opening])) {
    refuse(file, findNearFrontMatter(lines, keys) ?? findLateFrontMatter(lines, keys), 0);
    return { yaml: undefined, yamlLine: 1, ...bodyFrom(lines, 0) };
  }
  const closing = lines.findIndex((line, index) => index > opening && isFence(line));
  if (closing < 0) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "The front matter opened by `---` is never closed.",
      hint: "Put a line of three dashes between the settings and the prompt.",
      location: { file: options.file, line: opening + 1 },
    });
  }
  const yaml = lines.slice(opening + 1, closing).join("\n");
  // An empty front matter says that everything below it is the prompt.
  if (yaml.trim() !== "") refuse(file, findLateFrontMatter(lines.slice(closing + 1), keys), closing + 1);
  return { yaml, yamlLine: opening + 2, ...bodyFrom(lines, closing + 1) };
}

function refuse(file: string, near: NearFrontMatter | undefined, firstLine: number): void {
  if (!near) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: visibleText(near.message),
    hint: "Put the settings between two lines of exactly three dashes at the top of the file. If this belongs to the prompt, write two lines `---` above everything.",
    location: { file, line: firstLine + near.index + 1 },
  });
}

function isFence(line: string | undefined): boolean {
  return line !== undefined && /^---[ \t]*$/.test(line);
}

function bodyFrom(lines: readonly string[], start: number): { body: string; bodyLine: number } {
  const first = lines.findIndex((line, index) => index >= start && line.trim() !== "");
  return {
    body: normalizePrompt(lines.slice(start).join("\n")),
    bodyLine: (first < 0 ? Math.min(start, lines.length - 1) : first) + 1,
  };
}
