import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLError } from "yaml";
import { visibleText } from "../../assets/fields/input-problem.ts";
import type { YamlDocument, YamlPath } from "../../assets/fields/yaml-document.ts";
import { ArtdeskError } from "../../basics/errors.ts";

/** Aliases may add this many nodes in all; more is an attempt to fill the memory. */
const MAX_ALIAS_COUNT = 50;

/** Settings are short; some YAML takes time that grows with the square of its length. */
const MAX_YAML_CHARACTERS = 64_000;

const TOO_DEEP = "it is nested too deep.";

/**
 * The YAML reader of prompt files and `artdesk.yml`: YAML 1.2, duplicate keys and custom tags refused, one document.
 * Import this file only when there is YAML to read: the library takes a few milliseconds to load.
 */
export function readYaml(text: string, file: string, firstLine: number): YamlDocument {
  const lineCounter = new LineCounter();
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line + firstLine - 1;
  const fail = (offset: number, message: string, cause?: unknown): ArtdeskError =>
    new ArtdeskError({
      code: "invalid_request",
      shortMessage: visibleText(`This is not valid YAML: ${message}`),
      hint: hintFor(lineOfText(text, lineCounter, offset)),
      location: { file, line: lineAt(offset) },
      cause,
    });
  if (text.length > MAX_YAML_CHARACTERS) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `The YAML is longer than ${MAX_YAML_CHARACTERS} characters.`,
      hint: "Move long texts below the front matter, or split the file.",
      location: { file, line: firstLine },
    });
  }
  let document: Document.Parsed;
  let value: unknown;
  try {
    document = parseDocument(text, {
      lineCounter,
      strict: true,
      uniqueKeys: true,
      stringKeys: true,
      version: "1.2",
      prettyErrors: false,
    });
    const [mistake] = [...document.errors, ...document.warnings];
    if (mistake) throw fail(mistake.pos[0], sentence(mistake, lineOfText(text, lineCounter, mistake.pos[0])), mistake);
    value = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch (cause) {
    if (cause instanceof ArtdeskError) throw cause;
    // The library throws plain errors for too many aliases and for nesting that is too deep for the stack.
    throw fail(0, cause instanceof RangeError ? TOO_DEEP : "it uses too many or unknown aliases.", cause);
  }
  return {
    value,
    lineOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : lineAt(offset);
    },
  };
}

function offsetOf(document: Document.Parsed, path: YamlPath): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair || !isScalar(pair.key)) return undefined;
      offset = pair.key.range?.[0];
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      const item: unknown = node.items[part];
      if (item === undefined) return undefined;
      offset = rangeStart(item);
      node = item;
    } else {
      return undefined;
    }
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  return typeof start === "number" ? start : undefined;
}

function hintFor(line: string): string {
  if (line.includes("{{")) return "Put values with `{{name}}` in quotes.";
  return "Write settings as `key: value` lines; put texts with `:` or `#` in quotes.";
}

function lineOfText(text: string, lineCounter: LineCounter, offset: number): string {
  return text.split("\n")[lineCounter.linePos(offset).line - 1] ?? "";
}

/** The library's own words, except where they speak of its programming interface. */
function sentence(mistake: YAMLError, line: string): string {
  if (mistake.message.includes("call stack")) return TOO_DEEP;
  if (mistake.code === "MULTIPLE_DOCS") return "it has more than one document.";
  if (line.includes("{{")) return "`{` at the start of a value opens a group.";
  if (mistake.code === "NON_STRING_KEY") return "every key must be plain text.";
  const message = mistake.message.split("\n")[0] ?? "";
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
