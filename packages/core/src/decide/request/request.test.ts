import { describe, expect, it } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { parseRequest } from "./request.ts";
import { grayPng } from "../../../test/gray-png.ts";
import { exampleRequest } from "../../testing/example-call.ts";

const small = { bytes: grayPng(48, 32), mediaType: "image/png", name: "small.png" };
const photo = { bytes: new Uint8Array([1]), mediaType: "image/png", name: "photo.png" };

function issuesOf(input: unknown): readonly string[] {
  try {
    parseRequest(input);
  } catch (error) {
    if (isArtdeskError(error) && error.code === "invalid_request") return error.issues;
    throw error;
  }
  return [];
}

describe("parseRequest", () => {
  it("fills in every default", () => {
    expect(parseRequest({ prompt: "a fox" })).toEqual(exampleRequest({ prompt: "a fox" }));
  });

  it("reads sizes, shapes, caps and tags", () => {
    expect(parseRequest({ prompt: "a", size: "1536x1024" }).size).toEqual({
      kind: "exact",
      widthPx: 1536,
      heightPx: 1024,
    });
    expect(parseRequest({ prompt: "a", aspect: "6:4", resolution: "4K" }).size).toEqual({
      kind: "shape",
      aspectWidth: 3,
      aspectHeight: 2,
      resolution: "4K",
    });
    expect(parseRequest({ prompt: "a", aspect: "1.91:1" }).size).toMatchObject({ aspectWidth: 191, aspectHeight: 100 });
    expect(parseRequest({ prompt: "a", purpose: "print" }).size).toMatchObject({ resolution: "2K" });
    expect(parseRequest({ prompt: "a", purpose: "print", resolution: "1K" }).size).toMatchObject({ resolution: "1K" });
    expect(parseRequest({ prompt: "a", maxCostUsd: 0.07 }).maxCostMicroUsd).toBe(70_000);
    expect(parseRequest({ prompt: "a", tags: { client: "acme" } }).tags).toEqual({ client: "acme" });
  });

  it("takes an edit with a mask and an upscale", () => {
    expect(parseRequest({ prompt: "make it night", operation: "edit", references: [photo], mask: photo }).mask).toEqual(
      photo,
    );
    const { references, size } = parseRequest({ prompt: "larger", operation: "upscale", references: [small] });
    expect(references).toEqual([small]);
    expect(size).toEqual({ kind: "exact", widthPx: 96, heightPx: 64 });
  });

  it("reads the size of an upscale from its factor or its size", () => {
    const request = { prompt: "larger", operation: "upscale", references: [small] };
    expect(parseRequest({ ...request, factor: 1.5 }).size).toEqual({ kind: "exact", widthPx: 72, heightPx: 48 });
    expect(parseRequest({ ...request, size: "192x128" }).size).toEqual({ kind: "exact", widthPx: 192, heightPx: 128 });
    expect(issuesOf({ ...request, factor: 17 })).toEqual(["factor: 17 is not a number from 1 to 16, for example 2."]);
    expect(issuesOf({ ...request, factor: 2, size: "96x64" })).toEqual(["factor: cannot stand together with size."]);
    expect(issuesOf({ ...request, aspect: "3:2" })).toEqual([
      "size: upscale keeps the shape of the reference. Give size or factor, not aspect or resolution.",
    ]);
    expect(issuesOf({ ...request, references: [small, small] })).toEqual([
      "references: upscale takes one image, not 2.",
    ]);
    expect(issuesOf({ ...request, references: [photo] })).toEqual([
      "references: photo.png is not a whole PNG, JPEG or WebP file, so it cannot be upscaled.",
    ]);
    expect(issuesOf({ prompt: "a", factor: 2 })).toEqual(["factor: belongs to operation upscale, not generate."]);
  });

  it.each<[string, unknown, string]>([
    ["no object", "a fox", 'The request must be an object with keys and values, not "a fox".'],
    ["nothing", undefined, "The request must be an object with keys and values, not nothing."],
    ["no prompt", {}, "prompt: is missing."],
    ["an empty prompt", { prompt: "  " }, "prompt: must not be empty."],
    ["a long prompt", { prompt: "x".repeat(32_001) }, "prompt: has 32001 characters; at most 32000 are allowed."],
    ["an unknown key", { prompt: "a", sise: "1x1" }, "sise: is not a key of the request. Did you mean size?"],
    ["a broken size", { prompt: "a", size: "1536 x" }, 'size: "1536 x" is not WIDTHxHEIGHT, for example 1536x1024.'],
    ["a tiny size", { prompt: "a", size: "8x1024" }, 'size: "8x1024" has an edge outside 16 to 8192 pixels.'],
    ["a huge size", { prompt: "a", size: "9000x100" }, 'size: "9000x100" has an edge outside 16 to 8192 pixels.'],
    ["a broken shape", { prompt: "a", aspect: "3x2" }, 'aspect: "3x2" is not a shape W:H, for example 3:2.'],
    ["a flat shape", { prompt: "a", aspect: "3:0" }, 'aspect: "3:0" is not a shape W:H, for example 3:2.'],
    [
      "a size and a shape",
      { prompt: "a", size: "64x64", aspect: "1:1" },
      "size: cannot stand together with aspect. Give exact pixels or a shape, not both.",
    ],
    [
      "a size and a class",
      { prompt: "a", size: "64x64", resolution: "2K" },
      "size: cannot stand together with resolution. Give exact pixels or a pixel class, not both.",
    ],
    ["a wrong class", { prompt: "a", resolution: "2k" }, 'resolution: "2k" is not one of 1K, 2K, 4K. Did you mean 2K?'],
    [
      "a wrong purpose",
      { prompt: "a", purpose: "clients" },
      'purpose: "clients" is not one of draft, internal, docs, social, client, print. Did you mean client?',
    ],
    ["no count", { prompt: "a", count: 0 }, "count: 0 is not a whole number from 1 to 10."],
    ["half a count", { prompt: "a", count: 1.5 }, "count: 1.5 is not a whole number from 1 to 10."],
    [
      "an endless cap",
      { prompt: "a", maxCostUsd: Number.POSITIVE_INFINITY },
      "maxCostUsd: Infinity is not an amount in US dollars above 0, for example 0.25.",
    ],
    [
      "a cap below a micro-USD",
      { prompt: "a", maxCostUsd: 1e-9 },
      "maxCostUsd: 1e-9 is not an amount in US dollars above 0, for example 0.25.",
    ],
    [
      "an edit of nothing",
      { prompt: "a", operation: "edit" },
      "references: edit needs the image to work on as the first reference.",
    ],
    [
      "a mask without an edit",
      { prompt: "a", references: [photo], mask: photo },
      "mask: belongs to operation edit, not generate.",
    ],
    [
      "a JPEG mask",
      { prompt: "a", operation: "edit", references: [photo], mask: { ...photo, mediaType: "image/jpeg" } },
      "mask: must be a PNG, transparent where the image may change.",
    ],
    [
      "a GIF",
      { prompt: "a", references: [{ ...photo, mediaType: "image/gif" }] },
      'references.0.mediaType: "image/gif" is not image/png, image/jpeg or image/webp.',
    ],
    [
      "a path for an image",
      { prompt: "a", references: [{ ...photo, bytes: "photo.png" }] },
      'references.0.bytes: "photo.png" is not a Uint8Array with the file\'s bytes.',
    ],
    [
      "a transparent JPEG",
      { prompt: "a", transparent: true, format: "jpeg" },
      "transparent: needs format png or webp; jpeg has no transparency.",
    ],
    [
      "a wrong tag name",
      { prompt: "a", tags: { Client: "acme" } },
      'tags.Client: "Client" is not a tag name: small letters, digits, - and _, starting with a letter.',
    ],
    ["an empty tag", { prompt: "a", tags: { client: "" } }, "tags.client: must not be empty."],
    [
      "a wildcard tag",
      { prompt: "a", tags: { client: "*" } },
      "tags.client: must not be *, which stands for every value in budgets and rules.",
    ],
    ["no text to render", { prompt: "a", text: [""] }, "text.0: must not be empty."],
  ])("refuses %s", (_name, input, sentence) => {
    expect(issuesOf(input)).toContain(sentence);
  });

  it("names every mistake at once", () => {
    const issues = issuesOf({ prompt: "", count: 11, formt: "png" });
    expect(issues).toHaveLength(3);
    expect(() => parseRequest({ prompt: "", count: 11 })).toThrow("prompt: must not be empty. (and 1 more)");
  });
});
