import { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";

const UNPACKERS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * A reply's body as it was before a server or a proxy packed it unasked: gzip, deflate, br, zstd, also several in turn.
 * An encoding that is not known leaves it as it came. Readers bound what they take, so that a body that unpacks without
 * end does no harm.
 */
export function unpackBody(
  body: AsyncIterable<Uint8Array>,
  contentEncoding: string | undefined,
): AsyncIterable<Uint8Array> {
  const names = (contentEncoding ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length === 0 || names.some((name) => UNPACKERS[name] === undefined)) return body;
  let unpacked: Readable = Readable.from(body);
  for (const name of names.toReversed()) {
    const unpacker = UNPACKERS[name]?.() as Readable & NodeJS.WritableStream;
    const source = unpacked;
    source.on("error", (error) => void unpacker.destroy(error));
    unpacker.on("close", () => void source.destroy());
    unpacked = source.pipe(unpacker);
  }
  return unpacked as AsyncIterable<Uint8Array>;
}
