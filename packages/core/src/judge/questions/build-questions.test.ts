import { describe, expect, it } from "vitest";
import { buildQuestions } from "./build-questions.ts";

describe("questions of a request", () => {
  it("asks one question per element and per text, in order", () => {
    expect(buildQuestions(["a red kite", "Is the sky cloudy?"], ["OPEN"])).toEqual([
      {
        id: "e1",
        text: "Is this in the image, as described: a red kite?",
        element: "a red kite",
        kind: "other",
        parents: [],
      },
      { id: "e2", text: "Is the sky cloudy?", element: "Is the sky cloudy?", kind: "other", parents: [] },
      {
        id: "t1",
        text: 'Does the image show exactly the text "OPEN", complete and spelled correctly?',
        element: 'text "OPEN"',
        kind: "text",
        parents: [],
      },
    ]);
  });

  it("reads `>` as belonging to the entry above, level by level", () => {
    const questions = buildQuestions(["a woman", "> a red dress", ">> long sleeves", "> a hat", "rain", ">>> fog"], []);
    expect(questions.map(({ element, parents }) => [element, parents])).toEqual([
      ["a woman", []],
      ["a red dress", ["e1"]],
      ["long sleeves", ["e2"]],
      ["a hat", ["e1"]],
      ["rain", []],
      ["fog", ["e5"]],
    ]);
  });

  it("does not ask twice for a text that an element quotes, nor for a text given twice", () => {
    const questions = buildQuestions(['Does the headline read exactly "SALE"?'], ["SALE", "20 % off", "20 % off"]);
    expect(questions.map(({ id, kind }) => [id, kind])).toEqual([
      ["e1", "text"],
      ["t1", "text"],
    ]);
  });
});
