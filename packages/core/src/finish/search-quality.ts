/** A file that an encoder made at a quality. */
export interface EncodedFile {
  bytes: Uint8Array;
  quality: number;
}

/** What a search for a file under a limit found. */
export type QualitySearch =
  | { found: EncodedFile }
  /** Not even the lowest quality fits: this is the smallest file that was made. */
  | { found: undefined; smallest: EncodedFile };

/** Below this a picture falls apart; a limit that needs less is told instead of met. */
export const LEAST_QUALITY = 30;

/**
 * The best quality, `LEAST_QUALITY` to `mostQuality`, whose file weighs no more than `maxBytes`, in at most eight
 * encodes. A file can be heavier at a lower quality, so that the best one that was seen to fit is kept, not the last.
 */
export async function searchQuality(
  encode: (quality: number) => Promise<Uint8Array>,
  maxBytes: number,
  mostQuality: number,
): Promise<QualitySearch> {
  const most = Math.max(LEAST_QUALITY, Math.min(100, Math.round(mostQuality)));
  const encodeAt = async (quality: number): Promise<EncodedFile> => ({ bytes: await encode(quality), quality });
  const first = await encodeAt(most);
  if (first.bytes.length <= maxBytes) return { found: first };
  let smallest = first;
  let found: EncodedFile | undefined;
  let [low, high] = [LEAST_QUALITY, most - 1];
  while (low <= high) {
    const file = await encodeAt(Math.ceil((low + high) / 2));
    if (file.bytes.length < smallest.bytes.length) smallest = file;
    if (file.bytes.length <= maxBytes) {
      if (found === undefined || file.quality > found.quality) found = file;
      low = file.quality + 1;
    } else high = file.quality - 1;
  }
  return found === undefined ? { found, smallest } : { found };
}
