import * as v from "valibot";
import { suggestName } from "../../basics/closest-name.ts";
import type { InputProblem } from "./input-problem.ts";
import { nearestLine, type YamlDocument, type YamlPath } from "./yaml-document.ts";

/** A value read with a schema, or every mistake in it. */
export type FieldResult<Output> = { value: Output } | { problems: [InputProblem, ...InputProblem[]] };

/** Checks plain data from a YAML document; problems carry file and line. */
export function readFields<const Schema extends v.GenericSchema>(options: {
  schema: Schema;
  document: YamlDocument;
  file: string;
  /** Line for a mistake that has no line of its own. */
  fallbackLine: number;
}): FieldResult<v.InferOutput<Schema>> {
  const { schema, document, file, fallbackLine } = options;
  const misplaced = misplacedKeys(schema, document.value, []);
  const result = v.safeParse(schema, document.value);
  if (result.success && misplaced.length === 0) return { value: result.output };
  const found = [
    ...misplaced,
    ...(result.issues ?? [])
      .filter((issue) => !isUnknownKey(issue))
      .map((issue) => ({ path: issuePath(issue), message: withReceived(issue) }))
      // A group that fits no form only because of an unknown key is told about that key alone.
      .filter(({ path }) => !misplaced.some((other) => isBelow(other.path, path))),
  ];
  const [first, ...others] = found.map(({ path, message }): InputProblem => {
    const sentence = path.length === 0 ? `The file ${message}` : `\`${formatPath(path)}\` ${message}`;
    return {
      file,
      line: nearestLine(document, path, fallbackLine),
      message: /[.?]$/.test(sentence) ? sentence : `${sentence}.`,
    };
  });
  if (!first) throw new TypeError("a failed check without an issue");
  return { problems: [first, ...others] };
}

/** `variants[0].text[1]` */
export function formatPath(path: YamlPath): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

function isBelow(path: YamlPath, above: YamlPath): boolean {
  return path.length > above.length && above.length > 0 && above.every((part, index) => part === path[index]);
}

function issuePath(issue: v.BaseIssue<unknown>): YamlPath {
  return (issue.path ?? []).map((item) => (typeof item.key === "number" ? item.key : String(item.key)));
}

function withReceived(issue: v.BaseIssue<unknown>): string {
  if (issue.kind !== "schema" || !issue.message.startsWith("must be")) return issue.message;
  const { input } = issue;
  if (input === null || input === undefined) return "is empty: give it a value or remove it";
  if (typeof input === "string") return issue.message;
  const kind = Array.isArray(input)
    ? "a list"
    : typeof input === "object"
      ? "a group of keys"
      : `the ${typeof input} ${scalarText(input)}`;
  const quote = typeof input !== "object" && issue.message === "must be text" ? "; put it in quotes" : "";
  return `${issue.message.replace(/\.$/, "")}, not ${kind}${quote}`;
}

function scalarText(input: unknown): string {
  return typeof input === "number" || typeof input === "boolean" ? String(input) : "";
}

/** The schema library reports only the first unknown key of an object, and not those that every object inherits. */
function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === "strict_object" && issue.expected === "never";
}

interface Misplaced {
  path: YamlPath;
  message: string;
}

const UNSAFE_KEYS = new Set(["__proto__", "constructor", "prototype"]);
const MAX_DEPTH = 20;

/** Keys that the schema does not know, keys that mean something else to JavaScript, and nesting that nobody needs. */
function misplacedKeys(schema: v.GenericSchema | undefined, value: unknown, path: YamlPath): Misplaced[] {
  if (typeof value !== "object" || value === null) return [];
  if (path.length === MAX_DEPTH) return [{ path: path.slice(0, 1), message: "is nested too deep" }];
  const bare = schema && unwrap(schema);
  if (Array.isArray(value)) {
    if (bare && "entries" in bare) return [{ path, message: "must be a group of `key: value` lines, not a list" }];
    return value.flatMap((item: unknown, index) => misplacedKeys(childOf(bare, "item"), item, [...path, index]));
  }
  const entries = bare && "entries" in bare && isEntries(bare.entries) ? bare.entries : undefined;
  return Object.entries(value).flatMap(([key, child]): Misplaced[] => {
    const childPath = [...path, key];
    if (entries && !Object.hasOwn(entries, key)) {
      return [{ path: childPath, message: `is not a known key. ${suggestName(key, Object.keys(entries))}` }];
    }
    if (UNSAFE_KEYS.has(key)) return [{ path: childPath, message: "is not a name that can be used" }];
    return misplacedKeys(entries ? entries[key] : childOf(bare, "value"), child, childPath);
  });
}

/** The schema under `optional` and `pipe`; of several forms, the one with keys. */
function unwrap(schema: v.GenericSchema): v.GenericSchema {
  const forms = "options" in schema && Array.isArray(schema.options) ? schema.options.filter(isSchema) : [];
  const group = forms.find((form) => "entries" in form);
  if (group !== undefined) return group;
  const inner =
    childOf(schema, "wrapped") ??
    ("pipe" in schema && Array.isArray(schema.pipe) ? asSchema(schema.pipe[0]) : undefined);
  return inner === undefined || inner === schema ? schema : unwrap(inner);
}

function childOf(schema: v.GenericSchema | undefined, name: "wrapped" | "item" | "value"): v.GenericSchema | undefined {
  return schema && asSchema(Reflect.get(schema, name));
}

function asSchema(value: unknown): v.GenericSchema | undefined {
  return isSchema(value) ? value : undefined;
}

function isSchema(value: unknown): value is v.GenericSchema {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "schema";
}

function isEntries(value: unknown): value is Record<string, v.GenericSchema> {
  return typeof value === "object" && value !== null && Object.values(value).every(isSchema);
}
