import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { noiseImage } from "../../../test/noise-image.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { BrokenImage } from "../../wire/base64-sink.ts";
import { inspectImage } from "../../wire/image-header.ts";
import type { CallSubject } from "../../wire/reply-error.ts";
import { composeReply, decodeBase64, receiveImage } from "./compose-reply.ts";

const SIZE = { widthPx: 131, heightPx: 77 };

async function encode(change: (image: Sharp) => Sharp): Promise<Uint8Array> {
  return new Uint8Array(await change(sharp(await noiseImage(SIZE))).toBuffer());
}

const FILES: readonly [name: string, mediaType: string, make: () => Promise<Uint8Array>][] = [
  ["PNG", "image/png", () => encode((image) => image.png())],
  ["PNG with a palette and alpha", "image/png", () => encode((image) => image.ensureAlpha(0.5).png({ palette: true }))],
  ["interlaced PNG", "image/png", () => encode((image) => image.png({ progressive: true }))],
  ["baseline JPEG", "image/jpeg", () => encode((image) => image.jpeg())],
  ["progressive JPEG", "image/jpeg", () => encode((image) => image.jpeg({ progressive: true }))],
  [
    "JPEG with EXIF, a rotation and an ICC profile",
    "image/jpeg",
    () => encode((image) => image.withMetadata({ orientation: 6 }).withIccProfile("p3").jpeg()),
  ],
  ["lossy WebP", "image/webp", () => encode((image) => image.webp())],
  ["lossless WebP", "image/webp", () => encode((image) => image.webp({ lossless: true }))],
  ["extended WebP with alpha", "image/webp", () => encode((image) => image.ensureAlpha(0.5).webp())],
  ["GIF", "image/gif", () => encode((image) => image.gif())],
  ["AVIF", "image/avif", () => encode((image) => image.avif())],
  ["AVIF with alpha", "image/avif", () => encode((image) => image.ensureAlpha(0.5).avif())],
];

describe.each(FILES)("%s", (_, mediaType, make) => {
  test("is read by its bytes, also as a view into a larger buffer", async () => {
    const file = await make();
    const view = new Uint8Array(file.length + 9).subarray(5, 5 + file.length);
    view.set(file);
    for (const bytes of [file, view])
      expect(inspectImage(bytes)).toEqual({ header: { mediaType, ...SIZE }, problem: undefined });
  });

  test("is missed when it is cut off anywhere", async () => {
    const file = await make();
    for (let length = 1; length < file.length; length += length < 64 ? 1 : 97) {
      expect(inspectImage(file.subarray(0, length)).header, `first ${length} of ${file.length} bytes`).toBeUndefined();
    }
    expect(inspectImage(file.subarray(0, file.length - 1))).toEqual({ header: undefined, problem: "is cut off" });
  });

  test("may be followed by padding", async () => {
    const file = await make();
    const padded = new Uint8Array(file.length + 16);
    padded.set(file);
    expect(inspectImage(padded).header).toEqual({ mediaType, ...SIZE });
  });
});

test("sizes of many edges are read as sharp reads them", async () => {
  for (const [widthPx, heightPx] of [
    [1, 1],
    [16, 3840],
    [3840, 16],
    [257, 255],
  ] as const) {
    for (const format of ["png", "jpeg", "webp", "gif"] as const) {
      expect(inspectImage(await noiseImage({ widthPx, heightPx }, format)).header).toEqual({
        mediaType: `image/${format}`,
        widthPx,
        heightPx,
      });
    }
  }
});

test.each([
  ["nothing", "", "is empty"],
  ["an HTML page", "\n <!DOCTYPE html><html><body>502</body></html>", "is an HTML page"],
  ["an HTML page without a doctype", "<html></html>", "is an HTML page"],
  ["SVG", '<svg xmlns="http://www.w3.org/2000/svg"/>', "is an SVG or XML document"],
  ["JSON", '{"error":"no"}', "is not a PNG, JPEG, WebP, GIF or AVIF file"],
  [
    "another RIFF file",
    "RIFF\u0004\u0000\u0000\u0000WAVEfmt and more than thirty bytes of it",
    "is not a PNG, JPEG, WebP, GIF or AVIF file",
  ],
  ["a JPEG start with garbage", "\u00ff\u00d8\u00ff\u00e0\u0000\u0004abXXXXXXXX", "is a damaged JPEG file"],
  ["a JPEG without a frame", "\u00ff\u00d8\u00ff\u00da\u0000\u0004abXXXX\u00ff\u00d9", "is a damaged JPEG file"],
])("%s is no image", (_, text, problem) => {
  expect(inspectImage(Buffer.from(text, "latin1"))).toEqual({ header: undefined, problem });
});

test("a PNG of zero pixels is no image", async () => {
  const file = await noiseImage(SIZE);
  file.fill(0, 16, 20);
  expect(inspectImage(file).problem).toBe("has no pixels");
});

test("a received image is described by its bytes, whatever was declared", async () => {
  const bytes = await noiseImage(SIZE, "jpeg");
  const image = receiveImage(bytes, nodeCodec, "image/png");
  expect(image).toEqual({ bytes, mediaType: "image/jpeg", ...SIZE, sha256: nodeCodec.sha256Hex(bytes) });
});

test("a page that came as an image is a bad response that was billed", () => {
  expect(() => receiveImage(Buffer.from("<html>"), nodeCodec, "image/png")).toThrow(
    expect.objectContaining({
      code: "bad_response",
      billed: "yes",
      shortMessage: "The image is an HTML page (declared as image/png).",
    }),
  );
});

describe("the reply of a call", () => {
  const subject: CallSubject = { provider: "openai", providerName: "OpenAI", model: "gpt-image-2", requestId: "req_1" };
  const usage = {
    inputTextTokens: 1,
    cachedInputTextTokens: 0,
    inputImageTokens: 0,
    cachedInputImageTokens: 0,
    outputImageTokens: 100,
    outputTextTokens: 0,
  };

  test("keeps whole images when others are broken, missing or no images", async () => {
    const good = await noiseImage(SIZE);
    const found = [
      { value: good },
      { value: new BrokenImage("is not base64") },
      { value: Buffer.from("<html>"), declaredType: "image/png" },
      { value: 7 },
    ];
    const reply = composeReply(found, { count: 5, codec: nodeCodec, subject, usage });
    expect(reply.images).toHaveLength(1);
    expect(reply.images[0]?.bytes).toBe(good);
    expect(reply.usage).toBe(usage);
    expect(reply.problem).toMatchObject({
      code: "bad_response",
      billed: "yes",
      shortMessage: "OpenAI sent 1 of 5 images for gpt-image-2. The image is not base64.",
      details:
        "The image is not base64. The image is an HTML page (declared as image/png). An entry of the reply holds no image.",
    });
  });

  test("keeps what came besides: more than were asked for, and drafts; broken ones are dropped", async () => {
    const files = await Promise.all([1, 2, 3, 4].map((seed) => noiseImage({ widthPx: 8 + seed, heightPx: 8 })));
    const [first, second, draft] = files;
    const options = { count: 1, codec: nodeCodec, subject, usage };
    const reply = composeReply([{ value: first }, { value: second }, { value: new BrokenImage("is not base64") }], {
      ...options,
      extras: [{ value: draft }, { value: 7 }],
    });
    expect(reply.images.map(({ bytes }) => bytes)).toEqual([first]);
    expect(reply.extras?.map(({ bytes }) => bytes)).toEqual([draft, second]);
    expect(reply.problem).toBeUndefined();
    const problem = new ArtdeskError({ code: "bad_response", shortMessage: "Cut.", billed: "yes" });
    const cut = composeReply([], { ...options, extras: [{ value: draft }], problem });
    expect([cut.images, cut.extras?.length, cut.problem]).toEqual([[], 1, problem]);
  });

  test("takes short base64 text too, and no more images than were asked for", async () => {
    const small = Buffer.from(
      await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } })
        .png()
        .toBuffer(),
    );
    const reply = composeReply([{ value: small.toString("base64") }, { value: "AAAA" }], {
      count: 1,
      codec: nodeCodec,
      subject,
      usage: undefined,
    });
    expect(reply).toMatchObject({ images: [{ widthPx: 1, heightPx: 1 }], problem: undefined, requestId: "req_1" });
  });

  test("without any whole image is an error: the known problem, or what was wrong with the images", () => {
    const problem = new ArtdeskError({ code: "network", shortMessage: "The line broke.", billed: "unknown" });
    const options = { count: 1, codec: nodeCodec, subject, usage: undefined };
    expect(() => composeReply([], { ...options, problem })).toThrow(problem);
    expect(() => composeReply([], options)).toThrow(
      expect.objectContaining({ code: "bad_response", billed: "unknown", requestId: "req_1" }),
    );
    expect(() => composeReply([], { ...options, usage })).toThrow(
      expect.objectContaining({ code: "bad_response", billed: "yes", usage }),
    );
  });
});

test.each(["QUJD", "QUI=", "QUI", "QQ", "", "QU-_"])("base64 text %j decodes", (text) => {
  expect(decodeBase64(text, nodeCodec)).toEqual(new Uint8Array(Buffer.from(text, "base64")));
});

test.each(["data:image/png;base64,QUJD", "data:,QUJD"])("%j decodes behind its comma", (text) => {
  expect(decodeBase64(text, nodeCodec)).toEqual(new Uint8Array(Buffer.from("QUJD", "base64")));
});

test("base64 that begins like the head of a data URL is base64", () => {
  for (const text of ["data", "datadata", "daQU", "d"])
    expect(decodeBase64(text, nodeCodec)).toEqual(
      text === "d" ? expect.any(BrokenImage) : new Uint8Array(Buffer.from(text, "base64")),
    );
});

test.each(["Q", 'QU"JD', "hello world!"])("%j is no base64 text", (text) => {
  expect(decodeBase64(text, nodeCodec)).toBeInstanceOf(BrokenImage);
});
