/** What the journal remembers of an asset: which prompt a paid image was made for, and which of its images. */
export interface JournalNote {
  fingerprint: string;
  /** Of the asset's images, counted from 0, in the order of the request's images. */
  positions: readonly number[];
}

export function serializeJournalNote(note: JournalNote): string {
  return JSON.stringify(note);
}

/** Undefined for a note of another kind. */
export function parseJournalNote(text: string): JournalNote | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("fingerprint" in value) || !("positions" in value))
      return undefined;
    const { fingerprint, positions } = value;
    if (typeof fingerprint !== "string" || !Array.isArray(positions)) return undefined;
    return { fingerprint, positions: positions.filter((position) => typeof position === "number") };
  } catch {
    return undefined;
  }
}
