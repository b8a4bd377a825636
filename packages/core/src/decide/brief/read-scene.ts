import { WordClass } from "./lexicon.ts";
import type { PromptScan } from "./scan-prompt.ts";
import { hasClass, isDenied, lookAhead, lookBack, snippet } from "./word-context.ts";

/** What a prompt shows, apart from writing: for each signal the words that switched it on. */
export interface Scene {
  people: string | undefined;
  hardLight: string | undefined;
  photo: string | undefined;
  /** Things that the prompt introduces with an article or a number. */
  things: number;
}

const c = WordClass;
const OF_INTEREST = c.hand | c.mover | c.action | c.hardLight | c.lightSource | c.photo | c.counter;

/** What makes the next word hard light: `rim light`, `long shadows`. */
const HARD_BEFORE: Readonly<Record<string, readonly string[]>> = {
  light: ["hard", "harsh", "rim", "direct", "key", "strong", "dramatic", "directional", "low"],
  lighting: [
    "hard",
    "rim",
    "dramatic",
    "rembrandt",
    "split",
    "side",
    "low-key",
    "three-point",
    "two-point",
    "multi-source",
    "directional",
  ],
  shadows: ["hard", "long", "deep", "strong", "dramatic", "sharp", "crisp"],
  shadow: ["hard", "long", "deep", "strong", "dramatic", "sharp", "crisp"],
  sun: ["low", "midday", "noon", "direct", "glaring", "blazing"],
  sunlight: ["direct", "hard", "midday", "strong", "dappled"],
  lamp: ["single", "bare"],
  bulb: ["single", "bare"],
  flash: ["direct", "on-camera", "hard"],
  rays: ["god", "crepuscular"],
  contrast: ["high"],
};
const HARD_NOUNS: ReadonlySet<string> = new Set(Object.keys(HARD_BEFORE));
const DIRECTIONS: ReadonlySet<string> = new Set(["above", "below", "behind", "beneath", "underneath", "overhead"]);

/** Words after "hand" or "palm" that make it something else: hand towel, palm tree. */
const NOT_A_HAND =
  /^(side|drawn|painted|towel|towels|soap|cream|made|lettering|written|tree|trees|leaf|leaves|oil|held)$/;
const NOT_AN_ACTION = /^(shoe|shoes|water|track|field|card|cards|board|machine|studio)$/;
const NOT_A_PHOTO = /^(frame|frames|album|albums|booth|editor|app|wall)$/;
const MEASURE = /^(mm|cm|px|dpi|g|kg|ml|l|x|percent|degrees|k|am|pm)$/;
const LENS = /^\d{2,3}mm$/;

/** Reads people in action, light, photorealism and the number of things. Linear in the prompt's length. */
export function readScene(scan: PromptScan): Scene {
  const scene: Scene = { people: undefined, hardLight: undefined, photo: undefined, things: 0 };
  for (let index = 0; index < scan.words.length; index += 1) {
    const bits = scan.classes[index] ?? 0;
    const word = scan.words[index] ?? "";
    if ((bits & OF_INTEREST) !== 0) readWord(scan, index, bits, scene);
    const first = word.charCodeAt(0);
    if (first >= 48 && first <= 57) readNumber(scan, index, word, scene);
    else if (scene.hardLight === undefined && isHardPhrase(scan, index, word))
      scene.hardLight = evidenceOf(scan, index);
    if (word === "field" && scene.photo === undefined && scan.words[index - 2] === "depth")
      scene.photo = snippet(scan, index);
  }
  return scene;
}

function readWord(scan: PromptScan, index: number, bits: number, scene: Scene): void {
  if (scene.people === undefined && isPeopleInAction(scan, index, bits)) scene.people = evidenceOf(scan, index);
  if (scene.hardLight === undefined && isHardLight(scan, index, bits)) scene.hardLight = evidenceOf(scan, index);
  if (scene.photo === undefined && (bits & c.photo) !== 0 && isPhoto(scan, index))
    scene.photo = evidenceOf(scan, index);
  if ((bits & c.counter) !== 0 && isThing(scan, index)) scene.things += 1;
}

/** The words around it, or nothing when they are denied. */
function evidenceOf(scan: PromptScan, index: number): string | undefined {
  return isDenied(scan, index) ? undefined : snippet(scan, index);
}

function isPeopleInAction(scan: PromptScan, index: number, bits: number): boolean {
  const next = scan.words[index + 1] ?? "";
  if ((bits & c.mover) !== 0) return true;
  if ((bits & c.hand) !== 0) {
    const before = scan.words[index - 1] ?? "";
    return !NOT_A_HAND.test(next) && !/^(second|clock|minute|hour|other|by)$/.test(before);
  }
  if ((bits & c.action) === 0 || NOT_AN_ACTION.test(next)) return false;
  return lookBack(scan, index, 8, c.person) >= 0 || lookAhead(scan, index, 2, c.person) >= 0;
}

function isHardLight(scan: PromptScan, index: number, bits: number): boolean {
  if ((bits & c.hardLight) !== 0) return scan.words[index - 1] !== "pinot";
  if ((bits & c.lightSource) === 0) return false;
  const word = scan.words[index] ?? "";
  const isSeveral = word.endsWith("s") || scan.words[index + 1] === "sources";
  if (isSeveral && lookBack(scan, index, 2, c.plural) >= 0) return true;
  const kind = sourceKind(scan, index);
  if (kind === undefined) return false;
  for (
    let near = index - 1;
    near >= 0 && near >= index - 20 && scan.sentences[near] === scan.sentences[index];
    near -= 1
  ) {
    const other = hasClass(scan, near, c.lightSource) ? sourceKind(scan, near) : undefined;
    if (other !== undefined && other !== kind) return true;
  }
  return false;
}

/** Which source of light a word names; plain "light" names none, and neon is light only as a sign, tube or glow. */
function sourceKind(scan: PromptScan, index: number): string | undefined {
  const word = scan.words[index] ?? "";
  if (word === "light" || word === "lights") return undefined;
  if (word === "neon" && !/^(light|lights|lighting|sign|signs|glow|tube|tubes|lit)$/.test(scan.words[index + 1] ?? ""))
    return undefined;
  return word.slice(0, 3);
}

function isHardPhrase(scan: PromptScan, index: number, word: string): boolean {
  if (HARD_NOUNS.has(word)) return HARD_BEFORE[word]?.includes(scan.words[index - 1] ?? "") ?? false;
  if (!DIRECTIONS.has(word) || scan.words[index - 1] !== "from") return false;
  return (
    lookBack(scan, index - 1, 3, c.lightSource) >= 0 &&
    !/^(soft|diffuse|diffused|gentle)$/.test(scan.words[index - 3] ?? "")
  );
}

const WEAK_PHOTO_WORDS = /^(cinematic|bokeh|kodak|leica|polaroid)$/;

function isPhoto(scan: PromptScan, index: number): boolean {
  if (NOT_A_PHOTO.test(scan.words[index + 1] ?? "")) return false;
  return (scan.seen & c.drawn) === 0 || !WEAK_PHOTO_WORDS.test(scan.words[index] ?? "");
}

/** "a mug", "three boxes"; not "a photo of", and "a few" only once. */
function isThing(scan: PromptScan, index: number): boolean {
  if (hasClass(scan, index + 1, c.counter)) return false;
  return lookAhead(scan, index, 3, c.photo | c.drawn) < 0;
}

function readNumber(scan: PromptScan, index: number, word: string, scene: Scene): void {
  if (LENS.test(word)) scene.photo ??= evidenceOf(scan, index);
  const next = scan.words[index + 1];
  if (word.length <= 3 && next !== undefined && /^\d+$/.test(word) && !MEASURE.test(next) && !/^\d/.test(next))
    scene.things += 1;
}
