import fc from "fast-check";
import { expect, test } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { readYaml } from "./read-yaml.ts";

const read = (text: string) => readYaml(text, "a.image.md", 2);

test("values come with the line of their key or item, counted in the file", () => {
  const { value, lineOf } = read("a: 1\nb:\n  - x\n  - {c: 2}\nd: &d {e: 3}\nf: *d");
  expect(value).toEqual({ a: 1, b: ["x", { c: 2 }], d: { e: 3 }, f: { e: 3 } });
  expect([["a"], ["b"], ["b", 0], ["b", 1, "c"], ["f", "e"]].map((path) => lineOf(path))).toEqual([2, 3, 4, 5, 6]);
  expect([["x"], ["a", "b"], ["b", 9], []].map((path) => lineOf(path))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("it is YAML 1.2: shapes, sizes and words stay text", () => {
  expect(read("aspect: 3:2\nsize: 1536x1024\nanswer: no\ndate: 2026-11-24").value).toEqual({
    aspect: "3:2",
    size: "1536x1024",
    answer: "no",
    date: "2026-11-24",
  });
});

let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]";
for (let level = 1; level < 9; level += 1)
  bomb += `\na${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(" , ")}]`;

test.each([
  ["a key twice", "a: 1\na: 2", "a.image.md:3: This is not valid YAML: Map keys must be unique."],
  ["a custom tag", "a: 1\nb: !js/function x", "a.image.md:3: This is not valid YAML: Unresolved tag: !js/function."],
  ["an unknown alias", "a: *x", "a.image.md:2: This is not valid YAML: it uses too many or unknown aliases."],
  ["an alias bomb", bomb, "a.image.md:2: This is not valid YAML: it uses too many or unknown aliases."],
  ["nesting without end", `a: ${"[".repeat(30_000)}`, "a.image.md:2: This is not valid YAML: it is nested too deep."],
  ["a second document", "a: 1\n...\n---\nb: 2", "a.image.md:4: This is not valid YAML: it has more than one document."],
  ["a key that is no text", "? [a]\n: 1", "a.image.md:2: This is not valid YAML: every key must be plain text."],
  [
    "a placeholder without quotes",
    "a: 1\noutput: {{name}}.png",
    "a.image.md:3: This is not valid YAML: `{` at the start of a value opens a group. Put values with `{{name}}` in quotes.",
  ],
  ["too much of it", "a".repeat(70_000), "a.image.md:2: The YAML is longer than 64000 characters."],
])("%s is refused", (_, text, message) => {
  expect(() => read(text)).toThrow(message);
});

test("whatever the text, it is read or refused with file and line", () => {
  const piece = fc.constantFrom(
    "a: ",
    "- ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "!x ",
    "|\n",
    ">\n",
    '"',
    "'",
    "\n",
    "  ",
    "---\n",
    "...\n",
    "#",
    ",",
    ":",
    "x",
    "\t",
    "%YAML 1.1\n",
    "<<: ",
    "\u0000",
    "\u2028",
  );
  const placeOf = (text: string): { file: string; line?: number | undefined } | undefined => {
    try {
      read(text);
    } catch (error) {
      if (!isArtdeskError(error)) throw error;
      return error.location ?? { file: "nowhere" };
    }
    return undefined;
  };
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const { file, line = 0 } = placeOf(pieces.join("")) ?? { file: "a.image.md", line: 2 };
      expect(file).toBe("a.image.md");
      expect(line).toBeGreaterThanOrEqual(2);
    }),
    { numRuns: 3000 },
  );
});
