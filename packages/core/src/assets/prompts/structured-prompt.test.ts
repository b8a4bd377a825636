import { describe, expect, it } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { readYaml } from "../../node/files/read-yaml.ts";
import { expandAssets } from "./expand-assets.ts";
import { parsePromptFile } from "./prompt-file.ts";
import { composeStructured } from "./structured-prompt.ts";

const assetsOf = (text: string): ReturnType<typeof expandAssets> =>
  expandAssets(parsePromptFile({ file: "docs/hero.image.md", text, readYaml }));

const refusalOf = (text: string): string | undefined => {
  try {
    assetsOf(text);
    return undefined;
  } catch (error) {
    if (isArtdeskError(error)) return `${error.location?.line}: ${error.shortMessage}`;
    throw error;
  }
};

const PARTS = `structured:
  camera: 35mm photo, eye level
  subject: a woman in a red dress
  lighting: paper lanterns from the left, cool dusk behind
  action: walks under a black umbrella
  environment: an evening market in the rain
`;

describe("a structured prompt", () => {
  it("names its parts in the order that models follow best, whatever order the file has", () => {
    const [asset] = assetsOf(`---\n${PARTS}---\n`);
    expect(asset?.request.prompt).toBe(
      "A woman in a red dress, walks under a black umbrella. An evening market in the rain. Paper lanterns from the left, cool dusk behind. 35mm photo, eye level.",
    );
    expect(asset?.lines["prompt"]).toBe(2);
  });

  it("puts what stands below the front matter behind", () => {
    const [asset] = assetsOf(`---\nstructured:\n  subject: A fox.\n  style: woodcut\n---\n\nNo text.\n`);
    expect(asset?.request.prompt).toBe("A fox. Woodcut.\n\nNo text.");
    expect(asset?.lines["prompt"]).toBe(7);
  });

  it.each([
    [{ subject: "a fox", pose: "curled up" }, "A fox, curled up."],
    [{ subject: "a fox.", action: "jumps!" }, "A fox, jumps!"],
    [{ subject: 'a sign that says "OPEN."' }, 'A sign that says "OPEN."'],
    [{ subject: "ein Fuchs", camera: "Nahaufnahme", style: "Aquarell" }, "Ein Fuchs. Nahaufnahme, Aquarell."],
  ])("%j reads %s", (parts, prompt) => {
    expect(composeStructured(parts, "")).toBe(prompt);
  });

  it("takes values of the matrix, and a variant's own parts in place of the file's", () => {
    const assets = assetsOf(
      `---\nmatrix: { animal: [fox, owl] }\noutput: "{{animal}}.png"\nstructured: { subject: "a {{animal}}", lighting: noon }\nvariants:\n  - name: day\n  - name: night\n    structured: { subject: "a {{animal}}", lighting: moonlight }\n---\n`,
    );
    expect(assets.map(({ id, request }) => `${id} ${request.prompt}`)).toEqual([
      "docs/hero@day#animal=fox A fox. Noon.",
      "docs/hero@day#animal=owl A owl. Noon.",
      "docs/hero@night#animal=fox A fox. Moonlight.",
      "docs/hero@night#animal=owl A owl. Moonlight.",
    ]);
  });

  it.each([
    ["structured: { lighting: noon }", /subject/],
    ["structured: { subject: a fox, action: jumps, pose: curled up }", /`action` and `pose` exclude each other/],
    ["structured: { subject: a fox, light: noon }", /light/],
    ['structured: { subject: "a {{animal}}" }', /`{{animal}}` is not a name in `matrix`/],
    ["structured: a fox", /structured/],
  ])("refuses %s with its line", (fields, problem) => {
    const refusal = refusalOf(`---\npurpose: docs\n${fields}\n---\n`);
    expect(refusal).toMatch(problem);
    expect(refusal).toMatch(/^3: /);
  });
});
