import type { ByteSource, ModelFiles } from "../../../src/runtime/sources/byte-source.ts";

/** What readers may not do; no error of ours, so that it fails the run. */
class Trespass extends Error {}

/**
 * A model folder in memory that tells on readers: an Error, which is none of ours, when a file outside of the folder is asked
 * for, a range outside of a file, or more bytes than a reader has use for.
 */
export function memoryFolder(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): ModelFiles {
  return {
    name: "folder",
    async open(file) {
      if (/[/\\:\0]/.test(file) || file === ".." || file === "." || file === "") throw new Trespass(`opens ${file}`);
      return Object.hasOwn(files, file) ? memoryFile(file, files[file]!) : undefined;
    },
    list: async () => Object.keys(files),
  };
}

/** Bytes that are read at most this many times over: a table, then each tensor; the tail of a zip once more. */
const TIMES = 16;

/** One file of such a folder. */
export function memoryFile(name: string, bytes: Uint8Array<ArrayBuffer>): ByteSource {
  let left = TIMES * (bytes.length + 1024);
  return {
    name,
    size: bytes.length,
    async read(begin, end) {
      if (!(Number.isInteger(begin) && Number.isInteger(end) && 0 <= begin && begin <= end && end <= bytes.length)) {
        throw new Trespass(`reads [${begin}, ${end}) of ${bytes.length} bytes of ${name}`);
      }
      left -= end - begin;
      if (left < 0) throw new Trespass(`reads ${name} ${TIMES} times over`);
      return bytes.slice(begin, end);
    },
  };
}
