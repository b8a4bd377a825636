/** Writes bits, lowest first, into a growing buffer (RFC 1951, 3.1.1). */
class BitWriter {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  #bits = 0;
  #count = 0;

  /** At most 16 bits at a time. */
  write(value: number, count: number): void {
    this.#bits |= value << this.#count;
    this.#count += count;
    while (this.#count >= 8) {
      this.#push(this.#bits & 0xff);
      this.#bits >>>= 8;
      this.#count -= 8;
    }
  }

  /** Fills up the last byte. */
  finish(): Uint8Array {
    if (this.#count > 0) this.#push(this.#bits & 0xff);
    return this.#bytes.slice(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }
}

const SHORTEST_MATCH = 3;
const LONGEST_MATCH = 258;
const LONG_ENOUGH = 64;
const LARGEST_DISTANCE = 32_768;
const END_OF_BLOCK = 256;

/**
 * Compresses into a zlib stream (RFC 1950) of one block with fixed Huffman codes. Looks for repetition at two distances
 * only, one byte and one row back: that is all there is in a drawing of flat areas, and it is fast.
 */
export function deflateRows(data: Uint8Array, rowBytes: number): Uint8Array {
  const bits = new BitWriter();
  // Header: deflate, 32 kB window, fastest; then one final block with fixed codes.
  bits.write(0x78, 8);
  bits.write(0x01, 8);
  bits.write(0b011, 3);
  let position = 0;
  while (position < data.length) {
    const run = position === 0 ? 0 : matchLength(data, position, 1);
    // A long run is good enough; only what a run does not cover is looked up in the row above.
    const isFar = run < LONG_ENOUGH && position >= rowBytes && rowBytes <= LARGEST_DISTANCE;
    const repeat = isFar ? matchLength(data, position, rowBytes) : 0;
    const length = Math.max(run, repeat);
    if (length >= SHORTEST_MATCH) {
      writeMatch(bits, length, repeat > run ? rowBytes : 1);
      position += length;
    } else {
      writeSymbol(bits, data[position] ?? 0);
      position += 1;
    }
  }
  writeSymbol(bits, END_OF_BLOCK);
  const body = bits.finish();
  const stream = new Uint8Array(body.length + 4);
  stream.set(body);
  new DataView(stream.buffer).setUint32(body.length, adler32(data));
  return stream;
}

function matchLength(data: Uint8Array, position: number, distance: number): number {
  const end = Math.min(position + LONGEST_MATCH, data.length);
  let [here, there] = [position, position - distance];
  while (here < end && data[here] === data[there]) {
    here += 1;
    there += 1;
  }
  return here - position;
}

function writeMatch(bits: BitWriter, length: number, distance: number): void {
  // RFC 1951, 3.2.5. Lengths 3 to 257 use codes in groups of four per extra bit; 258 has a code of its own.
  if (length === LONGEST_MATCH) {
    writeSymbol(bits, 285);
  } else {
    const [code, extra, offset] = groupedCode(length - SHORTEST_MATCH, 4);
    writeSymbol(bits, 257 + code);
    bits.write(offset, extra);
  }
  const [code, extra, offset] = groupedCode(distance - 1, 2);
  bits.write(reverseBits(code, 5), 5);
  bits.write(offset, extra);
}

/** Code, number of extra bits and their value: the first `2 * perGroup` values stand alone, then each group doubles. */
function groupedCode(value: number, perGroup: number): [code: number, extraBits: number, extra: number] {
  if (value < perGroup * 2) return [value, 0, 0];
  const extraBits = 31 - Math.clz32(value / perGroup);
  return [perGroup * extraBits + (value >>> extraBits), extraBits, value & ((1 << extraBits) - 1)];
}

function writeSymbol(bits: BitWriter, symbol: number): void {
  bits.write(SYMBOL_CODES[symbol] ?? 0, SYMBOL_LENGTHS[symbol] ?? 0);
}

function reverseBits(value: number, count: number): number {
  let reversed = 0;
  for (let bit = 0; bit < count; bit += 1) reversed |= ((value >>> bit) & 1) << (count - 1 - bit);
  return reversed;
}

/** The fixed codes of RFC 1951, 3.2.6: length in bits, and the code with its first bit lowest. */
const SYMBOL_LENGTHS = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);
const SYMBOL_CODES = Uint16Array.from({ length: 288 }, (_, symbol) => {
  const code =
    symbol < 144
      ? 0x30 + symbol
      : symbol < 256
        ? 0x190 + symbol - 144
        : symbol < 280
          ? symbol - 256
          : 0xc0 + symbol - 280;
  return reverseBits(code, SYMBOL_LENGTHS[symbol] ?? 0);
});

/** RFC 1950, 8.2. Sums are folded before they can leave 32 bits. */
function adler32(data: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let start = 0; start < data.length; start += 3800) {
    const end = Math.min(start + 3800, data.length);
    for (let position = start; position < end; position += 1) {
      low += data[position] ?? 0;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return ((high << 16) | low) >>> 0;
}
