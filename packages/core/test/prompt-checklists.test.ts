import { describe, expect, it } from "vitest";
import { buildQuestions } from "../src/judge/questions/build-questions.ts";
import { checklistQuestions } from "../src/judge/questions/checklist.ts";
import { scoreAnswers } from "../src/judge/ask/score-answers.ts";
import { worstCaseWriterMicroUsd } from "../src/models/judges/judge-cost.ts";
import { builtInJudges } from "../src/models/judges/built-in-judges.ts";
import { readSharedLines, sharedFolder } from "./shared-folder.ts";

interface Row {
  id: string;
  prompt: string;
  elements: {
    id: number;
    q?: string;
    kind: string;
    detail?: string;
    deps?: number[];
    object?: string;
    count?: number;
    color?: string;
    position?: [string, number];
  }[];
}

const rowsOf = (file: string): Row[] => readSharedLines(`prompts/${file}`) as Row[];

/** A number in [0, 1), the same for the same text. */
function chance(text: string): number {
  let hash = 2_166_136_261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

describe.skipIf(sharedFolder === undefined)("checklists of published prompts", () => {
  it.each(["dsg.jsonl", "own-marketing-docs.jsonl"])("takes every question of %s as it is written", (file) => {
    let questions = 0;
    for (const row of rowsOf(file)) {
      const built = checklistQuestions(row.elements);
      // One published question names itself as its parent; that says nothing and is left out.
      const parentsOf = (id: number, deps: number[] = []): string[] => deps.filter((dep) => dep !== id).map(String);
      expect(built.map(({ id, text, parents }) => ({ id, text, parents }))).toEqual(
        row.elements.map(({ id, q, deps }) => ({ id: String(id), text: q, parents: parentsOf(id, deps) })),
      );
      const isText = row.elements.map(({ kind, detail }) => kind === "text" || detail === "text rendering");
      expect(built.map(({ kind }) => kind === "text")).toEqual(isText);
      questions += built.length;
    }
    expect(questions).toBeGreaterThan(100);
  });

  it("makes one question per fact of every GenEval row: object, number, colour, place", () => {
    let facts = 0;
    for (const { id, elements } of rowsOf("geneval.jsonl")) {
      const built = checklistQuestions(elements);
      const expected = elements.reduce((total, { kind, count, color, position }) => {
        if (kind === "exclude") return total + 1;
        return total + 1 + Number((count ?? 1) > 1) + Number(color !== undefined) + Number(position !== undefined);
      }, 0);
      expect([id, built.length]).toEqual([id, expected]);
      expect(new Set(built.map((question) => question.id)).size).toBe(expected);
      for (const element of elements) {
        if (element.color !== undefined)
          expect(built.map(({ text }) => text)).toContain(`Is the ${element.object} ${element.color}?`);
        if (element.position !== undefined) {
          const [relation, index] = element.position;
          const place = built.find((question) => question.id === `${element.id}.position`);
          expect(place?.text).toBe(`Is the ${element.object} ${relation} the ${elements[index]?.object}?`);
          expect(place?.parents).toEqual([String(element.id), String(elements[index]?.id)]);
        }
      }
      facts += expected;
    }
    expect(facts).toBeGreaterThan(659);
  });

  it("gates DSG questions as a plain fixed point of the published rule does", () => {
    let gated = 0;
    for (const row of rowsOf("dsg.jsonl")) {
      const questions = checklistQuestions(row.elements);
      for (let round = 0; round < 5; round += 1) {
        const raw = new Map(questions.map(({ id, text }) => [id, chance(`${row.id} ${text} ${round}`) < 0.7 ? 1 : 0]));
        // The rule, told once more in another way: a yes is struck out while any parent is not a yes.
        const holds = new Map(raw);
        for (let changed = true; changed;) {
          changed = false;
          for (const { id, parents } of questions) {
            const isLost = parents.some((parent) => holds.get(parent) === 0);
            if (holds.get(id) === 1 && isLost) {
              holds.set(id, 0);
              changed = true;
              gated += 1;
            }
          }
        }
        const { elements, elementMean } = scoreAnswers(questions, raw);
        const wanted = questions.map(({ id }) => (holds.get(id) === 1 ? "placed" : "dropped"));
        expect(elements.map(({ verdict }) => verdict)).toEqual(wanted);
        const share = wanted.filter((verdict) => verdict === "placed").length / wanted.length;
        expect(elementMean).toBeCloseTo(share, 12);
      }
    }
    expect(gated).toBeGreaterThan(500);
  });

  it("asks own text elements once, although the prompt quotes the same words", () => {
    let texts = 0;
    for (const { prompt, elements } of rowsOf("own-marketing-docs.jsonl")) {
      const quoted = [...prompt.matchAll(/"([^"]+)"/g)].map(([, text]) => text ?? "");
      const built = buildQuestions(
        elements.map(({ q }) => q ?? ""),
        quoted,
      );
      for (const text of quoted) {
        expect([text, built.filter((question) => question.text.includes(`"${text}"`)).length]).toEqual([text, 1]);
      }
      texts += quoted.length;
    }
    expect(texts).toBeGreaterThan(5);
  });

  it("can draw questions from any of these prompts for less than a cent", () => {
    const prompts = ["dsg.jsonl", "geneval.jsonl", "own-marketing-docs.jsonl"].flatMap(rowsOf);
    const writers = builtInJudges.filter(({ writer }) => writer !== undefined);
    expect(writers.length).toBeGreaterThan(1);
    for (const judge of writers) {
      for (const { prompt } of prompts) expect(worstCaseWriterMicroUsd(judge, prompt)).toBeLessThan(10_000);
    }
  });
});
