import { readFields } from "../fields/read-fields.ts";
import { splitFrontMatter } from "./front-matter.ts";
import { type InputProblem, inputError, throwProblems } from "../fields/input-problem.ts";
import { type ImageFields, PROMPT_KEYS, type PromptFields, promptSchema } from "./prompt-schema.ts";
import { checkText } from "./prompt-text.ts";
import { nearestLine, type YamlDocument, type YamlPath, type YamlReader } from "../fields/yaml-document.ts";

/** A prompt file as written: front matter checked, nothing expanded yet. */
export interface PromptFile {
  /** Relative to the workspace, with `/`. */
  file: string;
  fields: PromptFields;
  /** Normalised text below the front matter; empty only when every image has a prompt from elsewhere. */
  prompt: string;
  /** Line on which the prompt starts, from 1. */
  promptLine: number;
  /** Line of a key or list item of the front matter, else of the nearest one above it. */
  lineOf: (path: YamlPath) => number;
}

/**
 * Reads one prompt file (`NAME.image.md`): YAML front matter, then the prompt.
 * Throws one `invalid_request` with the location of the first mistake and all others as `issues`.
 */
export function parsePromptFile(options: { file: string; text: string; readYaml: YamlReader }): PromptFile {
  const { file, text, readYaml } = options;
  checkText(file, text);
  const split = splitFrontMatter({ file, text, keys: PROMPT_KEYS });
  const document = withoutNull(split.yaml === undefined ? undefined : readYaml(split.yaml, file, split.yamlLine));
  const fallbackLine = Math.max(1, split.yamlLine - 1);
  const lineOf = (path: YamlPath): number => nearestLine(document, path, fallbackLine);
  const result = readFields({ schema: promptSchema, document, file, fallbackLine });
  if ("problems" in result) throw inputError(result.problems);
  const fields = result.value;
  throwProblems([
    ...promptProblems(file, fields, split.body, split.bodyLine),
    ...sizeProblems(file, fields, lineOf),
    ...structuredProblems(file, fields, lineOf),
    ...nameProblems(file, fields, lineOf),
  ]);
  return { file, fields, prompt: split.body, promptLine: split.bodyLine, lineOf };
}

/** An absent or empty front matter says nothing, like an empty group. */
function withoutNull(document: YamlDocument | undefined): YamlDocument {
  if (!document) return { value: {}, lineOf: () => undefined };
  return { value: document.value ?? {}, lineOf: (path) => document.lineOf(path) };
}

function promptProblems(file: string, fields: PromptFields, prompt: string, line: number): InputProblem[] {
  if (prompt !== "" || fields.structured !== undefined) return [];
  if (fields.variants?.every((variant) => variant.prompt !== undefined || variant.structured !== undefined)) return [];
  return [{ file, line, message: "The prompt is empty.", hint: "Write below the front matter what the image shows." }];
}

/** The file's own fields and those of each variant, with their place. */
function groupsOf(fields: PromptFields): { fields: ImageFields; path: YamlPath }[] {
  const variants = fields.variants ?? [];
  return [{ fields, path: [] }, ...variants.map((variant, index) => ({ fields: variant, path: ["variants", index] }))];
}

function structuredProblems(file: string, fields: PromptFields, lineOf: (path: YamlPath) => number): InputProblem[] {
  return groupsOf(fields).flatMap(({ fields: { structured }, path }) => {
    if (structured?.action === undefined || structured.pose === undefined) return [];
    const message = "`action` and `pose` exclude each other.";
    const hint = "Say what the subject does, or how it stands.";
    return [{ file, line: lineOf([...path, "structured", "pose"]), message, hint }];
  });
}

function sizeProblems(file: string, fields: PromptFields, lineOf: (path: YamlPath) => number): InputProblem[] {
  return groupsOf(fields).flatMap(({ fields: group, path }) => {
    const other = group.aspect === undefined ? "resolution" : "aspect";
    if (group.size === undefined || group[other] === undefined) return [];
    const message = `\`size\` and \`${other}\` exclude each other.`;
    return [
      { file, line: lineOf([...path, other]), message, hint: "Keep exact pixels, or a shape with a resolution." },
    ];
  });
}

function nameProblems(file: string, fields: PromptFields, lineOf: (path: YamlPath) => number): InputProblem[] {
  const problems: InputProblem[] = [];
  if (fields.matrix && Object.hasOwn(fields.matrix, "variant")) {
    const message = "`variant` cannot be a name in `matrix`: `{{variant}}` stands for the variant's name.";
    problems.push({ file, line: lineOf(["matrix", "variant"]), message });
  }
  const seen = new Map<string, number>();
  for (const [index, { name }] of (fields.variants ?? []).entries()) {
    const first = seen.get(name.toLowerCase());
    const line = lineOf(["variants", index, "name"]);
    if (first === undefined) seen.set(name.toLowerCase(), line);
    else problems.push({ file, line, message: `Two variants have the name \`${name}\` (the other on line ${first}).` });
  }
  return problems;
}
