import { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Question, QuestionKind } from "../../basics/question.ts";

const KINDS: Readonly<Record<string, QuestionKind>> = {
  entity: "entity",
  attribute: "attribute",
  relation: "relation",
  count: "count",
  global: "global",
  text: "text",
  absence: "absence",
};

/**
 * Turns a labelled checklist into questions, two shapes of which are in common use:
 * `{id, q, kind, deps}` with a written question and the ids it depends on (Davidsonian Scene Graph, Cho et al. 2024), and
 * `{id, object, count, color?, position?, exclude?}` for objects, numbers, colours and places (GenEval, Ghosh et al. 2023).
 * @throws ArtdeskError `invalid_request` for an entry of neither shape.
 */
export function checklistQuestions(entries: readonly unknown[]): Question[] {
  const items = entries.map((entry) => recordOf(entry) ?? {});
  return items.flatMap((item, index) => {
    const id = idOf(item, index);
    if (typeof item["q"] === "string") return [writtenQuestion(item, id, item["q"])];
    if (typeof item["object"] === "string") return objectQuestions(items, item, id, item["object"]);
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `Checklist entry ${index + 1} has neither a question (q) nor an object.`,
      hint: 'Write for example {"id": 1, "q": "Is there a dog?", "kind": "entity", "deps": []}.',
    });
  });
}

type Item = Readonly<Record<string, unknown>>;

function idOf(item: Item, index: number): string {
  const { id } = item;
  return typeof id === "string" || typeof id === "number" ? String(id) : String(index + 1);
}

function writtenQuestion(item: Item, id: string, q: string): Question {
  const deps = Array.isArray(item["deps"]) ? item["deps"].map(String) : [];
  // In DSG rows `kind: other` with this detail is text in the image.
  const kind = item["detail"] === "text rendering" ? "text" : KINDS[String(item["kind"])];
  return { id, text: q, element: q, kind: kind ?? "other", parents: deps.filter((parent) => parent !== id) };
}

/** The object, then its number, colour and place, each of which means something only if the object is there. */
function objectQuestions(items: readonly Item[], item: Item, id: string, object: string): Question[] {
  const count = typeof item["count"] === "number" ? item["count"] : 1;
  const plural = pluralOf(object);
  if (item["kind"] === "exclude" || item["exclude"] === true) {
    // GenEval writes an exact number as "not one more".
    const text = `Are there fewer than ${count} ${plural} in the image?`;
    return [{ id, text, element: `fewer than ${count} ${plural}`, kind: "absence", parents: [] }];
  }
  const questions: Question[] = [question(id, `Is there ${article(object)} in the image?`, object, "entity", [])];
  if (count > 1) {
    const text = `Are there exactly ${count} ${plural} in the image?`;
    questions.push(question(`${id}.count`, text, `${count} ${plural}`, "count", [id]));
  }
  const color = item["color"];
  if (typeof color === "string") {
    questions.push(question(`${id}.color`, `Is the ${object} ${color}?`, `${color} ${object}`, "attribute", [id]));
  }
  const position: readonly unknown[] = Array.isArray(item["position"]) ? item["position"] : [];
  const [relation, target] = position;
  const other = typeof target === "number" ? items[target] : undefined;
  if (typeof relation === "string" && other !== undefined && typeof other["object"] === "string") {
    const text = `Is the ${object} ${relation} the ${other["object"]}?`;
    const parents = [id, idOf(other, Number(target))];
    questions.push(
      question(`${id}.position`, text, `${object} ${relation} the ${other["object"]}`, "relation", parents),
    );
  }
  return questions;
}

function question(id: string, text: string, element: string, kind: QuestionKind, parents: string[]): Question {
  return { id, text, element, kind, parents };
}

function article(object: string): string {
  return `${/^[aeiou]/i.test(object) ? "an" : "a"} ${object}`;
}

function pluralOf(object: string): string {
  if (/(s|x|z|ch|sh)$/i.test(object)) return `${object}es`;
  if (/[^aeiou]y$/i.test(object)) return `${object.slice(0, -1)}ies`;
  return `${object}s`;
}
