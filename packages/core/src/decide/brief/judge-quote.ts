import { WordClass } from "./lexicon.ts";
import type { PromptScan, Quote } from "./scan-prompt.ts";
import { hasClass, isNegator, lookBack } from "./word-context.ts";

const c = WordClass;
const SURFACE = c.printable | c.carrier;
const LEGIBLE = c.says | c.writing | c.written;

/**
 * Whether a quoted passage is to be written in the image. Most are; names, titles of works, manners of painting,
 * scare quotes and what is denied or removed are not.
 */
export function isWrittenQuote(scan: PromptScan, quote: Quote): boolean {
  const isContraction = quote.content === "n";
  if (isContraction || isWholePrompt(scan, quote) || isDeniedQuote(scan, quote) || isRemoved(scan, quote)) return false;
  const after = quote.wordAfter;
  if (hasClass(scan, after, c.manner) && inSameClause(scan, quote.wordBefore, after)) return false;
  if (isWrittenAfter(scan, quote)) return true;
  const from = quote.wordBefore + 1;
  if (lookBackTo(scan, from, 2, c.names) >= 0) return lookBackTo(scan, from, 8, SURFACE | c.mark) >= 0;
  if (lookBackTo(scan, from, 3, c.work) >= 0) return lookBackTo(scan, from, 9, SURFACE) >= 0;
  if (lookBackTo(scan, from, 4, LEGIBLE) >= 0) return true;
  if (lookBackTo(scan, from, 3, c.manner) >= 0) return false;
  return !isScareQuote(scan, quote);
}

/** Looks back from a gap between words, whose sentence is that of the word before it. */
function lookBackTo(scan: PromptScan, gap: number, reach: number, bits: number): number {
  if (hasClass(scan, gap - 1, bits)) return gap - 1;
  return lookBack(scan, gap - 1, reach - 1, bits);
}

function inSameClause(scan: PromptScan, left: number, right: number): boolean {
  return left < 0 || scan.clauses[left] === scan.clauses[right];
}

/** A prompt that someone pasted with its quotation marks. */
function isWholePrompt(scan: PromptScan, quote: Quote): boolean {
  return quote.wordBefore < 0 && quote.wordAfter >= scan.words.length && quote.wordAfter > 3;
}

function isDeniedQuote(scan: PromptScan, quote: Quote): boolean {
  if ((scan.seen & c.negator) === 0) return false;
  for (let near = quote.wordBefore; near >= 0 && near >= quote.wordBefore - 5; near -= 1) {
    if (scan.clauses[near] !== scan.clauses[quote.wordBefore] || hasClass(scan, near, c.exception)) return false;
    if (hasClass(scan, near, c.negator) && isNegator(scan, near)) return true;
  }
  return false;
}

/** The first quote of `replace "OLD" with "NEW"`. */
function isRemoved(scan: PromptScan, quote: Quote): boolean {
  if ((scan.seen & c.removes) === 0) return false;
  const last = scan.words[quote.wordBefore];
  if (last === "with" || last === "to" || last === "by") return false;
  const verb = lookBackTo(scan, quote.wordBefore + 1, 4, c.removes);
  return verb >= 0 && scan.clauses[verb] === scan.clauses[quote.wordBefore];
}

function isWrittenAfter(scan: PromptScan, quote: Quote): boolean {
  const after = quote.wordAfter;
  const sentence = scan.sentences[Math.max(0, quote.wordBefore)];
  for (let near = after; near < after + 3 && scan.sentences[near] === sentence; near += 1) {
    if (hasClass(scan, near, c.written)) return true;
    if (near < after + 2 && hasClass(scan, near, SURFACE | c.writing)) return true;
    if (near < after + 2 && scan.words[near] === "on" && hasClass(scan, near + 2, SURFACE)) return true;
  }
  return false;
}

/** `a "floating" shelf`: a few small words between an article and a noun. */
function isScareQuote(scan: PromptScan, quote: Quote): boolean {
  if (quote.wordAfter - quote.wordBefore > 4 || quote.content !== quote.content.toLowerCase()) return false;
  const isModified =
    hasClass(scan, quote.wordBefore, c.article) && inSameClause(scan, quote.wordBefore, quote.wordAfter);
  const next = scan.prompt.charAt(scan.starts[quote.wordAfter] ?? scan.prompt.length);
  return isModified && next !== "" && next === next.toLowerCase();
}
