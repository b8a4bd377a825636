import fc from "fast-check";
import { expect, it } from "vitest";
import { LEAST_QUALITY, searchQuality } from "./search-quality.ts";

const file = (bytes: number): Uint8Array => new Uint8Array(bytes);

it("finds the best quality under a limit, in at most eight encodes", async () => {
  let encodes = 0;
  const encode = async (quality: number): Promise<Uint8Array> => {
    encodes += 1;
    return file(quality * 100);
  };
  const { found } = await searchQuality(encode, 6_450, 95);
  expect([found?.quality, found?.bytes.length]).toEqual([64, 6_400]);
  expect(encodes).toBeLessThanOrEqual(8);
});

it("tells the smallest file that was made when the limit is out of reach", async () => {
  const search = await searchQuality(async (quality) => file(quality * 100), 100, 90);
  expect(search).toMatchObject({ found: undefined, smallest: { quality: LEAST_QUALITY } });
});

it("never answers with a file over the limit, however sizes jump with quality", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 101, maxLength: 101 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 30, max: 100 }),
      async (sizes, maxBytes, most) => {
        const search = await searchQuality(async (quality) => file(sizes[quality] ?? 1), maxBytes, most);
        if (search.found === undefined) expect(search.smallest.bytes.length).toBeGreaterThan(maxBytes);
        else {
          expect(search.found.bytes.length).toBeLessThanOrEqual(maxBytes);
          expect(search.found.quality).toBeLessThanOrEqual(most);
        }
      },
    ),
  );
});
