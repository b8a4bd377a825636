import { type AssetRequest, type AssetSpec, formatOfPath, insertBeforeExtension } from "../asset-spec.ts";
import { type InputProblem, throwProblems } from "../fields/input-problem.ts";
import { type PathUse, resolveWorkspacePath } from "../fields/workspace-path.ts";
import type { YamlPath } from "../fields/yaml-document.ts";
import { outputCollisions } from "./output-collisions.ts";
import type { PromptFile } from "./prompt-file.ts";
import type { ImageFields, Matrix, VariantFields } from "./prompt-schema.ts";
import { composeStructured, STRUCTURED_PARTS } from "./structured-prompt.ts";
import { combinations, fillTemplate, unknownPlaceholders } from "./template.ts";

/** One prompt file may not describe more assets. */
export const MAX_ASSETS_PER_FILE = 1000;

/** Characters in all texts of one file's assets: placeholders could make gigabytes of a small file. */
const MAX_EXPANDED_CHARACTERS = 8_000_000;

/**
 * The assets of a prompt file, in the order of its variants and then of its matrix.
 *
 * `variants` takes the place of the plain image: one asset per variant, whose fields replace the file's whole fields
 * (lists and tags are not merged; `size` replaces `aspect` and `resolution`, and the other way round). Its default
 * output is the file's with `-NAME` before the extension, and `{{variant}}` stands for its name.
 * `matrix` makes one asset per combination of values, of each variant. `{{name}}` stands for the value in the prompt,
 * `output`, `alt`, `text`, `elements`, `references`, `mask` and tag values. Outputs must differ.
 *
 * Throws one `invalid_request` with file and line of the first mistake and all others as `issues`.
 */
export function expandAssets(promptFile: PromptFile): AssetSpec[] {
  const matrix = matrixTexts(promptFile.fields.matrix);
  const layers = layersOf(promptFile);
  const size = layers.length * Object.values(matrix).reduce((product, values) => product * values.length, 1);
  const problem = (path: YamlPath, message: string, hint?: string): InputProblem => ({
    file: promptFile.file,
    line: promptFile.lineOf(path),
    message,
    hint,
  });
  if (size > MAX_ASSETS_PER_FILE) {
    throwProblems([
      problem(["matrix"], `This makes ${size} images; one file may make at most ${MAX_ASSETS_PER_FILE}.`),
    ]);
  }
  const unknown = layers.flatMap((layer) => placeholderProblems(promptFile, layer, matrix));
  throwProblems([...new Map(unknown.map((item) => [`${item.line} ${item.message}`, item])).values()]);
  const rows = combinations(matrix);
  const problems: InputProblem[] = [];
  let characters = 0;
  const count = (text: string): string => {
    characters += text.length;
    if (characters > MAX_EXPANDED_CHARACTERS) {
      throwProblems([
        problem(
          ["matrix"],
          `The texts of all images of this file are longer than ${MAX_EXPANDED_CHARACTERS} characters together.`,
        ),
      ]);
    }
    return text;
  };
  const assets = layers.flatMap((layer) => rows.map((row) => expandOne({ promptFile, layer, row, problems, count })));
  throwProblems(problems.length > 0 ? problems : outputCollisions(assets));
  return assets;
}

/** Path without `.image.md`, or without its last extension. */
export function assetIdOfFile(file: string): string {
  return file.replace(/(?<=[^/])\.image\.md$|(?<=[^/])\.[^./]+$/i, "");
}

/** The file's own fields, or one variant laid over them. */
interface Layer {
  variant: VariantFields | undefined;
  fields: ImageFields;
  /** Text below the front matter or the variant's own, without the parts of `structured`. */
  prompt: string;
  promptLine: number;
  line: number;
  pathOf(field: keyof ImageFields): YamlPath;
}

function layersOf(promptFile: PromptFile): Layer[] {
  const { matrix: _matrix, variants, ...base } = promptFile.fields;
  const { prompt, promptLine } = promptFile;
  if (!variants)
    return [{ variant: undefined, fields: base, prompt, promptLine, line: promptLine, pathOf: (field) => [field] }];
  return variants.map((variant, index) => {
    const { name, prompt: ownPrompt, ...own } = variant;
    const inherited = { ...base };
    if (own.size !== undefined) {
      delete inherited.aspect;
      delete inherited.resolution;
    } else if (own.aspect !== undefined || own.resolution !== undefined) {
      delete inherited.size;
    }
    const output = own.output ?? variantOutput(promptFile, name);
    return {
      variant,
      fields: { ...inherited, ...own, output },
      prompt: ownPrompt?.trim() ?? prompt,
      promptLine: ownPrompt === undefined ? promptLine : promptFile.lineOf(["variants", index, "prompt"]),
      line: promptFile.lineOf(["variants", index]),
      pathOf: (field) => (Object.hasOwn(own, field) ? ["variants", index, field] : [field]),
    };
  });
}

function variantOutput(promptFile: PromptFile, name: string): string {
  const shared = promptFile.fields.output ?? defaultOutput(promptFile.file);
  const placed = fillTemplate(shared, new Map([["variant", name]]));
  return placed === shared ? insertBeforeExtension(shared, `-${name}`) : placed;
}

function defaultOutput(file: string): string {
  const id = assetIdOfFile(file);
  return `${id.slice(id.lastIndexOf("/") + 1)}.png`;
}

function matrixTexts(matrix: Matrix | undefined): Record<string, string[]> {
  return Object.fromEntries(Object.entries(matrix ?? {}).map(([name, values]) => [name, values.map(String)]));
}

const TEXT_FIELDS = ["output", "alt", "mask"] as const;
const LIST_FIELDS = ["text", "elements", "references"] as const;

function placeholderProblems(promptFile: PromptFile, layer: Layer, matrix: Record<string, string[]>): InputProblem[] {
  const known = new Set([...Object.keys(matrix), ...(layer.variant ? ["variant"] : [])]);
  const hint = known.size > 0 ? `Names here: ${[...known].join(", ")}.` : "Add it to `matrix`, or write the words out.";
  const { file } = promptFile;
  const problems: InputProblem[] = [];
  const check = (text: string | undefined, line: number, countLines = false): void => {
    for (const { name, lineOffset } of unknownPlaceholders(text ?? "", known)) {
      problems.push({
        file,
        line: line + (countLines ? lineOffset : 0),
        message: `\`{{${name}}}\` is not a name in \`matrix\`.`,
        hint,
      });
    }
  };
  for (const field of TEXT_FIELDS) check(layer.fields[field], promptFile.lineOf(layer.pathOf(field)));
  for (const field of LIST_FIELDS) {
    for (const [index, item] of (layer.fields[field] ?? []).entries())
      check(item, promptFile.lineOf([...layer.pathOf(field), index]));
  }
  for (const [tag, value] of Object.entries(layer.fields.tags ?? {}))
    check(value, promptFile.lineOf([...layer.pathOf("tags"), tag]));
  for (const part of STRUCTURED_PARTS)
    check(layer.fields.structured?.[part], promptFile.lineOf([...layer.pathOf("structured"), part]));
  check(layer.prompt, layer.promptLine, layer.variant?.prompt === undefined);
  return problems;
}

function expandOne(options: {
  promptFile: PromptFile;
  layer: Layer;
  row: ReadonlyMap<string, string>;
  problems: InputProblem[];
  count: (text: string) => string;
}): AssetSpec {
  const { promptFile, layer, row, problems, count: countText } = options;
  const { file } = promptFile;
  const lineOf = (path: YamlPath): number => promptFile.lineOf(path);
  const { fields, variant } = layer;
  const values = variant ? new Map(row).set("variant", variant.name) : row;
  const fill = (text: string): string => countText(fillTemplate(text, values));
  const resolve = (path: string, use: PathUse, at: YamlPath): string => {
    const checked = resolveWorkspacePath({ from: file, path, use });
    if ("path" in checked) return checked.path;
    problems.push({
      file,
      line: lineOf(at),
      message: `${use === "output" ? "The output" : "The reference"} \`${path.slice(0, 200)}\` ${checked.refusal}.`,
      hint: checked.refusal.startsWith("leads out")
        ? "Paths start at the prompt file's folder; keep it inside the workspace."
        : undefined,
    });
    return "";
  };
  const output = resolve(fill(fields.output ?? defaultOutput(file)), "output", layer.pathOf("output"));
  const { structured } = fields;
  const prompt = structured ? composeStructured(structured, layer.prompt) : layer.prompt;
  const request: AssetRequest = { prompt: fill(prompt), format: formatOfPath(output) };
  const { operation, purpose, size, aspect, resolution, factor, quality, count, transparent, model, verify, urgency } =
    fields;
  Object.assign(
    request,
    definedOnly({
      operation,
      purpose,
      size,
      aspect,
      resolution,
      factor,
      quality,
      count,
      transparent,
      model,
      verify,
      urgency,
    }),
  );
  if (fields.text) request.text = fields.text.map(fill);
  if (fields.elements) request.elements = fields.elements.map(fill);
  if (fields.max_cost !== undefined) request.maxCostUsd = fields.max_cost;
  if (fields.tags)
    request.tags = Object.fromEntries(Object.entries(fields.tags).map(([tag, value]) => [tag, fill(value)]));
  return {
    id: assetIdOfFile(file) + idSuffix(variant?.name, row),
    file,
    line: layer.line,
    output,
    request,
    references: (fields.references ?? []).map((path, index) =>
      resolve(fill(path), "reference", [...layer.pathOf("references"), index]),
    ),
    mask: fields.mask === undefined ? undefined : resolve(fill(fields.mask), "reference", layer.pathOf("mask")),
    alt: fields.alt === undefined ? undefined : fill(fields.alt),
    lines: linesOf(promptFile, layer),
  };
}

function definedOnly<Fields extends object>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
}

/** `@dark#shape=fox,width=16`; characters that part these are written as in URLs. */
function idSuffix(variant: string | undefined, row: ReadonlyMap<string, string>): string {
  const pairs = [...row].map(([name, value]) => `${name}=${value.replace(/[\s/\\,#=@%\p{Cc}]/gu, encodeURIComponent)}`);
  return (variant === undefined ? "" : `@${variant}`) + (pairs.length > 0 ? `#${pairs.join(",")}` : "");
}

function linesOf(promptFile: PromptFile, layer: Layer): Record<string, number> {
  const { structured } = layer.fields;
  const promptLine =
    structured && layer.prompt === "" ? promptFile.lineOf(layer.pathOf("structured")) : layer.promptLine;
  const lines: Record<string, number> = { prompt: promptLine };
  for (const field of Object.keys(layer.fields) as (keyof ImageFields)[]) {
    const value = layer.fields[field];
    if (value === undefined) continue;
    lines[field === "max_cost" ? "maxCostUsd" : field] = promptFile.lineOf(layer.pathOf(field));
    if (!Array.isArray(value)) continue;
    for (const index of value.keys()) lines[`${field}.${index}`] = promptFile.lineOf([...layer.pathOf(field), index]);
  }
  return lines;
}
