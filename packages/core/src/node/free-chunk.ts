/** What an `ArrayBuffer` of ES2024 can do. */
type Transferable = ArrayBuffer & { transfer?(newLength: number): ArrayBuffer };

/**
 * Frees the memory of a chunk that has been used up. Without this, V8 lets tens of megabytes of them pile up before it
 * collects them. A chunk that shares its block with anything else, for example in Node's pool of small buffers, is left
 * alone.
 */
export function freeChunk(chunk: Uint8Array): void {
  const { buffer } = chunk;
  if (buffer instanceof ArrayBuffer && chunk.length === buffer.byteLength) empty(buffer);
}

function empty(block: Transferable): void {
  block.transfer?.(0);
}
