/** What an `ArrayBuffer` of ES2024 can do. */
type Transferable = ArrayBuffer & { transfer?(newLength: number): ArrayBuffer };

/**
 * Frees the memory of bytes that have been used up; they are empty afterwards. Without this, V8 lets tens of megabytes
 * pile up before it collects them. Bytes that share their block with anything else, for example in Node's pool of small
 * buffers, are left alone.
 */
export function freeBytes(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && bytes.length === buffer.byteLength) empty(buffer);
}

function empty(block: Transferable): void {
  block.transfer?.(0);
}
