import { WordClass } from "./lexicon.ts";
import { isWrittenQuote } from "./judge-quote.ts";
import type { PromptScan } from "./scan-prompt.ts";
import { hasClass, isDenied, isPlaceholder, isShouted, lookBack, lookAhead, snippet } from "./word-context.ts";

/** Writing that a prompt asks for. */
export interface Writing {
  rendersText: boolean;
  /** Exact strings, from quotes. */
  texts: string[];
  /** The words that gave it away. */
  evidence: string | undefined;
}

const c = WordClass;
const TRIGGERS = c.writing | c.says | c.written | c.mark | c.pair | c.printable | c.screenText;
const SURFACE = c.printable | c.carrier;

/** Two words that together mean writing: the second one, and what may stand before it. */
const PAIRS: Readonly<Record<string, readonly string[]>> = {
  bubble: ["speech", "thought", "dialogue"],
  bubbles: ["speech", "thought", "dialogue"],
  card: ["business", "visiting", "greeting", "place"],
  cards: ["business", "visiting", "greeting", "place"],
  tag: ["price", "name"],
  sign: ["stop", "street", "road", "exit", "speed", "neon"],
  signs: ["stop", "street", "road", "exit", "speed", "neon"],
  board: ["menu", "departure", "score"],
  art: ["latte", "ascii"],
};

/** Characters and words of Chinese, Japanese and Korean prompts. */
const CJK_WRITING = /写着|写有|字样|标语|标题|文字|書かれ|と書|タイトル|문구|글자|글씨|쓰여|적힌/;
const CJK_NO_WRITING =
  /(?:没有|无|不要|不含|無)(?:任何)?文字|文字(?:なし|は?入れない|不要)|(?:글자|텍스트|문구)\s?(?:없이|없는)/;

/** Reads from a prompt whether writing, or a mark with a fixed form, must appear in the image. Linear in its length. */
export function findWriting(scan: PromptScan): Writing {
  const texts: string[] = [];
  for (const quote of scan.quotes) {
    if (isWrittenQuote(scan, quote)) texts.push(quote.content);
  }
  if (texts.length > 0) {
    return {
      rendersText: true,
      texts,
      evidence: texts
        .map((text) => `"${text}"`)
        .join(", ")
        .slice(0, 120),
    };
  }
  const evidence = findTrigger(scan);
  return { rendersText: evidence !== undefined, texts, evidence };
}

function findTrigger(scan: PromptScan): string | undefined {
  if ((scan.seen & TRIGGERS) !== 0) {
    for (let index = 0; index < scan.words.length; index += 1) {
      if (((scan.classes[index] ?? 0) & TRIGGERS) === 0) continue;
      if (asksForWriting(scan, index) && !isDenied(scan, index) && !isPlaceholder(scan, index)) {
        return snippet(scan, index);
      }
    }
  }
  if (
    scan.moneyAt >= 0 &&
    (lookBack(scan, scan.moneyAt, 5, SURFACE) >= 0 || lookAhead(scan, scan.moneyAt, 5, SURFACE) >= 0)
  ) {
    return snippet(scan, scan.moneyAt);
  }
  const spelledOut = /(?:^|\s)((?:[A-Z] ){2,20}[A-Z])(?=\s|$)/.exec(scan.prompt);
  if (spelledOut) return spelledOut[1];
  if (scan.hasCjk && CJK_WRITING.test(scan.prompt) && !CJK_NO_WRITING.test(scan.prompt)) {
    return CJK_WRITING.exec(scan.prompt)?.[0];
  }
  return undefined;
}

/** Whether this word, where it stands, means that something must be legible. */
function asksForWriting(scan: PromptScan, index: number): boolean {
  const bits = scan.classes[index] ?? 0;
  if ((bits & c.writing) !== 0 && isWritingNoun(scan, index)) return true;
  if ((bits & c.says) !== 0 && isSaidBySurface(scan, index)) return true;
  if ((bits & c.written) !== 0 && isWritten(scan, index)) return true;
  if ((bits & c.mark) !== 0 && isPlacedMark(scan, index)) return true;
  if ((bits & c.printable) !== 0 && isShouted(scan, index + 1)) return true;
  if ((bits & c.screenText) !== 0 && isOnScreen(scan, index)) return true;
  return (bits & c.pair) !== 0 && isPair(scan, index);
}

function isWritingNoun(scan: PromptScan, index: number): boolean {
  const word = scan.words[index];
  if (word === "letters") {
    const before = scan.words[index - 1];
    return before !== "love" && !(before === "of" && /^(stack|pile|bundle|bag)/.test(scan.words[index - 2] ?? ""));
  }
  if (word === "title" || word === "titled" || word === "titles") {
    return lookBack(scan, index, 3, c.work) < 0 && !hasClass(scan, index, c.beforeQuote);
  }
  return true;
}

/** "A sign that says Open", but neither "a man saying hello" nor "a girl reading a book". */
function isSaidBySurface(scan: PromptScan, index: number): boolean {
  if (isShouted(scan, index + 1)) return true;
  if (lookBack(scan, index, 6, SURFACE) < 0) return false;
  const word = scan.words[index] ?? "";
  const next = scan.prompt.charAt(scan.starts[index + 1] ?? scan.prompt.length);
  return !word.startsWith("read") || (next !== "" && next !== next.toLowerCase()) || /\d/.test(next);
}

const BOARDS = /^(wall|board|whiteboard|blackboard|chalkboard|sign|window|sand|paper)$/;

function isWritten(scan: PromptScan, index: number): boolean {
  const word = scan.words[index] ?? "";
  if (/^(written|geschrieben|escrito|écrit|scritto|geschreven)$/.test(word)) return scan.words[index + 1] !== "by";
  if (/^(writing|writes|write|wrote)$/.test(word)) {
    if (isShouted(scan, index + 1) || hasClass(scan, index - 1, c.has)) return true;
    const near = scan.words.slice(index + 1, index + 7);
    const on = near.indexOf("on");
    return on >= 0 && on < 3 && near.slice(on + 1, on + 4).some((place) => BOARDS.test(place));
  }
  const name = scan.words
    .slice(Math.max(0, index - 3), index)
    .some((near) => near === "name" || near === "names" || near === "number");
  return name || isShouted(scan, index - 1);
}

/** A logo or symbol on or of something else; "a logo" alone is the whole picture. */
function isPlacedMark(scan: PromptScan, index: number): boolean {
  if (scan.words[index]?.startsWith("logo") && lookBack(scan, index, 3, c.has) >= 0) return true;
  for (let on = index + 1; on <= index + 6 && scan.sentences[on] === scan.sentences[index]; on += 1) {
    if (scan.words[on] === "on") return lookAhead(scan, on, 4, SURFACE) >= 0;
  }
  return false;
}

function isOnScreen(scan: PromptScan, index: number): boolean {
  const screen = lookBack(scan, index, 6, c.screen);
  const shows = lookBack(scan, index, 4, c.has);
  return screen >= 0 && shows > screen;
}

function isPair(scan: PromptScan, index: number): boolean {
  const word = scan.words[index] ?? "";
  const before = scan.words[index - 1] ?? "";
  const next = scan.words[index + 1] ?? "";
  switch (word) {
    case "it":
      return before === "on" && isPrintedOnIt(scan, index - 1);
    case "stripes":
      return scan.words.slice(Math.max(0, index - 8), index).some((near) => near === "flag" || near === "flags");
    case "letter":
      return next.length === 1 || hasClass(scan, index, c.beforeQuote);
    case "number":
    case "numbers":
      return /^\d/.test(next) || (next !== "of" && lookBack(scan, index, 3, c.has) >= 0);
    case "name":
    case "names":
      return scan.words.slice(index + 1, index + 5).includes("on");
    case "world's":
      return /^(best|greatest|okayest|coolest)$/.test(next) && lookAhead(scan, index, 5, SURFACE) >= 0;
    default:
      return PAIRS[word]?.includes(before) ?? false;
  }
}

/** "A t-shirt with a dog on it", "a box with a drawing of a cat on it"; not "a table with a plate on it". */
function isPrintedOnIt(scan: PromptScan, on: number): boolean {
  let shows = false;
  let mark = false;
  for (let near = on - 1; near >= 0 && near >= on - 12 && scan.sentences[near] === scan.sentences[on]; near -= 1) {
    if (shows && hasClass(scan, near, mark ? SURFACE : c.printable)) return true;
    shows ||= hasClass(scan, near, c.has);
    mark ||= hasClass(scan, near, c.mark | c.depiction);
  }
  return false;
}
