import type { Question } from "../../basics/question.ts";

/** How an element says that it belongs to the one above it: one `>` for each level. */
const NESTED = /^((?:>\s*)+)/;

/**
 * The questions that a request brings itself: one per element, one per text to render. No model is asked.
 *
 * An element that ends in `?` is asked as it stands, any other becomes a question. `> the dress is red` below
 * `a woman in a dress` counts only if that one holds. A text that an element quotes already is not asked twice.
 */
export function buildQuestions(elements: readonly string[], texts: readonly string[]): Question[] {
  const questions: Question[] = [];
  /** The latest question of each level. */
  const levels: string[] = [];
  for (const [index, entry] of elements.entries()) {
    const marks = NESTED.exec(entry)?.[1] ?? "";
    const level = Math.min(marks.replace(/\s/g, "").length, levels.length);
    const element = entry.slice(marks.length).trim();
    if (element === "") continue;
    const id = `e${index + 1}`;
    const parent = level === 0 ? undefined : levels[level - 1];
    levels.length = level;
    levels.push(id);
    const isText = texts.some((text) => quotes(element, text));
    questions.push({
      id,
      text: element.endsWith("?") ? element : `Is this in the image, as described: ${element}?`,
      element,
      kind: isText ? "text" : "other",
      parents: parent === undefined ? [] : [parent],
    });
  }
  return [...questions, ...textQuestions(texts.filter((text) => !elements.some((element) => quotes(element, text))))];
}

/** One question per text that must stand in the image, exactly as written. */
export function textQuestions(texts: readonly string[]): Question[] {
  return [...new Set(texts)].map((text, index) => ({
    id: `t${index + 1}`,
    text: `Does the image show exactly the text "${text}", complete and spelled correctly?`,
    element: `text "${text}"`,
    kind: "text",
    parents: [],
  }));
}

function quotes(element: string, text: string): boolean {
  return [`"${text}"`, `'${text}'`, `“${text}”`].some((quoted) => element.includes(quoted));
}
