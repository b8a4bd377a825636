import type { ChainStep } from "../../assets/chain/draft-chain.ts";

/** What the journal remembers of an asset: which prompt a paid image was made for, and which of its images. */
export interface JournalNote {
  fingerprint: string;
  /** Of the asset's images, counted from 0, in the order of the request's images. */
  positions: readonly number[];
  /** Set when the image is a draft, a refinement, or a final made from one. */
  chain?: Pick<ChainStep, "kind" | "parent" | "correction"> | undefined;
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
    const chain = "chain" in value ? parseChainNote(value.chain) : undefined;
    // Without knowing what it is, nothing may be delivered as something else.
    if ("chain" in value && chain === undefined) return undefined;
    return { fingerprint, positions: positions.filter((position) => typeof position === "number"), chain };
  } catch {
    return undefined;
  }
}

function parseChainNote(value: unknown): JournalNote["chain"] {
  if (typeof value !== "object" || value === null || !("kind" in value)) return undefined;
  const { kind } = value;
  if (kind !== "draft" && kind !== "refine" && kind !== "final") return undefined;
  const parent = "parent" in value && typeof value.parent === "string" ? value.parent : undefined;
  const correction = "correction" in value && typeof value.correction === "string" ? value.correction : undefined;
  return { kind, parent, correction };
}
