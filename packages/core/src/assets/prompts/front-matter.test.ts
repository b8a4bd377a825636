import { expect, test } from "vitest";
import { splitFrontMatter } from "./front-matter.ts";

const split = (text: string) => splitFrontMatter({ file: "a.image.md", text });

test("front matter and prompt come with their lines", () => {
  expect(split("---\npurpose: docs\nsize: 1x1\n---\n\nA fox.\nRuns.\n")).toEqual({
    yaml: "purpose: docs\nsize: 1x1",
    yamlLine: 2,
    body: "A fox.\nRuns.",
    bodyLine: 6,
  });
});

test("a file without front matter is all prompt", () => {
  expect(split("\n\nA fox.")).toEqual({ yaml: undefined, yamlLine: 1, body: "A fox.", bodyLine: 3 });
});

test("byte order mark, Windows line ends and empty lines before the front matter change nothing but the line", () => {
  expect(split("\uFEFF\r\n---\r\npurpose: docs\r\n---  \r\nA fox.  \r\n\r\n")).toEqual({
    yaml: "purpose: docs",
    yamlLine: 3,
    body: "A fox.",
    bodyLine: 5,
  });
});

test("later dashes belong to the prompt", () => {
  expect(split("---\n---\nA\n---\nB").body).toBe("A\n---\nB");
});

test("front matter that is never closed is not taken for a prompt", () => {
  expect(() => split("\n---\npurpose: docs\nA fox.")).toThrow(
    "a.image.md:2: The front matter opened by `---` is never closed. Put a line of three dashes between the settings and the prompt.",
  );
});

test("an empty prompt has the line where it was expected", () => {
  expect(split("---\npurpose: docs\n---")).toMatchObject({ body: "", bodyLine: 3 });
  expect(split("---\npurpose: docs\n---\n\n")).toMatchObject({ body: "", bodyLine: 4 });
});
