import { describe, expect, test } from "vitest";
import { falUpscalerRows } from "../src/models/rows/fal-upscalers.ts";
import { falRows } from "../src/models/rows/fal.ts";
import { readSharedJson, sharedFolder } from "./shared-folder.ts";

interface InputType {
  properties: Record<string, { description?: string } | undefined>;
}

interface FalTypes {
  definitions: Record<string, InputType & { $ref?: string }> & {
    Inputs: { properties: Record<string, { $ref: string }> };
  };
}

const TYPES = "contracts/fal-client-1.10.1.image-endpoints.schema.json";
const ROWS = [...falRows, ...falUpscalerRows];

/** The input types of every endpoint of a row: its id, and what stands behind it. */
function inputsOf({ definitions }: FalTypes, id: string): InputType[] {
  const inputs = Object.entries(definitions.Inputs.properties).filter(
    ([endpoint]) => endpoint === id || endpoint === `${id}/text-to-image` || endpoint === `${id}/edit`,
  );
  return inputs.map(([, { $ref }]) => {
    let type = definitions[$ref.replace("#/definitions/", "")];
    while (type?.$ref !== undefined) type = definitions[type.$ref.replace("#/definitions/", "")];
    if (type === undefined) throw new Error(`no type for ${id}`);
    return type;
  });
}

describe.skipIf(sharedFolder === undefined)("what fal's own types do not state is marked as an estimate", () => {
  const types = sharedFolder === undefined ? undefined : (readSharedJson(TYPES) as FalTypes);

  test.each(ROWS.map((row) => [row.id, row] as const))("%s", (id, row) => {
    if (types === undefined) return;
    const inputs = inputsOf(types, id);
    expect(inputs).not.toEqual([]);
    const words = (field: string): string =>
      inputs.map(({ properties }) => properties[field]?.description ?? "").join(" ");
    const has = (field: string): boolean => inputs.every(({ properties }) => properties[field] !== undefined);
    const estimated = (figure: (typeof row.estimated)[number]): boolean => row.estimated.includes(figure);
    expect(estimated("formats")).toBe(!has("output_format"));
    expect(estimated("maxPromptCharacters")).toBe(!/Max \d+ characters\. Example/.test(words("prompt")));
    const isCounted = /\(1-\d+\)/.test(words("num_images"));
    expect(estimated("maxImagesPerCall")).toBe(row.maxImagesPerCall > 1 && !isCounted);
    const listsReferences = row.maxReferences > 1 && !/up to \d+|1-\d+ images/.test(words("image_urls"));
    expect(estimated("maxReferences")).toBe(listsReferences);
    // Of the two endpoints of Wan one states its sizes.
    const statesSizes = inputs.every(({ properties }) =>
      /must be between/.test(properties["image_size"]?.description ?? ""),
    );
    if (row.sizes.kind !== "factor") expect(estimated("sizes")).toBe(!statesSizes);
    else expect(estimated("maxAreaPx")).toBe(true);
  });
});
