import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeCodec } from "./node-codec.ts";

function decode(text: string): { written: number; bytes: Uint8Array } {
  const target = new Uint8Array(text.length + 8);
  const written = nodeCodec.decodeBase64Into(Buffer.from(text, "latin1"), target, 3);
  return { written, bytes: target.subarray(3, 3 + written) };
}

test("decodes what it encodes, at an offset", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const { written, bytes: decoded } = decode(nodeCodec.encodeBase64(bytes));
      expect(written).toBe(bytes.length);
      expect(decoded).toEqual(bytes);
    }),
  );
});

test.each(["QUJD-_AA", "QUJ", "QU\nJD123", "QU!DQUJD", "QUJDQQ==QUJD", "=QUJ", "A===", "QUJDQQ=A"])(
  "%j is not base64",
  (text) => {
    const paddings = text.length - text.replace(/=+$/, "").length;
    expect(decode(text).written).toBeLessThan((text.length / 4) * 3 - Math.min(2, paddings));
  },
);

test("reads and writes only its own part of a larger buffer", () => {
  const source = Buffer.from("xxxxQUJDxxxx");
  const target = new Uint8Array(10).subarray(2, 8);
  expect(nodeCodec.decodeBase64Into(source.subarray(4, 8), target, 1)).toBe(3);
  expect([...new Uint8Array(target.buffer)]).toEqual([0, 0, 0, 65, 66, 67, 0, 0, 0, 0]);
});

test("hashes text as UTF-8 and bytes as they are", () => {
  const expected = createHash("sha256").update("Café").digest("hex");
  expect(nodeCodec.sha256Hex("Café")).toBe(expected);
  expect(nodeCodec.sha256Hex(new TextEncoder().encode("Café"))).toBe(expected);
});

test("hashes piece by piece as it hashes the whole, and takes no notice of what becomes of a piece", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 }), (pieces) => {
      const sha256 = nodeCodec.startSha256?.();
      for (const piece of pieces) {
        const copy = piece.slice();
        sha256?.update(copy);
        copy.fill(0);
      }
      expect(sha256?.hex()).toBe(nodeCodec.sha256Hex(Buffer.concat(pieces)));
    }),
  );
});
