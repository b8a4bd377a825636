import { WordClass } from "./lexicon.ts";
import type { PromptScan } from "./scan-prompt.ts";

/** Whether a word has any of these class bits; words outside the prompt have none. */
export function hasClass(scan: PromptScan, index: number, bits: number): boolean {
  return ((scan.classes[index] ?? 0) & bits) !== 0;
}

/** Index of the nearest earlier word with any of these bits, at most `reach` words back in the same sentence; else -1. */
export function lookBack(scan: PromptScan, index: number, reach: number, bits: number): number {
  const sentence = scan.sentences[index] ?? scan.sentences.at(-1);
  for (let near = index - 1; near >= 0 && near >= index - reach && scan.sentences[near] === sentence; near -= 1) {
    if (hasClass(scan, near, bits)) return near;
  }
  return -1;
}

/** Index of the nearest later word with any of these bits, at most `reach` words on in the same sentence; else -1. */
export function lookAhead(scan: PromptScan, index: number, reach: number, bits: number): number {
  for (let near = index + 1; near <= index + reach && scan.sentences[near] === scan.sentences[index]; near += 1) {
    if (hasClass(scan, near, bits)) return near;
  }
  return -1;
}

/** Words that a denial reaches over: `no clearly visible text`. */
const DENIAL_REACH = 6;
/** Longest list item over whose comma a denial reaches: `no people, text or logos`. */
const LIST_ITEM_WORDS = 3;

/** Whether "no", "without" or the like covers this word, and no "except" lifts it. */
export function isDenied(scan: PromptScan, index: number): boolean {
  const next = scan.words[index + 1];
  if (next === "none" || next === "free") return true;
  if ((scan.seen & WordClass.negator) === 0) return false;
  for (let near = index - 1; near >= 0 && near >= index - DENIAL_REACH; near -= 1) {
    if (scan.sentences[near] !== scan.sentences[index]) return false;
    const crossesComma = scan.clauses[near] !== scan.clauses[near + 1];
    if (crossesComma && index - near > LIST_ITEM_WORDS) return false;
    if (hasClass(scan, near, WordClass.exception)) return false;
    if (hasClass(scan, near, WordClass.negator) && isNegator(scan, near)) return true;
  }
  return false;
}

/** "free" denies only in "free of" and "free from". */
export function isNegator(scan: PromptScan, index: number): boolean {
  if (scan.words[index] !== "free") return true;
  return scan.words[index + 1] === "of" || scan.words[index + 1] === "from";
}

/** Whether the words only keep room for writing: `space for a headline`, `a blank label`. */
export function isPlaceholder(scan: PromptScan, index: number): boolean {
  if ((scan.seen & WordClass.room) === 0) return false;
  if (lookBack(scan, index, 2, WordClass.room) >= 0) return true;
  for (let near = index - 1; near >= 0 && near >= index - 4; near -= 1) {
    if (scan.words[near] === "for" || scan.words[near] === "für" || scan.words[near] === "pour") {
      return lookBack(scan, near, 8, WordClass.room) >= 0;
    }
  }
  return false;
}

/** Abbreviations that are written in capitals anywhere. */
const ABBREVIATIONS: ReadonlySet<string> = new Set([
  "led",
  "dslr",
  "hdr",
  "rgb",
  "cmyk",
  "uhd",
  "usb",
  "png",
  "svg",
  "usa",
  "nyc",
  "raw",
  "iso",
  "qr",
]);

/** Whether a word stands in capitals, three letters or more, in a sentence that otherwise does not. */
export function isShouted(scan: PromptScan, index: number): boolean {
  const word = scan.words[index];
  if (word === undefined || word.length < 3 || ABBREVIATIONS.has(word)) return false;
  const start = scan.starts[index] ?? 0;
  const original = scan.prompt.slice(start, start + word.length);
  if (original === word || original !== original.toUpperCase() || !/^\p{L}/u.test(original)) return false;
  const before = scan.words[index - 1] ?? "";
  const beforeStart = scan.starts[index - 1] ?? 0;
  return scan.prompt.slice(beforeStart, beforeStart + before.length) === before;
}

/** The prompt's own words around a word, inside its sentence, cut to 60 characters. */
export function snippet(scan: PromptScan, index: number): string {
  const sentence = scan.sentences[index];
  let from = index;
  while (from > 0 && from > index - 3 && scan.sentences[from - 1] === sentence) from -= 1;
  const to = scan.clauses[index + 1] === scan.clauses[index] ? index + 1 : index;
  const start = scan.starts[from] ?? 0;
  const end = (scan.starts[to] ?? 0) + (scan.words[to]?.length ?? 0);
  return scan.prompt.slice(start, Math.min(end, start + 60));
}
