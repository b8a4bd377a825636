import { Buffer } from "node:buffer";
import { createHash, hash } from "node:crypto";
import type { Codec } from "../../basics/ports.ts";

const DASH = 0x2d;
const UNDERSCORE = 0x5f;

/** The byte work of core on Node, done by `Buffer` and `node:crypto`. */
export const nodeCodec: Codec = {
  sha256Hex(data) {
    return hash("sha256", data, "hex");
  },

  startSha256() {
    const sha256 = createHash("sha256");
    return {
      update(bytes) {
        sha256.update(bytes);
      },
      hex: () => sha256.digest("hex"),
    };
  },

  encodeBase64(bytes) {
    return view(bytes).toString("base64");
  },

  decodeBase64Into(ascii, target, offset) {
    const source = view(ascii);
    // Buffer also accepts the URL-safe alphabet and text whose length is no multiple of 4; the contract does not.
    if (ascii.length % 4 !== 0 || source.includes(DASH) || source.includes(UNDERSCORE)) return 0;
    return view(target).write(source.toString("latin1"), offset, "base64");
  },
};

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
