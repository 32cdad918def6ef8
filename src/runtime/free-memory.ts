/**
 * Frees the memory of an array that nobody uses any more, at once where the engine can: garbage of many megabytes would outgrow
 * what is in use before it is collected.
 * @param array the only one in its memory; one that shares it is left alone
 */
export function freeMemory({ buffer, byteLength }: ArrayBufferView): void {
  // Memory that went elsewhere before has no bytes.
  if (byteLength > 0 && byteLength === buffer.byteLength) {
    (buffer as ArrayBuffer & { transfer?(length: number): void }).transfer?.(0);
  }
}
