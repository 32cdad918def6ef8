import { blobSource } from "../../src/runtime/sources/blob-source.ts";
import type { ByteSource } from "../../src/runtime/sources/byte-source.ts";

/** A file in memory that counts what is read of it. */
export function memoryFile(bytes: Uint8Array<ArrayBuffer>, name = "file"): ByteSource & { reads: [number, number][] } {
  const source = blobSource(name, new Blob([bytes]));
  const reads: [number, number][] = [];
  return {
    ...source,
    reads,
    read(begin, end, signal) {
      reads.push([begin, end]);
      return source.read(begin, end, signal);
    },
  };
}
