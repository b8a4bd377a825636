import type { ParsedBody } from "../basics/wire.ts";
import type { Fault } from "../faults/fault.ts";

/** One request as it arrived, and how it was answered. */
export interface CallRecord {
  readonly provider: string;
  readonly method: string;
  /** Path and query, without the value of a `key` parameter. */
  readonly path: string;
  /** Without the headers that carry keys. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a key came along. Its value is not kept. */
  readonly hasKey: boolean;
  /** The body with long texts cut short; a form as a list of its parts. */
  readonly body: unknown;
  /** When the request had arrived whole: Unix time in milliseconds, by the simulator's clock. */
  readonly timeMs: number;
  /** Status of the reply; `null` while there is none, and when the connection was cut before the headers. */
  readonly status: number | null;
  /** The scripted fault that hit this call. */
  readonly faultKind?: Fault["kind"] | undefined;
}

const MAX_RECORDS = 20_000;
const MAX_TEXT_LENGTH = 400;

/** Keeps the last 20,000 requests. */
export class CallLog {
  #records: CallRecord[] = [];

  /** Adds a request and returns the way to say how it was answered. */
  add(record: Omit<CallRecord, "status">): (outcome: Pick<CallRecord, "status" | "faultKind">) => void {
    const kept: { -readonly [Key in keyof CallRecord]: CallRecord[Key] } = { ...record, status: null };
    this.#records.push(kept);
    if (this.#records.length > MAX_RECORDS) this.#records.shift();
    return ({ status, faultKind }) => {
      kept.status = status;
      kept.faultKind = faultKind;
    };
  }

  records(): readonly CallRecord[] {
    return this.#records.map((record) => ({ ...record }));
  }

  reset(): void {
    this.#records = [];
  }
}

/** A body fit for a log: base64 and other long texts are cut short. */
export function summariseBody(body: ParsedBody): unknown {
  if (body.kind === "empty") return undefined;
  if (body.kind === "unreadable") return { unreadable: body.reason };
  if (body.kind === "json") return shorten(body.value);
  return body.parts.map((part) =>
    "bytes" in part
      ? { name: part.name, fileName: part.fileName, mediaType: part.mediaType, bytes: part.bytes.length }
      : { name: part.name, value: shorten(part.value) },
  );
}

function shorten(value: unknown): unknown {
  if (typeof value === "string" && value.length > MAX_TEXT_LENGTH) {
    return `${value.slice(0, 64)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item)]));
  }
  return value;
}
