/** A repeatable stream of numbers in [0, 1). */
export function digestNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Lognormal latencies of which nine in ten lie between 8 and 60 s, cut off at these. Milliseconds. */
export function lognormalLatencies(count: number, seed: number): number[] {
  const random = digestNumbers(seed);
  const [lowMs, highMs] = [8_000, 60_000];
  const middle = (Math.log(lowMs) + Math.log(highMs)) / 2;
  const spread = (Math.log(highMs) - Math.log(lowMs)) / (2 * 1.645);
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.min(highMs, Math.max(lowMs, Math.exp(middle + spread * normal)));
  });
}
