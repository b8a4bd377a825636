import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One reply of a recorded exchange. Of those whose `match` fits, each is given once, the last one again and again. */
export interface RecordedReply {
  /** A regular expression over `METHOD PATH`. */
  match: string;
  status: number;
  headers: Readonly<Record<string, string>>;
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

/** Reads a folder of recordings. Throws when it is none. */
export function readRecordings(folder: string): RecordingFolder {
  const cases = join(folder, "cases");
  const recordings = readdirSync(cases)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(cases, name), "utf8")) as Recording);
  return {
    recordings,
    image(name) {
      const [type = "", pixels = ""] = name.split(":");
      return readFileSync(join(folder, "images", `${type}-${pixels}.${type === "jpeg" ? "jpg" : type}`));
    },
  };
}
