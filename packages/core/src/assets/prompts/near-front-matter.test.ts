import { expect, test } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { splitFrontMatter } from "./front-matter.ts";
import { parsePromptFile } from "./prompt-file.ts";
import { PROMPT_KEYS } from "./prompt-schema.ts";

const KEYS = PROMPT_KEYS;

/** Line and sentence of the refusal, or undefined for a text that is taken. */
function refusalOf(text: string): { line: number | undefined; message: string } | undefined {
  try {
    splitFrontMatter({ file: "a.image.md", text, keys: KEYS });
    return undefined;
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    expect(error.code).toBe("invalid_request");
    return { line: error.location?.line, message: error.shortMessage };
  }
}

test.each<[string, string, number]>([
  ["TOML fences", '+++\npurpose = "draft"\nmax_cost = 0.001\n+++\nA heron', 1],
  ["TOML fences with foreign keys only", '+++\ntitle = "Heron"\n+++\nA heron', 1],
  ["a language on the fence", "---yaml\npurpose: draft\n---\nA heron", 1],
  ["a language after a blank", "--- yaml\npurpose: draft\n---\nA heron", 1],
  ["TOML language", "---toml\npurpose = 'draft'\n---\nA heron", 1],
  ["no fence", "purpose: draft\nmax_cost: 0.001\n\nA heron", 1],
  ["no fence, one line", "model: gpt-image-2\nA heron", 1],
  ["only the closing fence", "purpose: draft\n---\nA heron", 1],
  ["asterisks", "***\npurpose: draft\n***\nA heron", 1],
  ["underscores", "___\nsize: 1024x1024\n___\nA heron", 1],
  ["equals signs", "===\nsize: 1024x1024\n===\nA heron", 1],
  ["tildes", "~~~\nsize: 1024x1024\n~~~\nA heron", 1],
  ["a code block", "```yaml\npurpose: draft\n```\nA heron", 1],
  ["a code block without language", "```\npurpose: draft\n```\nA heron", 1],
  ["an em dash, as smart punctuation makes of three dashes", "—\npurpose: draft\n—\nA heron", 1],
  ["three em dashes", "———\npurpose: draft\n———\nA heron", 1],
  ["an em dash and a hyphen", "—-\npurpose: draft\n—-\nA heron", 1],
  ["two dashes", "--\npurpose: draft\n--\nA heron", 1],
  ["four dashes", "----\npurpose: draft\n----\nA heron", 1],
  ["dashes with blanks", "- - -\npurpose: draft\n- - -\nA heron", 1],
  ["an indented fence", "  ---\n  purpose: draft\n  ---\nA heron", 1],
  ["a tab before the fence", "\t---\npurpose: draft\n---\nA heron", 1],
  ["a zero width space before the fence", "\u200B---\npurpose: draft\n---\nA heron", 1],
  ["two byte order marks", "\uFEFF\uFEFF---\npurpose: draft\n---\nA heron", 1],
  ["a no-break space after the fence", "---\u00A0\npurpose: draft\n---\nA heron", 1],
  ["a comment on the fence", "--- # settings\npurpose: draft\n---\nA heron", 1],
  ["a comment above the fence", "<!-- made by hand -->\n---\npurpose: draft\n---\nA heron", 2],
  ["a heading above the fence", "# Heron\n\n---\npurpose: draft\n---\nA heron", 3],
  ["an HTML comment around the settings", "<!--\npurpose: draft\n-->\nA heron", 1],
  ["JSON", '{\n  "purpose": "draft",\n  "max_cost": 0.001\n}\nA heron', 2],
  ["JSON on one line", '{"purpose": "draft", "max_cost": 0.001}\nA heron', 1],
  ["semicolons", ';;;\n"purpose": "draft"\n;;;\nA heron', 1],
  ["another style of the key", "maxCost: 0.001\n\nA heron", 1],
  ["capitals", "Purpose: draft\nModel: gpt-image-2\n\nA heron", 1],
  ["a list", "- model: gpt-image-2\n- size: 1024x1024\n\nA heron", 1],
  ["a full-width colon", "purpose：draft\n\nA heron", 1],
  ["a foreign key first", "title: Heron\nmax_cost: 0.001\n\nA heron", 2],
  ["Windows line ends", "+++\r\npurpose = 'draft'\r\n+++\r\nA heron", 1],
  ["empty lines above", "\n\n+++\npurpose = 'draft'\n+++\nA heron", 3],
  ["settings below the prompt", "A heron\n\n---\nmax_cost: 0.001\n---\n", 3],
  ["a second front matter", "---\npurpose: draft\n---\n---\nmax_cost: 0.001\n---\nA heron", 4],
])("%s: refused with the line, nothing of it is a prompt", (_name, text, line) => {
  expect(refusalOf(text)).toMatchObject({ line });
});

test.each([
  "A heron",
  "# Heron\n\nA heron, standing in a lake.",
  "*** A heron ***",
  "***\nA heron",
  "A heron: grey, tall.\nStyle: watercolour",
  "Style: watercolour\nSubject: a heron",
  "Text: SALE in big letters",
  "Size: as tall as a house",
  "Quality: photorealistic, with a soft light",
  "Aspect: melancholic and quiet",
  "A heron\n---\nA second one",
  "--- A heron ---",
  "- a heron\n- a lake",
  '{"subject": "a heron", "style": "watercolour", "text": "LAKE"}',
  '{\n  "subject": "a heron",\n  "text": "LAKE"\n}',
  '```json\n{\n  "subject": "a heron"\n}\n```',
  "http://example.com/a.png redrawn as a linocut",
  "12:30 on a station clock",
  "---\n---\npurpose: draft is what the sign in the image says",
  "---\npurpose: docs\n---\nmodel: a tall woman in red",
  "—\nA heron",
])("%j is a prompt like any other", (text) => {
  expect(refusalOf(text)).toBeUndefined();
});

test("the way out for a prompt that only looks like settings is an empty front matter", () => {
  const text = "model: a tall woman in red\n\nShe poses in front of a lake.";
  expect(refusalOf(text)?.message).toBe("`model` looks like a setting, but no `---` line opens the front matter.");
  expect(splitFrontMatter({ file: "a.image.md", text: `---\n---\n${text}`, keys: KEYS }).body).toBe(text);
});

test.each([
  ["A heron\n<<<<<<< HEAD\nin a lake\n=======\non a roof\n>>>>>>> main\n", 2],
  ["---\npurpose: docs\n---\nA heron\r\n||||||| 3a4f\r\n", 5],
  ["A heron\n>>>>>>> theirs", 2],
])("a file in the middle of a merge is refused", (text, line) => {
  const read = (): unknown =>
    parsePromptFile({ file: "a.image.md", text, readYaml: () => ({ value: {}, lineOf: () => undefined }) });
  expect(read).toThrow(`a.image.md:${line}: A merge was left half done here`);
});

test("a heading underlined with equals signs is no merge", () => {
  const text = "Heron\n=======\nA heron in a lake.";
  const file = parsePromptFile({ file: "a.image.md", text, readYaml: () => ({ value: {}, lineOf: () => undefined }) });
  expect(file.prompt).toBe(text);
});
