import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One reply of a recorded exchange. Of those whose `match` fits, each is given once, the last one again and again. */
export interface RecordedReply {
  /** A regular expression over `METHOD PATH`. */
  match: string;
  status: number;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: unknown;
  bodyJsonLines?: readonly unknown[];
  /** An image by type and pixels: `png:1024x1024`. */
  bodyFile?: string;
}

/** A real exchange with a provider: the replies as they came over the wire. Other fields are for whoever drives it. */
export interface Recording {
  id: string;
  responses: readonly RecordedReply[];
}

/** A folder of recordings: `cases/*.json`, and `images/TYPE-PIXELS.*` that stand for what was recorded. */
export interface RecordingFolder {
  recordings: readonly Recording[];
  /** Bytes of an image by type and pixels. Throws for one that is not there. */
  image: (name: string) => Buffer;
}

/** Reads a folder of recordings. Throws when there is none in it, and for one that cannot be read. */
export function readRecordings(folder: string): RecordingFolder {
  const cases = join(folder, "cases");
  if (!existsSync(cases)) throw new Error(`there is no folder ${cases}`);
  const recordings = readdirSync(cases)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => parseRecording(name, readFileSync(join(cases, name), "utf8")));
  if (recordings.length === 0) throw new Error(`there are no recordings in ${cases}`);
  return {
    recordings,
    image(name) {
      const [type = "", pixels = ""] = name.split(":");
      return readFileSync(join(folder, "images", `${type}-${pixels}.${type === "jpeg" ? "jpg" : type}`));
    },
  };
}

function parseRecording(name: string, text: string): Recording {
  try {
    const recording = JSON.parse(text) as Recording;
    const { id, responses } = recording;
    if (typeof id === "string" && Array.isArray(responses) && responses.every(isReply)) return recording;
  } catch (error) {
    throw new Error(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  throw new Error(`${name} is no recording: it needs an id, and responses that each have a match and a status`);
}

function isReply(reply: unknown): boolean {
  if (typeof reply !== "object" || reply === null) return false;
  return "match" in reply && typeof reply.match === "string" && "status" in reply && Number.isInteger(reply.status);
}
