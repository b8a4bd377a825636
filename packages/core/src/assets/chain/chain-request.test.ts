import { describe, expect, it } from "vitest";
import type { ImageInput, ImageRequest } from "../../basics/types.ts";
import { draftRequest, finalRequest, readCorrection, refineRequest } from "./chain-request.ts";

const picture = (name: string): ImageInput => ({ bytes: new Uint8Array([1]), mediaType: "image/png", name });
const LOGO = picture("logo.png");
const PARENT = { image: picture("pick.png"), corrections: ["More shadow", "A red hat!"] };
const REQUEST: ImageRequest = {
  prompt: "A face",
  purpose: "client",
  aspect: "3:2",
  resolution: "4K",
  model: "gemini-3-pro-image",
  quality: "high",
  format: "webp",
  references: [LOGO],
  mask: picture("mask.png"),
  tags: { client: "acme" },
};

describe("the requests of a chain", () => {
  it("drafts small PNG files on any model, of the same brief", () => {
    expect(draftRequest(REQUEST)).toEqual({
      ...REQUEST,
      model: undefined,
      quality: undefined,
      format: "png",
      resolution: "1K",
    });
    expect(draftRequest({ prompt: "A face", size: "1536x1024" })).toMatchObject({
      size: "1536x1024",
      resolution: undefined,
    });
  });

  it("refines the parent itself, the correction first and what was corrected before in order", () => {
    const { prompt, ...request } = refineRequest(REQUEST, PARENT, "Fewer clouds");
    expect(request).toEqual({
      ...draftRequest(REQUEST),
      prompt: undefined,
      operation: "edit",
      mask: undefined,
      references: [PARENT.image, LOGO],
    });
    expect(prompt).toBe(
      "Change the first image: Fewer clouds. Keep everything else as it is.\n\n" +
        "Corrections that were made before and must stay:\n1. More shadow.\n2. A red hat!\n\n" +
        "What the image shows: A face",
    );
  });

  it("makes the final as the request has it, from the parent and every correction", () => {
    const { prompt, ...request } = finalRequest(REQUEST, PARENT);
    expect(request).toEqual({
      ...REQUEST,
      prompt: undefined,
      operation: "edit",
      mask: undefined,
      references: [PARENT.image, LOGO],
    });
    expect(prompt).toContain("Corrections that it must show:\n1. More shadow.\n2. A red hat!\n\nWhat");
  });
});

describe("a correction", () => {
  it("is taken without the white space around it", () => {
    expect(readCorrection("  More shadow\n")).toBe("More shadow");
    expect(readCorrection("x".repeat(4000))).toHaveLength(4000);
  });

  it.each([
    ["", /^correction: must not be empty/],
    [" \n ", /^correction: must not be empty/],
    ["x".repeat(4001), /^correction: has 4001 characters; at most 4000 are allowed/],
  ])("is refused when it says nothing or too much: %j", (text, message) => {
    expect(() => readCorrection(text)).toThrow(
      expect.objectContaining({ code: "invalid_request", shortMessage: expect.stringMatching(message) }),
    );
  });
});
