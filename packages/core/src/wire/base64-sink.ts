import type { Codec, Sha256 } from "../basics/ports.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const PADDING = 0x3d;
const MINIMUM_FAST_LENGTH = 64;
const COMMA = 0x2c;
/** `data:` */
const DATA_HEAD: readonly number[] = [0x64, 0x61, 0x74, 0x61, 0x3a];
const INSIDE_HEAD = -1;
const NO_HEAD = -2;
const NOT_IN_ESCAPE = -1;
const AFTER_BACKSLASH = 0;
/** Bytes that are hashed at once, while they are still near the processor. */
const HASH_FROM_BYTES = 32 * 1024;

const sha256OfDecoded = new WeakMap<Uint8Array, string>();

/** The SHA-256 of an image that a {@link Base64Sink} has decoded and hashed on the way; undefined for other bytes. */
export function sha256OnArrival(bytes: Uint8Array): string | undefined {
  return sha256OfDecoded.get(bytes);
}

/** A base64 string that did not hold the bytes it promised. */
export class BrokenImage {
  /** What is wrong, as the end of a sentence that starts with `the image`. */
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

/**
 * Decodes the inside of one JSON string of base64 while it arrives, straight into one growing buffer.
 * Whole runs go to the codec at once; single characters are looked at only around escapes, white space, piece borders
 * and the end. Escapes and white space are allowed, missing padding and the URL-safe alphabet too, and the head of a data
 * URL in front of it all.
 */
export class Base64Sink {
  readonly #codec: Codec;
  readonly #group = new Uint8Array(4);
  #bytes: Uint8Array;
  #length = 0;
  readonly #sha256: Sha256 | undefined;
  #hashedLength = 0;
  #groupLength = 0;
  #paddings = 0;
  /** `NOT_IN_ESCAPE`, `AFTER_BACKSLASH`, or 1 to 4: which digit of `\uXXXX` comes next. */
  #escape = NOT_IN_ESCAPE;
  #escapeValue = 0;
  #problem: string | undefined;
  /** How far the string has been the head of a data URL: letters of `data:` that fit, `INSIDE_HEAD`, or `NO_HEAD`. */
  #head = 0;

  /** @param capacityBytes Expected size of the decoded bytes; the buffer grows when it is too small. */
  constructor(codec: Codec, capacityBytes: number) {
    this.#codec = codec;
    this.#sha256 = codec.startSha256?.();
    this.#bytes = new Uint8Array(Math.max(capacityBytes, 1024));
  }

  /** Takes raw JSON from `start`. @returns the index of the closing quote, or -1 when the string goes on. */
  consume(chunk: Uint8Array, start: number): number {
    let position = this.#head === NO_HEAD ? start : this.#skipHead(chunk, start);
    if (this.#head === INSIDE_HEAD && position < chunk.length) return position;
    while (position < chunk.length) {
      position = this.#decodeRun(chunk, position, chunk.length);
      if (position === chunk.length) break;
      const quote = chunk.indexOf(QUOTE, position);
      const limit = quote === -1 ? chunk.length : quote;
      // The last group may be padded, so the careful path takes it.
      position = this.#decodeRun(chunk, position, limit - 4);
      for (; position < limit; position += 1) this.#takeByte(chunk[position]);
      if (quote === -1) break;
      if (this.#escape !== AFTER_BACKSLASH) return quote;
      this.#escape = NOT_IN_ESCAPE;
      this.#fail("is not base64");
      position = quote + 1;
    }
    return -1;
  }

  /** Ends the string. @returns the bytes, in a buffer without much slack. */
  finish(): Uint8Array | BrokenImage {
    if (this.#escape !== NOT_IN_ESCAPE || this.#head === INSIDE_HEAD) this.#fail("is not base64");
    for (const letter of this.#head > 0 ? DATA_HEAD.slice(0, this.#head) : []) this.#takeCharacter(letter);
    if (this.#groupLength === 1 || (this.#paddings > 0 && this.#groupLength + this.#paddings !== 4)) {
      this.#fail("ends in the middle of a base64 group");
    }
    if (this.#problem === undefined && this.#groupLength > 0) this.#decodeLastGroup();
    if (this.#problem !== undefined) return new BrokenImage(this.#problem);
    const slack = this.#bytes.length - this.#length;
    const isWasteful = slack > this.#length / 8;
    const image = isWasteful ? this.#bytes.slice(0, this.#length) : this.#bytes.subarray(0, this.#length);
    if (this.#sha256 !== undefined) {
      this.#hash();
      sha256OfDecoded.set(image, this.#sha256.hex());
    }
    return image;
  }

  /** Passes over `data:image/png;base64,`. @returns where the base64 begins, or the end of the chunk */
  #skipHead(chunk: Uint8Array, start: number): number {
    let position = start;
    for (; position < chunk.length && this.#head !== NO_HEAD; position += 1) {
      const byte = chunk[position] ?? 0;
      if (this.#head === INSIDE_HEAD) {
        if (byte === QUOTE) return position;
        if (byte === COMMA) this.#head = NO_HEAD;
      } else if (byte === DATA_HEAD[this.#head]) {
        this.#head = this.#head + 1 === DATA_HEAD.length ? INSIDE_HEAD : this.#head + 1;
      } else {
        const before = DATA_HEAD.slice(0, this.#head);
        this.#head = NO_HEAD;
        // What looked like the head was base64.
        for (const letter of before) this.#takeByte(letter);
        return position;
      }
    }
    return position;
  }

  #hash(): void {
    this.#sha256?.update(this.#bytes.subarray(this.#hashedLength, this.#length));
    this.#hashedLength = this.#length;
  }

  /** Decodes whole groups up to `limit` at once, when nothing is pending. @returns where it stopped. */
  #decodeRun(chunk: Uint8Array, start: number, limit: number): number {
    let position = start;
    while (this.#groupLength > 0 && position < limit && isBase64(chunk[position]) && this.#isPlain()) {
      this.#takeByte(chunk[position]);
      position += 1;
    }
    const length = (limit - position) & ~3;
    if (length < MINIMUM_FAST_LENGTH || this.#groupLength > 0 || !this.#isPlain()) return position;
    const size = (length / 4) * 3;
    this.#makeRoom(size);
    const written = this.#codec.decodeBase64Into(
      chunk.subarray(position, position + length),
      this.#bytes,
      this.#length,
    );
    if (written !== size) return position;
    this.#length += size;
    if (this.#length - this.#hashedLength >= HASH_FROM_BYTES) this.#hash();
    position += length;
    for (; position < limit && isBase64(chunk[position]); position += 1) this.#takeByte(chunk[position]);
    return position;
  }

  #isPlain(): boolean {
    return this.#escape === NOT_IN_ESCAPE && this.#paddings === 0 && this.#problem === undefined;
  }

  #takeByte(byte: number = 0): void {
    if (this.#escape === NOT_IN_ESCAPE) {
      if (byte === BACKSLASH) this.#escape = AFTER_BACKSLASH;
      else this.#takeCharacter(byte);
    } else if (this.#escape === AFTER_BACKSLASH) {
      if (byte === 0x75) {
        this.#escape = 1;
        this.#escapeValue = 0;
      } else {
        this.#escape = NOT_IN_ESCAPE;
        // \n, \r, \t and \f are white space, \/ is a slash; no other short escape belongs into base64.
        this.#takeCharacter(
          byte === 0x6e || byte === 0x72 || byte === 0x74 || byte === 0x66 ? 0x20 : byte === 0x2f ? byte : 0,
        );
      }
    } else {
      const digit = hexDigit(byte);
      if (digit === -1) this.#fail("is not base64");
      this.#escapeValue = this.#escapeValue * 16 + digit;
      if (this.#escape === 4) {
        this.#escape = NOT_IN_ESCAPE;
        this.#takeCharacter(this.#escapeValue);
      } else {
        this.#escape += 1;
      }
    }
  }

  #takeCharacter(code: number): void {
    if (this.#problem !== undefined || isWhiteSpace(code)) return;
    if (code === PADDING) {
      this.#paddings += 1;
      if (this.#paddings > 2) this.#fail("is not base64");
      return;
    }
    // The URL-safe alphabet writes - for + and _ for /.
    const usual = code === 0x2d ? 0x2b : code === 0x5f ? 0x2f : code;
    if (!isBase64(usual) || this.#paddings > 0) return this.#fail("is not base64");
    this.#group[this.#groupLength] = usual;
    this.#groupLength += 1;
    if (this.#groupLength < 4) return;
    this.#makeRoom(3);
    this.#length += this.#codec.decodeBase64Into(this.#group, this.#bytes, this.#length);
    this.#groupLength = 0;
  }

  #decodeLastGroup(): void {
    const size = this.#groupLength - 1;
    this.#group.fill(PADDING, this.#groupLength);
    this.#makeRoom(size);
    this.#length += this.#codec.decodeBase64Into(this.#group, this.#bytes, this.#length);
    this.#groupLength = 0;
  }

  #makeRoom(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length + size, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  #fail(problem: string): void {
    this.#problem ??= problem;
  }
}

function isBase64(code: number = 0): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2f
  );
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0x0c;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
