import { expect, test } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { readYaml } from "../../node/files/read-yaml.ts";
import { assetLocation, outputPaths } from "../asset-spec.ts";
import { assetIdOfFile, expandAssets } from "./expand-assets.ts";
import { parsePromptFile } from "./prompt-file.ts";

const expand = (text: string, file = "docs/hero.image.md") => expandAssets(parsePromptFile({ file, text, readYaml }));

function mistakes(text: string): string[] {
  try {
    expand(text);
  } catch (error) {
    if (isArtdeskError(error)) return [error.message, ...error.issues];
    throw error;
  }
  return [];
}

test("a prompt alone is one asset beside its file", () => {
  expect(expand("A fox.")).toEqual([
    {
      id: "docs/hero",
      file: "docs/hero.image.md",
      line: 1,
      output: "docs/hero.png",
      request: { prompt: "A fox.", format: "png" },
      references: [],
      mask: undefined,
      alt: undefined,
      lines: { prompt: 1 },
    },
  ]);
});

test("fields become the request; paths are taken from the prompt file's folder", () => {
  const [asset] = expand(`---
output: ../images/hero.webp
size: 1536x1024
max_cost: 0.25
text: ["SALE"]
references: [ref/logo.png, ../b.jpg]
mask: mask.png
tags: { client: acme }
---
A fox.`);
  expect(asset).toMatchObject({
    output: "images/hero.webp",
    request: {
      prompt: "A fox.",
      format: "webp",
      size: "1536x1024",
      maxCostUsd: 0.25,
      text: ["SALE"],
      tags: { client: "acme" },
    },
    references: ["docs/ref/logo.png", "b.jpg"],
    mask: "docs/mask.png",
  });
});

test("a matrix makes every combination in order, in all texts", () => {
  const assets = expand(`---
output: "icons/{{name}}-{{ size }}.png"
matrix:
  name: [fox, "a b"]
  size: [16, 32]
text: ["{{name}}"]
elements: ["one {{name}}"]
alt: "{{name}}"
tags: { kind: "{{name}}" }
---
Icon of a {{name}} at {{size}} pixels. {not a name} {{ not one either }}`);
  expect(assets.map(({ id, output }) => [id, output])).toEqual([
    ["docs/hero#name=fox,size=16", "docs/icons/fox-16.png"],
    ["docs/hero#name=fox,size=32", "docs/icons/fox-32.png"],
    ["docs/hero#name=a%20b,size=16", "docs/icons/a b-16.png"],
    ["docs/hero#name=a%20b,size=32", "docs/icons/a b-32.png"],
  ]);
  expect(assets[3]).toMatchObject({
    alt: "a b",
    request: {
      prompt: "Icon of a a b at 32 pixels. {not a name} {{ not one either }}",
      text: ["a b"],
      elements: ["one a b"],
      tags: { kind: "a b" },
    },
  });
});

test("values are not read again for placeholders", () => {
  const [asset] = expand('---\nmatrix: { a: ["{{b}}"], b: [x] }\n---\n{{a}} {{b}}');
  expect(asset?.request.prompt).toBe("{{b}} x");
});

test("variants take the place of the plain image; their fields replace the file's", () => {
  const assets = expand(`---
aspect: 3:2
resolution: 2K
tags: { team: docs, page: start }
variants:
  - name: light
  - name: dark
    size: 1024x1024
    tags: { team: web }
    prompt: A fox at night.
  - name: small
    output: tiny/{{variant}}.jpg
---
A fox in {{variant}}.`);
  expect(assets.map(({ id, output, request, line }) => Object.assign({ id, output, line }, request))).toEqual([
    {
      id: "docs/hero@light",
      output: "docs/hero-light.png",
      line: 6,
      prompt: "A fox in light.",
      format: "png",
      aspect: "3:2",
      resolution: "2K",
      tags: { team: "docs", page: "start" },
    },
    {
      id: "docs/hero@dark",
      output: "docs/hero-dark.png",
      line: 7,
      prompt: "A fox at night.",
      format: "png",
      size: "1024x1024",
      tags: { team: "web" },
    },
    {
      id: "docs/hero@small",
      output: "docs/tiny/small.jpg",
      line: 11,
      prompt: "A fox in small.",
      format: "jpeg",
      aspect: "3:2",
      resolution: "2K",
      tags: { team: "docs", page: "start" },
    },
  ]);
});

test("variants and matrix multiply", () => {
  const assets = expand(
    '---\noutput: "{{variant}}-{{n}}.png"\nmatrix: {n: [1, 2]}\nvariants: [{name: a}, {name: b}]\n---\nx',
  );
  expect(assets.map(({ id, output }) => `${id} ${output}`)).toEqual([
    "docs/hero@a#n=1 docs/a-1.png",
    "docs/hero@a#n=2 docs/a-2.png",
    "docs/hero@b#n=1 docs/b-1.png",
    "docs/hero@b#n=2 docs/b-2.png",
  ]);
});

test("several images have numbered files", () => {
  const [asset] = expand("---\noutput: moods/w.inter.png\ncount: 3\n---\nx");
  expect(asset && outputPaths(asset)).toEqual([
    "docs/moods/w.inter-1.png",
    "docs/moods/w.inter-2.png",
    "docs/moods/w.inter-3.png",
  ]);
});

test("the line of a field is found again, also with an index and for variants", () => {
  const assets = expand("---\ntext:\n  - a\n  - b\nvariants:\n  - name: x\n    size: 1x1\n  - name: y\n---\nfox");
  const [first, second] = assets;
  if (!first || !second) throw new Error("two variants expected");
  expect(assetLocation(first, "text[1]")).toEqual({ file: "docs/hero.image.md", line: 4 });
  expect(assetLocation(first, "size")).toEqual({ file: "docs/hero.image.md", line: 7 });
  expect(assetLocation(second, "size")).toEqual({ file: "docs/hero.image.md", line: 8 });
  expect(assetLocation(second, "prompt").line).toBe(10);
});

test.each([
  ["docs/a.image.md", "docs/a"],
  ["a.IMAGE.md", "a"],
  ["prompts/a.md", "prompts/a"],
  ["prompts/.image.md", "prompts/.image"],
  ["v1.2/readme", "v1.2/readme"],
])("the id of %s is %s", (file, id) => {
  expect(assetIdOfFile(file)).toBe(id);
});

test("unknown placeholders have the line where they stand, once per name and place", () => {
  expect(
    mistakes("---\nalt: '{{tool}}'\nmatrix: {name: [a, b]}\noutput: '{{name}}.png'\n---\n\nA\n{{nmae}} and {{nmae}}."),
  ).toEqual([
    "docs/hero.image.md:2: `{{tool}}` is not a name in `matrix`. Names here: name.",
    "docs/hero.image.md:8: `{{nmae}}` is not a name in `matrix`. Names here: name.",
  ]);
});

test("outputs that collide name both assets, also when only the case differs", () => {
  expect(mistakes("---\nmatrix: {a: [1, 2]}\n---\nx")).toEqual([
    "docs/hero.image.md:4: docs/hero#a=1 and docs/hero#a=2 have the same output docs/hero.png. Put `{{name}}` of the matrix into `output`, such as `icons/{{name}}.png`.",
  ]);
  expect(mistakes("---\noutput: '{{a}}.png'\nmatrix: {a: [A, a]}\n---\nx")[0]).toContain(
    "have the same output docs/a.png",
  );
  expect(
    mistakes("---\nvariants: [{name: a, output: x-1.png}, {name: b, output: x.png, count: 2}]\n---\nx")[0],
  ).toContain("docs/x-1.png");
});

test("paths out of the workspace are refused with the line that names them", () => {
  expect(
    mistakes("---\noutput: ../../x.png\nreferences:\n  - ok.png\n  - ../../etc/passwd\nmask: /etc/passwd\n---\nx"),
  ).toEqual([
    "docs/hero.image.md:2: The output `../../x.png` leads out of the workspace. Paths start at the prompt file's folder; keep it inside the workspace.",
    "docs/hero.image.md:5: The reference `../../etc/passwd` leads out of the workspace. Paths start at the prompt file's folder; keep it inside the workspace.",
    "docs/hero.image.md:6: The reference `/etc/passwd` is absolute; write it relative to the prompt file.",
  ]);
  expect(mistakes("---\noutput: '{{a}}.png'\nmatrix: {a: ['../.git/x']}\n---\nx")).toEqual([
    "docs/hero.image.md:2: The output `../.git/x.png` leads into `.git`.",
  ]);
});

test("a small file cannot make a huge number of images or gigabytes of text", () => {
  const ten = "[0,1,2,3,4,5,6,7,8,9]";
  const matrix = `matrix: {a: ${ten}, b: ${ten}, c: ${ten}`;
  expect(mistakes(`---\n${matrix}, d: [1, 2]}\n---\nx`)).toEqual([
    "docs/hero.image.md:2: This makes 2000 images; one file may make at most 1000.",
  ]);
  expect(mistakes(`---\noutput: '{{a}}{{b}}{{c}}.png'\n${matrix}}\n---\n${"long ".repeat(40_000)}`)[0]).toContain(
    "are longer than 8000000 characters together",
  );
});
