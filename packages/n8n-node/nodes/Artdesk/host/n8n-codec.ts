import type { Codec, Random } from "@artdesk/core";
import { createHash, randomUUID } from "node:crypto";

const DASH = 0x2d;
const UNDERSCORE = 0x5f;

/** The byte work of core, done by `Buffer` and `node:crypto`. */
export const n8nCodec: Codec = {
  sha256Hex: (data) => createHash("sha256").update(data).digest("hex"),

  encodeBase64: (bytes) => view(bytes).toString("base64"),

  decodeBase64Into(ascii, target, offset) {
    const source = view(ascii);
    // Buffer also takes the URL-safe alphabet and text whose length is no multiple of 4; the contract does not.
    if (ascii.length % 4 !== 0 || source.includes(DASH) || source.includes(UNDERSCORE)) return 0;
    return view(target).write(source.toString("latin1"), offset, "base64");
  },
};

/** Chance as the platform gives it. */
export const n8nRandom: Random = {
  next: () => Math.random(),
  id: () => randomUUID(),
};

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
