/** One field of a `multipart/form-data` body. */
export interface MultipartPart {
  name: string;
  /** Text, or the bytes of a file. */
  value: string | Uint8Array;
  /** Makes the part a file. */
  fileName?: string | undefined;
  /** For example `image/png`; only for files. */
  mediaType?: string | undefined;
}

/**
 * Builds a `multipart/form-data` body. Quotes and line breaks in names are percent-encoded as browsers do
 * (WHATWG HTML, "multipart/form-data encoding algorithm").
 *
 * @param boundary 16 to 70 letters, digits and dashes that appear in no part: a random id.
 * @throws RangeError for any other boundary.
 */
export function multipartBody(
  parts: readonly MultipartPart[],
  boundary: string,
): { contentType: string; body: Uint8Array } {
  if (!/^[A-Za-z0-9-]{16,70}$/.test(boundary))
    throw new RangeError("a boundary has 16 to 70 letters, digits and dashes");
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    const file = part.fileName === undefined ? "" : `; filename="${escapeName(part.fileName)}"`;
    const type = part.fileName === undefined ? "" : `\r\nContent-Type: ${part.mediaType ?? "application/octet-stream"}`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(part.name)}"${file}${type}\r\n\r\n`;
    pieces.push(
      encoder.encode(head),
      typeof part.value === "string" ? encoder.encode(part.value) : part.value,
      encoder.encode("\r\n"),
    );
  }
  pieces.push(encoder.encode(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: concatenate(pieces) };
}

function escapeName(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
