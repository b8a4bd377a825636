import type { Codec } from "../basics/ports.ts";
import { Base64Sink, type BrokenImage } from "./base64-sink.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const DIVERT_FROM_BYTES = 1024;
const LONGEST_KEY_BYTES = 256;
const LARGEST_FIRST_BUFFER_BYTES = 64 * 1024 * 1024;
const KEPT_MARK = "t";
const DIVERTED_MARK = "b";

/** Where a scanner is inside the JSON text. */
type Place = "outside" | "text" | "candidate" | "image" | "skipped";

export interface JsonImageScannerOptions {
  codec: Codec;
  /** Keys whose string values hold base64 images, for example `b64_json`. */
  imageKeys: readonly string[];
  /** Keys whose string values are long and not needed: they read as empty strings. */
  skipKeys?: readonly string[] | undefined;
  /** Length of the whole body, when the reply states it: sizes the first buffer. */
  contentLength?: number | undefined;
}

/**
 * Splits a JSON text that arrives in chunks into images and the rest. A string of more than 1,024 bytes at one of the
 * image keys is decoded while it arrives and never kept as text; everything else is collected and parsed at the end.
 *
 * Strings at image keys get a one-letter mark in the collected text, so no text that a provider sends can pass for a
 * decoded image. The marks are gone again in the result.
 */
export class JsonImageScanner {
  readonly #options: JsonImageScannerOptions;
  readonly #images: (Uint8Array | BrokenImage)[] = [];
  #text = new Uint8Array(4096);
  #textLength = 0;
  #place: Place = "outside";
  /** Inside a string: the byte before was a backslash that escapes the next one. */
  #escaped = false;
  #stringStart = 0;
  #stringEnd = -1;
  #key: string | undefined;
  #sink: Base64Sink | undefined;
  #receivedBytes = 0;

  constructor(options: JsonImageScannerOptions) {
    this.#options = options;
  }

  /** Images decoded so far, complete ones only, in the order of arrival. */
  get images(): readonly (Uint8Array | BrokenImage)[] {
    return this.#images;
  }

  /** Bytes of JSON text kept so far. */
  get textBytes(): number {
    return this.#textLength;
  }

  /** The JSON text kept so far, for error details. */
  get text(): string {
    return new TextDecoder().decode(this.#text.subarray(0, this.#textLength));
  }

  /** Takes the next chunk. */
  push(chunk: Uint8Array): void {
    let position = 0;
    while (position < chunk.length) {
      if (this.#place === "image") position = this.#pushImage(chunk, position);
      else if (this.#place === "skipped") position = this.#skip(chunk, position);
      else position = this.#collect(chunk, position);
    }
    this.#receivedBytes += chunk.length;
  }

  /**
   * Parses what was collected. Values at image keys are `Uint8Array` (decoded), `BrokenImage`, or short strings as sent.
   * @throws SyntaxError when the text is not JSON, for example because it ends too early.
   */
  finish(): unknown {
    const imageKeys = new Set(this.#options.imageKeys);
    return JSON.parse(this.text, (key, value: unknown) => {
      if (typeof value !== "string" || !imageKeys.has(key)) return value;
      return value.startsWith(DIVERTED_MARK) ? this.#images[Number(value.slice(1))] : value.slice(1);
    });
  }

  /** Copies text until the chunk ends or a string begins to be diverted. @returns the next position. */
  #collect(chunk: Uint8Array, start: number): number {
    this.#makeRoom(chunk.length - start);
    for (let position = start; position < chunk.length; position += 1) {
      const byte = chunk[position] ?? 0;
      this.#text[this.#textLength] = byte;
      this.#textLength += 1;
      if (this.#place === "outside") {
        if (byte === QUOTE) {
          if (this.#beginString() === "skipped") return position + 1;
          // The marks take room that was not counted.
          this.#makeRoom(chunk.length - position);
        } else if (byte === COLON) {
          this.#readKey();
        } else if (byte > 0x20) {
          this.#key = undefined;
        }
      } else if (this.#escaped) {
        this.#escaped = false;
      } else if (byte === BACKSLASH) {
        this.#escaped = true;
      } else if (byte === QUOTE) {
        this.#stringEnd = this.#textLength - 1;
        this.#place = "outside";
        continue;
      }
      if (this.#place === "candidate" && this.#textLength - this.#stringStart >= DIVERT_FROM_BYTES) {
        this.#divert(this.#receivedBytes + position);
        return position + 1;
      }
    }
    return chunk.length;
  }

  #beginString(): Place {
    const key = this.#key;
    this.#key = undefined;
    this.#escaped = false;
    this.#stringEnd = -1;
    if (key !== undefined && this.#options.imageKeys.includes(key)) {
      this.#place = "candidate";
      this.#append(KEPT_MARK);
    } else if (key !== undefined && this.#options.skipKeys?.includes(key)) {
      this.#place = "skipped";
      this.#append('"');
    } else {
      this.#place = "text";
    }
    this.#stringStart = this.#textLength;
    return this.#place;
  }

  /** A colon: the string before it is the key of the value that follows. */
  #readKey(): void {
    this.#key = undefined;
    if (this.#stringEnd === -1 || this.#stringEnd - this.#stringStart > LONGEST_KEY_BYTES) return;
    const raw = String.fromCharCode(...this.#text.subarray(this.#stringStart, this.#stringEnd));
    this.#key = raw.includes("\\") ? unescapeKey(raw) : raw;
  }

  /** Turns the string begun at an image key into a sink; what was collected of it goes there first. */
  #divert(offset: number): void {
    const { codec, contentLength } = this.#options;
    const collected = this.#text.slice(this.#stringStart, this.#textLength);
    const remaining = contentLength === undefined ? 0 : Math.max(0, contentLength - offset + collected.length);
    const capacity = remaining === 0 ? 512 * 1024 : Math.ceil(remaining * 0.75);
    this.#sink = new Base64Sink(codec, Math.min(capacity, LARGEST_FIRST_BUFFER_BYTES));
    this.#sink.consume(collected, 0);
    this.#textLength = this.#stringStart - KEPT_MARK.length;
    this.#append(`${DIVERTED_MARK}${this.#images.length}"`);
    this.#place = "image";
  }

  #pushImage(chunk: Uint8Array, start: number): number {
    const sink = this.#sink;
    const quote = sink?.consume(chunk, start) ?? -1;
    if (sink === undefined || quote === -1) return chunk.length;
    this.#images.push(sink.finish());
    this.#sink = undefined;
    this.#place = "outside";
    return quote + 1;
  }

  #skip(chunk: Uint8Array, start: number): number {
    let position = start;
    while (position < chunk.length) {
      if (this.#escaped) {
        this.#escaped = false;
        position += 1;
        continue;
      }
      const quote = chunk.indexOf(QUOTE, position);
      const limit = quote === -1 ? chunk.length : quote;
      const backslash = chunk.subarray(position, limit).indexOf(BACKSLASH);
      if (backslash !== -1) {
        this.#escaped = true;
        position += backslash + 1;
      } else if (quote === -1) {
        return chunk.length;
      } else {
        this.#place = "outside";
        return quote + 1;
      }
    }
    return position;
  }

  #append(ascii: string): void {
    this.#makeRoom(ascii.length);
    for (let index = 0; index < ascii.length; index += 1)
      this.#text[this.#textLength + index] = ascii.charCodeAt(index);
    this.#textLength += ascii.length;
  }

  #makeRoom(size: number): void {
    if (this.#textLength + size <= this.#text.length) return;
    const larger = new Uint8Array(Math.max(this.#textLength + size, this.#text.length * 2));
    larger.set(this.#text.subarray(0, this.#textLength));
    this.#text = larger;
  }
}

function unescapeKey(raw: string): string | undefined {
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return undefined;
  }
}
