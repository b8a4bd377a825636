import {
  countLoneSurrogates,
  DIGIT,
  extraBytes,
  isCjk,
  isSurrogate,
  kindAt,
  kindOf,
  LETTER,
  OTHER,
  SPACE,
} from "./character-kinds.ts";
import { LEXICON, WordClass } from "./lexicon.ts";

/** A quoted passage, with the words around it. */
export interface Quote {
  /** What stands between the quotation marks, trimmed. */
  content: string;
  start: number;
  end: number;
  /** Index of the last word before it; -1 at the start. */
  wordBefore: number;
  /** Index of the first word after it. */
  wordAfter: number;
}

/** A prompt taken apart in one pass. The word arrays run in parallel; words inside quotes have no class. */
export interface PromptScan {
  prompt: string;
  /** In lower case. */
  words: string[];
  starts: number[];
  /** Bits of {@link WordClass}. */
  classes: number[];
  /** Number of the clause; commas, colons and sentence ends start a new one. */
  clauses: number[];
  /** Number of the sentence. */
  sentences: number[];
  quotes: Quote[];
  promptBytes: number;
  /** Words as people count them; two Chinese, Japanese or Korean characters count as one. */
  wordCount: number;
  /** All classes that occur, for early outs. */
  seen: number;
  hasCjk: boolean;
  /** Index of the number in a price such as $9.99; -1 without one. */
  moneyAt: number;
}

/** Longest quoted passage. Two marks that are farther apart do not belong together. */
const MAX_QUOTE_CHARACTERS = 500;

/** Opening mark to the marks that may close it. Straight marks close themselves. */
const CLOSERS: ReadonlyMap<number, string> = new Map(
  ['""', "``", "''", "‘’", "‚‘’", "“”", "„“”", "«»", "»«", "‹›", "「」", "『』", "《》"].map((marks) => [
    marks.charCodeAt(0),
    marks.slice(1),
  ]),
);
const QUOTE_MARKS: ReadonlySet<number> = new Set(
  Array.from("\"`'‘’‚“”„«»‹›「」『』《》", (mark) => mark.charCodeAt(0)),
);

const UPPER_A = 65;
const UPPER_Z = 90;

/** Takes a prompt apart. Linear in its length, whatever it holds. */
export function scanPrompt(prompt: string): PromptScan {
  const scan: PromptScan = {
    prompt,
    words: [],
    starts: [],
    classes: [],
    clauses: [],
    sentences: [],
    quotes: [],
    promptBytes: 0,
    wordCount: 0,
    seen: 0,
    hasCjk: false,
    moneyAt: -1,
  };
  const open: OpenQuote[] = [];
  let clause = 0;
  let sentence = 0;
  let bytes = prompt.length;
  let surrogates = 0;
  let cjkCharacters = 0;
  let before = SPACE;
  let index = 0;
  while (index < prompt.length) {
    const code = prompt.charCodeAt(index);
    const kind = kindOf(code);
    if (kind === LETTER || kind === DIGIT) {
      const start = index;
      let last = code;
      let inner = kind;
      // Letters beyond ASCII may be capitals.
      let hasUpperCase = false;
      while (inner === LETTER || inner === DIGIT || (inner === OTHER && joinsWord(prompt, index))) {
        if (last >= 128) {
          hasUpperCase = true;
          bytes += extraBytes(last);
          if (isCjk(last)) cjkCharacters += 1;
          else if (isSurrogate(last)) surrogates += 1;
        } else if (last <= UPPER_Z && last >= UPPER_A) {
          hasUpperCase = true;
        }
        index += 1;
        if (index === prompt.length) break;
        last = prompt.charCodeAt(index);
        inner = kindOf(last);
      }
      const word = prompt.slice(start, index);
      addWord(scan, hasUpperCase ? word.toLowerCase() : word, start, clause, sentence);
      before = LETTER;
      continue;
    }
    if (code >= 128) {
      bytes += extraBytes(code);
      if (isSurrogate(code)) surrogates += 1;
    }
    if (kind === OTHER) {
      if (code === 34 || code === 39 || code === 96 || (code > 127 && QUOTE_MARKS.has(code))) {
        markQuote(scan, open, code, index, before);
      } else if (code === 44 || code === 58 || code === 40 || code === 41) {
        clause += 1;
      } else if (code === 46 || code === 59 || code === 33 || code === 63 || code === 0x3002) {
        if (kindAt(prompt, index + 1) !== DIGIT) {
          clause += 1;
          sentence += 1;
        }
      } else if ((code === 36 || code === 0x20ac || code === 0xa3) && kindAt(prompt, index + 1) === DIGIT) {
        scan.moneyAt = scan.words.length;
      }
    } else if (code === 10) {
      clause += 1;
      sentence += 1;
      if (prompt.charCodeAt(index + 1) === 10) open.length = 0;
    }
    before = kind;
    index += 1;
  }
  scan.promptBytes = surrogates === 0 ? bytes : bytes + countLoneSurrogates(prompt);
  scan.hasCjk = cjkCharacters > 0;
  scan.wordCount = scan.words.length + (cjkCharacters >> 1);
  return scan;
}

/** A hyphen, or an apostrophe, with a letter on both sides belongs to the word. */
function joinsWord(prompt: string, index: number): boolean {
  const code = prompt.charCodeAt(index);
  if (code !== 45 && code !== 39 && code !== 0x2019 && code !== 44 && code !== 46) return false;
  const previous = kindAt(prompt, index - 1);
  const next = kindAt(prompt, index + 1);
  if (code === 44 || code === 46) return previous === DIGIT && next === DIGIT;
  if (code === 45) return (previous === LETTER || previous === DIGIT) && (next === LETTER || next === DIGIT);
  return previous === LETTER && next === LETTER;
}

function addWord(scan: PromptScan, word: string, start: number, clause: number, sentence: number): void {
  const classes = LEXICON.get(word) ?? 0;
  scan.words.push(word);
  scan.starts.push(start);
  scan.classes.push(classes);
  scan.clauses.push(clause);
  scan.sentences.push(sentence);
  scan.seen |= classes;
}

interface OpenQuote {
  closers: string;
  start: number;
  wordBefore: number;
}

/** Opens or closes a quotation at this mark, or leaves it alone: apostrophes and inches are no quotes. */
function markQuote(scan: PromptScan, open: OpenQuote[], code: number, index: number, before: number): void {
  const { prompt } = scan;
  const next = kindAt(prompt, index + 1);
  const afterWord = before === LETTER || before === DIGIT;
  const nextIsWord = next === LETTER || next === DIGIT;
  const isSingle = code === 39 || code === 0x2018 || code === 0x2019;
  const mark = prompt.charAt(index);
  for (let level = open.length - 1; level >= 0; level -= 1) {
    const candidate = open[level];
    if (candidate === undefined || !candidate.closers.includes(mark)) continue;
    if (isSingle && (before === SPACE || nextIsWord)) continue;
    open.length = level;
    if (index - candidate.start <= MAX_QUOTE_CHARACTERS) closeQuote(scan, candidate, index);
    return;
  }
  const closers = CLOSERS.get(code);
  if (closers === undefined || (afterWord && code < 128)) return;
  if (isSingle && (!nextIsWord || isDecade(prompt, index + 1))) return;
  const same = open.findIndex((entry) => entry.closers === closers);
  if (same >= 0) open.length = same;
  open.push({ closers, start: index, wordBefore: scan.words.length - 1 });
}

/** `'90s` */
function isDecade(prompt: string, index: number): boolean {
  return kindAt(prompt, index) === DIGIT && kindAt(prompt, index + 1) === DIGIT && prompt.charAt(index + 2) === "s";
}

function closeQuote(scan: PromptScan, opened: OpenQuote, end: number): void {
  const content = scan.prompt
    .slice(opened.start + 1, end)
    .trim()
    .replace(/,$/, "");
  const wordAfter = scan.words.length;
  for (let word = opened.wordBefore + 1; word < wordAfter; word += 1) scan.classes[word] = 0;
  while ((scan.quotes.at(-1)?.start ?? -1) > opened.start) scan.quotes.pop();
  const holdsNoWord = wordAfter === opened.wordBefore + 1;
  if (holdsNoWord) return;
  if (opened.wordBefore >= 0)
    scan.classes[opened.wordBefore] = (scan.classes[opened.wordBefore] ?? 0) | WordClass.beforeQuote;
  scan.quotes.push({ content, start: opened.start, end: end + 1, wordBefore: opened.wordBefore, wordAfter });
}
