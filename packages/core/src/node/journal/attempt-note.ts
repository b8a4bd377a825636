import * as v from "valibot";
import type { JournalEntry } from "../../basics/ports.ts";

/** One received image, as a journal note names it. */
export interface KeptImage {
  index: number;
  mediaType: string;
  /** Lower-case hex of the bytes. */
  sha256: string;
  /** File name beside the note. */
  file: string;
}

/** What `attempt.json` says. Money in micro-USD. */
export interface AttemptNote extends JournalEntry {
  state: "in_flight" | "submitted" | "received";
  requestId?: string | undefined;
  costMicroUsd?: number | undefined;
  outcome?: "settled" | "unknown" | undefined;
  images: readonly KeptImage[];
}

const microUsd = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const noteSchema: v.GenericSchema<unknown, AttemptNote> = v.object({
  attemptId: v.string(),
  run: v.string(),
  positions: v.array(v.number()),
  note: v.string(),
  quality: v.string(),
  size: v.string(),
  subject: v.string(),
  provider: v.string(),
  model: v.string(),
  worstCaseMicroUsd: microUsd,
  startedAtMs: v.number(),
  batch: v.optional(v.string()),
  enlarge: v.optional(v.object({ model: v.string(), size: v.pipe(v.string(), v.regex(/^\d{1,5}x\d{1,5}$/)) })),
  base: v.optional(v.string()),
  state: v.picklist(["in_flight", "submitted", "received"]),
  requestId: v.optional(v.string()),
  costMicroUsd: v.optional(microUsd),
  outcome: v.optional(v.picklist(["settled", "unknown"])),
  images: v.array(
    v.object({
      index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      mediaType: v.string(),
      sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      file: v.pipe(v.string(), v.regex(/^\d{1,4}\.(png|jpg|webp)$/)),
    }),
  ),
});

/** Reads `attempt.json`; undefined for anything that is not a note. */
export function parseAttemptNote(text: string): AttemptNote | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = v.safeParse(noteSchema, value);
  return result.success ? result.output : undefined;
}
