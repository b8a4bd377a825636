import { describe, expect, it } from "vitest";
import type { Question } from "../../basics/question.ts";
import { scoreAnswers } from "./score-answers.ts";

const question = (id: string, ...parents: string[]): Question => ({
  id,
  text: `${id}?`,
  element: id,
  kind: "other",
  parents,
});

describe("scores of a judge's answers", () => {
  it("calls an element placed, dropped or unsure by its probability", () => {
    const answers = new Map([
      ["a", 0.7],
      ["b", 0.3],
      ["c", 0.5],
    ]);
    const { elements, verdict } = scoreAnswers(
      ["a", "b", "c", "d"].map((id) => question(id)),
      answers,
    );
    expect(elements.map((element) => element.verdict)).toEqual(["placed", "dropped", "unsure", "unsure"]);
    expect(verdict).toBe("dropped");
  });

  it("counts a child only if its parents hold, through every level", () => {
    const questions = [question("woman"), question("dress", "woman"), question("sleeves", "dress"), question("rain")];
    const answers = new Map([
      ["woman", 0.1],
      ["dress", 0.9],
      ["sleeves", 0.9],
      ["rain", 1],
    ]);
    const score = scoreAnswers(questions, answers);
    expect(score.elements.map(({ id, verdict, gatedBy }) => [id, verdict, gatedBy])).toEqual([
      ["woman", "dropped", []],
      ["dress", "dropped", ["woman"]],
      ["sleeves", "dropped", ["dress"]],
      ["rain", "placed", []],
    ]);
    expect(score.elementMean).toBeCloseTo(1.1 / 4, 12);
    expect(score.promptScore).toBe(0);
  });

  it("leaves a placed child of a doubtful parent unsure, and a dropped one dropped", () => {
    const questions = [question("cat"), question("black", "cat"), question("asleep", "cat")];
    const answers = new Map([
      ["cat", 0.5],
      ["black", 0.95],
      ["asleep", 0.05],
    ]);
    expect(scoreAnswers(questions, answers).elements.map(({ verdict }) => verdict)).toEqual([
      "unsure",
      "unsure",
      "dropped",
    ]);
  });

  it("gives the arithmetic mean of the elements and their geometric mean", () => {
    const answers = new Map([
      ["a", 0.9],
      ["b", 0.4],
    ]);
    const { elementMean, promptScore } = scoreAnswers([question("a"), question("b")], answers);
    expect(elementMean).toBeCloseTo(0.65, 12);
    expect(promptScore).toBeCloseTo(0.6, 12);
  });

  it("survives questions that depend on each other, on themselves or on nobody known", () => {
    const questions = [question("a", "b"), question("b", "a"), question("c", "c", "nobody")];
    const answers = new Map(["a", "b", "c"].map((id) => [id, 1]));
    expect(scoreAnswers(questions, answers).verdict).toBe("placed");
  });

  it("says nothing without answers", () => {
    expect(scoreAnswers([question("a")], new Map())).toMatchObject({ elementMean: undefined, verdict: "unsure" });
    expect(scoreAnswers([], new Map()).verdict).toBe("unsure");
  });
});
