import { createHash } from "node:crypto";

/**
 * SHA-256 over the parts. Everything "random" in the simulator comes from here, so that the same seed and
 * the same requests give the same bytes.
 */
export function digest(...parts: readonly (string | number | boolean)[]): Buffer {
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}

/** A whole number between `min` and `max`, both included, fixed by the parts. */
export function digestInteger(min: number, max: number, ...parts: readonly (string | number | boolean)[]): number {
  return min + (digest(...parts).readUInt32BE(0) % (max - min + 1));
}

/** An endless, repeatable stream of numbers in [0, 1), for drawing. */
export function digestStream(...parts: readonly (string | number | boolean)[]): () => number {
  let state = digest(...parts).readUInt32LE(0);
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
