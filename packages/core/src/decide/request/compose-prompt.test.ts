import { expect, it } from "vitest";
import { composePrompt } from "./compose-prompt.ts";

it("leaves a prompt alone that quotes all its texts", () => {
  expect(composePrompt({ prompt: 'A poster with "SPRING SALE" on it', text: ["SPRING SALE"] })).toBe(
    'A poster with "SPRING SALE" on it',
  );
});

it("adds the texts that the prompt does not quote", () => {
  expect(composePrompt({ prompt: "A poster of a tulip", text: ["SPRING SALE", "20 March"] })).toBe(
    'A poster of a tulip\n\nText in the image, exactly as written: "SPRING SALE", "20 March".',
  );
});
