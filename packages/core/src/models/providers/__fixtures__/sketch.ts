/** Sizes that the sketch provider is tried with: those of the paid models, small ones and extreme shapes. */
export const sketchFixture = {
  source: { document: "own drawing; no outside wire", date: "2026-11-23" },
  sizes: [
    [1024, 1024],
    [1536, 1024],
    [1024, 1536],
    [640, 640],
    [256, 256],
    [2048, 704],
    [3840, 2160],
    [97, 61],
    [1, 1],
    [16, 400],
  ],
} as const;
