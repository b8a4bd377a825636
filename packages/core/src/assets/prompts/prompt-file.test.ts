import { expect, test } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { readYaml } from "../../node/files/read-yaml.ts";
import { parsePromptFile } from "./prompt-file.ts";
import { decodeTextFile } from "./prompt-text.ts";

const parse = (text: string) => parsePromptFile({ file: "docs/hero.image.md", text, readYaml });

/** All mistakes of a text, as people see them. */
function mistakes(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (isArtdeskError(error)) return [error.message, ...error.issues];
    throw error;
  }
  return [];
}

test("every field of the format is read", () => {
  const { fields, prompt, promptLine } = parse(`---
output: images/hero.png
operation: edit
purpose: client
aspect: 3:2
resolution: 2K
quality: high
count: 2
text: ["SALE", '20 %']
elements:
  - a fox
references: [logo.png]
mask: mask.png
transparent: true
model: gpt-image-2
max_cost: 0.25
tags: { client: acme }
matrix: { size: [16, 32], dark: [true], name: [a] }
variants:
  - name: wide
    size: 1536x1024
    prompt: Another one.
alt: A fox
---
A fox.
`);
  expect(prompt).toBe("A fox.");
  expect(promptLine).toBe(25);
  expect(fields).toMatchInlineSnapshot(`
    {
      "alt": "A fox",
      "aspect": "3:2",
      "count": 2,
      "elements": [
        "a fox",
      ],
      "mask": "mask.png",
      "matrix": {
        "dark": [
          true,
        ],
        "name": [
          "a",
        ],
        "size": [
          16,
          32,
        ],
      },
      "max_cost": 0.25,
      "model": "gpt-image-2",
      "operation": "edit",
      "output": "images/hero.png",
      "purpose": "client",
      "quality": "high",
      "references": [
        "logo.png",
      ],
      "resolution": "2K",
      "tags": {
        "client": "acme",
      },
      "text": [
        "SALE",
        "20 %",
      ],
      "transparent": true,
      "variants": [
        {
          "name": "wide",
          "prompt": "Another one.",
          "size": "1536x1024",
        },
      ],
    }
  `);
});

test("every mistake is listed with its line, unknown keys with the nearest known one", () => {
  expect(
    mistakes(`---
sise: 1024x1024
purpose: clients
text: SALE
elements: [1]
count: 1.5
max_cost: -1
mask:
tags: { __proto__: x, "a b": y }
aspect: wide
toString: x
maxCost: 2
variants:
  - size: 1x1
  - { name: a/b, matrix: {} }
---
A fox.`),
  ).toMatchInlineSnapshot(`
    [
      "docs/hero.image.md:2: \`sise\` is not a known key. Did you mean \`size\`?",
      "docs/hero.image.md:3: \`purpose\` must be one of draft, internal, docs, social, client, print. Did you mean \`client\`?",
      "docs/hero.image.md:4: \`text\` must be a list, such as \`["first", "second"]\`.",
      "docs/hero.image.md:5: \`elements[0]\` must be text, not the number 1; put it in quotes.",
      "docs/hero.image.md:6: \`count\` must be a whole number.",
      "docs/hero.image.md:7: \`max_cost\` must not be negative.",
      "docs/hero.image.md:8: \`mask\` is empty: give it a value or remove it.",
      "docs/hero.image.md:9: \`tags.__proto__\` is not a name that can be used.",
      "docs/hero.image.md:9: \`tags.a b\` is not a tag name: use letters, digits, \`_\` and \`-\`.",
      "docs/hero.image.md:10: \`aspect\` must be a shape such as 3:2.",
      "docs/hero.image.md:11: \`toString\` is not a known key. Possible here: output, operation, purpose, size, aspect, resolution, factor, quality, count, text, elements, verify, references, mask, transparent, model, max_cost, tags, urgency, structured, alt, matrix, variants.",
      "docs/hero.image.md:12: \`maxCost\` is not a known key. Did you mean \`max_cost\`?",
      "docs/hero.image.md:14: \`variants[0].name\` is missing.",
      "docs/hero.image.md:15: \`variants[1].matrix\` is not a known key. Possible here: name, prompt, output, operation, purpose, size, aspect, resolution, factor, quality, count, text, elements, verify, references, mask, transparent, model, max_cost, tags, urgency, structured, alt.",
      "docs/hero.image.md:15: \`variants[1].name\` must be a short name of letters, digits, \`_\` and \`-\`.",
    ]
  `);
});

test.each([
  [
    "an empty prompt",
    "---\npurpose: docs\n---\n\n  \n",
    "docs/hero.image.md:4: The prompt is empty. Write below the front matter what the image shows.",
  ],
  [
    "an empty file",
    "",
    "docs/hero.image.md:1: The prompt is empty. Write below the front matter what the image shows.",
  ],
  [
    "size with aspect",
    "---\nsize: 1x1\naspect: 1:1\n---\nx",
    "docs/hero.image.md:3: `size` and `aspect` exclude each other. Keep exact pixels, or a shape with a resolution.",
  ],
  [
    "size with resolution",
    "---\nresolution: 2K\nsize: 1x1\n---\nx",
    "docs/hero.image.md:2: `size` and `resolution` exclude each other. Keep exact pixels, or a shape with a resolution.",
  ],
  [
    "the same name twice",
    "---\nvariants:\n- name: a\n- name: A\n---\nx",
    "docs/hero.image.md:4: Two variants have the name `A` (the other on line 3).",
  ],
  [
    "a matrix name that is taken",
    "---\nmatrix: {variant: [a]}\n---\nx",
    "docs/hero.image.md:2: `variant` cannot be a name in `matrix`: `{{variant}}` stands for the variant's name.",
  ],
  [
    "a list at the top",
    "---\n- a\n---\nx",
    "docs/hero.image.md:1: The file must be a group of `key: value` lines, not a list.",
  ],
])("%s is an error", (_, text, message) => {
  expect(mistakes(text)).toEqual([message]);
});

test("variants that all bring a prompt need none in the file", () => {
  expect(parse("---\nvariants: [{name: a, prompt: A fox.}]\n---\n").prompt).toBe("");
});

test("messages cannot forge log lines or colour a terminal", () => {
  expect(mistakes('---\n"a\\n::error::x\\e[31m": 1\n---\nx')[0]).toContain(
    "`a\\u{a}::error::x\\u{1b}[31m` is not a known key",
  );
});

test("thousands of mistakes are cut to a list that can be read", () => {
  const found = mistakes(`---\n${Array.from({ length: 3000 }, (_, index) => `key${index}: 1`).join("\n")}\n---\nx`);
  expect(found).toHaveLength(26);
  expect(found.at(-1)).toBe("docs/hero.image.md: 2975 more mistakes.");
});

test("files that are too large, binary or not UTF-8 are refused with a line", () => {
  const decode = (bytes: Uint8Array) => decodeTextFile({ file: "a.image.md", bytes });
  expect(() => decode(new Uint8Array(2_000_000).fill(97))).toThrow(
    "a.image.md:1: This file is 2000 kB; at most 256 kB are read.",
  );
  expect(() => decode(Buffer.from("A fox.\nbin\0ary"))).toThrow(
    "a.image.md:2: This is not a text file: it contains a NUL character.",
  );
  expect(() => decode(Buffer.from([0x41, 0x0a, 0x0a, 0xff, 0xd8]))).toThrow(
    "a.image.md:3: This is not a text file: it is not valid UTF-8.",
  );
  expect(decode(Buffer.from("\uFEFFA füchsin 🦊"))).toBe("A füchsin 🦊");
  expect(mistakes("x".repeat(300_000))[0]).toContain("at most 256 kB are read");
});
