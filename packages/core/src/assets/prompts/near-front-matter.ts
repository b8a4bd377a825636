import { closestName } from "../../basics/closest-name.ts";

/** A head that a person sees and the reader does not. */
export interface NearFrontMatter {
  /** Index of the line that gives it away, counted from 0. */
  index: number;
  /** What is wrong, a full sentence. */
  message: string;
}

/** Keys whose values are words of the prompt itself: `Text: SALE` may well be how somebody describes an image. */
const FREE_TEXT_KEYS: ReadonlySet<string> = new Set(["text", "elements", "alt", "structured", "tags", "variants"]);

/** Lines that editors, converters and other tools write around settings, in the place of three dashes. */
const FENCE =
  /^(?:[-\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]{2,}|[\u2012-\u2015]|[+*=~_;#%.\u2026]{3,}|`{3,}|-(?: -){2,}|<!--+|\/\*+)(?:\s*(?:yaml|yml|toml|json5?|front-?matter|settings))?\s*(?:#.*)?$/iu;
const FENCE_WITH_LANGUAGE = /^[-+~;\u2010-\u2015]{2,}\s*(?:yaml|yml|toml|json5?)\s*$/iu;
const COMMENT = /^(?:#(?!#)|\/\/|<!--.*-->$|%YAML)/i;
const SETTING = /^[\s>*\-•{"'`]*([A-Za-z][A-Za-z0-9_-]{0,39})["'`*]*\s*(?::|=>|=|\uFF1A)\s*(.*?)[\s,}*]*$/u;
const ONE_WORD = /^["'`]?(?:[$]?\d[\w.:×x-]*|[a-z][a-z0-9]*(?:[-_./][a-z0-9.]+)*)["'`]?$/iu;

/** Invisible characters that lines may start or end with, and white space. */
const EDGES = /^[\s\u200B-\u200F\u2060\uFEFF]+|[\s\u200B-\u200F\u2060\uFEFF]+$/gu;

/** Finds settings at the start of a text that is not understood as front matter. `keys` are those that a file may set. */
export function findNearFrontMatter(lines: readonly string[], keys: readonly string[]): NearFrontMatter | undefined {
  let fence: { index: number; text: string } | undefined;
  for (const [index, line] of lines.entries()) {
    const text = line.replace(EDGES, "");
    if (text === "" || (COMMENT.test(text) && !settingIn(text.replace(/^[#/]+/, ""), keys, false))) continue;
    if (fence === undefined && FENCE_WITH_LANGUAGE.test(text)) return { index, message: badFence(text) };
    if (fence === undefined && FENCE.test(text)) {
      fence = { index, text };
      continue;
    }
    if (fence !== undefined && isSettingShaped(text, keys))
      return { index: fence.index, message: badFence(fence.text) };
    if (fence !== undefined) return undefined;
    return findBareSettings(lines, index, keys);
  }
  return undefined;
}

/** Finds front matter that stands further down: after a text, or a second one. */
export function findLateFrontMatter(lines: readonly string[], keys: readonly string[]): NearFrontMatter | undefined {
  for (const [index, line] of lines.entries()) {
    if (!/^---[ \t]*$/.test(line)) continue;
    const next = lines.slice(index + 1).find((text) => text.trim() !== "") ?? "";
    if (!settingIn(next, keys, true)) continue;
    return {
      index,
      message: "Settings between `---` lines stand below the start of the prompt, where nobody reads them.",
    };
  }
  return undefined;
}

/** Settings without any fence: the first lines up to an empty one, of which at least one surely is a setting. */
function findBareSettings(
  lines: readonly string[],
  start: number,
  keys: readonly string[],
): NearFrontMatter | undefined {
  for (let index = start; index < lines.length; index += 1) {
    const text = (lines[index] ?? "").replace(EDGES, "");
    if (index === start && /^[{[]$/.test(text)) continue;
    if (!SETTING.test(text)) return undefined;
    const key = settingIn(text, keys, true);
    if (key !== undefined)
      return { index, message: `\`${key}\` looks like a setting, but no \`---\` line opens the front matter.` };
  }
  return undefined;
}

/** The key that a line sets. `strict`: no word of a description must be taken for one. */
function settingIn(text: string, keys: readonly string[], strict: boolean): string | undefined {
  const [, written = "", value = ""] = SETTING.exec(text) ?? [];
  if (written === "") return undefined;
  // A prompt in JSON may well have a `"text"` of its own.
  const mayBeProse = strict && FREE_TEXT_KEYS.has(written) && /["'{]/.test(text.slice(0, text.indexOf(written)));
  if (keys.includes(written)) return mayBeProse ? undefined : written;
  const known = closestName(written, keys);
  if (known === undefined) return undefined;
  const isSameWord = written.toLowerCase().replaceAll(/[-_]/g, "") === known.replaceAll("_", "");
  if (!strict) return isSameWord ? known : undefined;
  return isSameWord && !FREE_TEXT_KEYS.has(known) && ONE_WORD.test(value) ? known : undefined;
}

/** After something that looks like a fence any `key: value` line is enough. */
function isSettingShaped(text: string, keys: readonly string[]): boolean {
  return (
    settingIn(text, keys, false) !== undefined || /^["']?[a-z][a-z0-9_-]*["']?\s*(?::\s|:$|=\s|=["'\d])/.test(text)
  );
}

function badFence(text: string): string {
  return `\`${text.slice(0, 20)}\` does not open front matter: only a line of exactly three dashes does.`;
}
