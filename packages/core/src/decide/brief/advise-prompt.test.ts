import { describe, expect, it } from "vitest";
import type { ImageRequest, Strength } from "../../basics/types.ts";
import { parseRequest } from "../request/request.ts";
import { advisePrompt } from "./advise-prompt.ts";
import { readBrief } from "./read-brief.ts";

const advise = (prompt: string, wish: Partial<ImageRequest> = {}, strengths: readonly Strength[] = []): string[] => {
  const request = parseRequest({ prompt, ...wish });
  return advisePrompt(request, readBrief(request), { name: "Flux", strengths }).map(({ code }) => code);
};

const WHOLE = "A woman in a red dress walks through a market, paper lanterns from the left, 35mm photo";

describe("advice on a prompt", () => {
  it.each([
    [WHOLE, []],
    ["A woman in a red dress walks through a market", ["no_lighting", "no_camera"]],
    ["A woman in a red dress at a market, 35mm photo", ["no_lighting"]],
    ["A woman in a red dress at a market at dusk", ["no_camera"]],
    ["Two running shoes on wet asphalt, seen from directly above, overcast", []],
    ["Cinematic, moody, golden-hour light, 35mm photo, shallow depth of field", ["no_subject"]],
    ["Beautiful high quality watercolour, soft morning light", ["no_subject"]],
    ["A poster with a headline about spring", ["unquoted_text"]],
    ['A poster with the headline "SPRING"', []],
    // Flat things have no light, and say their style by what they are.
    ["Flat vector icon of a cloud", []],
    ["A seamless pattern of leaves", []],
    ["An infographic of the water cycle", ["unquoted_text"]],
    // Not known in these words, but surely something.
    ["红灯笼下的女人", ["no_lighting", "no_camera"]],
    ["Eine Frau auf einem Markt, Abendlicht, Foto", []],
  ])("%s: %j", (prompt, codes) => {
    expect(advise(prompt)).toEqual(codes);
  });

  it("counts words for a model that is not known to follow many", () => {
    const long = `${WHOLE}. ${"She looks at a stall with fruit. ".repeat(8)}`;
    expect(advise(long)).toEqual(["long_prompt"]);
    expect(advise(long, {}, ["long_prompt"])).toEqual([]);
    expect(advise(WHOLE)).toEqual([]);
    const request = parseRequest({ prompt: long });
    expect(advisePrompt(request, readBrief(request), undefined)).toEqual([]);
    const [advice] = advisePrompt(request, readBrief(request), { name: "Flux", strengths: [] });
    expect(advice?.message).toMatch(/^7\d words: Flux is not known to follow more than 60/);
  });

  it("takes words in `text` for quoted ones, and leaves edits alone", () => {
    expect(advise("A poster at noon with a headline", { text: ["SPRING"] })).toEqual([]);
    const source = { bytes: Uint8Array.of(1), mediaType: "image/png", name: "a.png" } as const;
    expect(advise("Make the sky darker", { operation: "edit", references: [source] })).toEqual([]);
  });
});
