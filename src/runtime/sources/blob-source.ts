import { checkArgument } from "../check-argument.ts";
import { FileError } from "../errors.ts";
import { isAbort } from "../is-abort.ts";
import type { ByteSource, ModelFiles } from "./byte-source.ts";
import { isBlob, isFile } from "./check-given.ts";
import { checkRange } from "./check-range.ts";

/** Reads a `Blob` or a picked `File` by slices; the browser keeps the rest on disk. */
export function blobSource(name: string, blob: Blob): ByteSource {
  const file = { name, size: blob.size };
  return {
    ...file,
    async read(begin, end, signal) {
      checkRange(file, begin, end);
      signal?.throwIfAborted();
      const buffer = await sliceOf(blob, begin, end).catch((cause: unknown) => {
        if (isAbort(cause, signal)) throw cause;
        throw new FileError(`${name}: want bytes [${begin}, ${end}), got "${cause}". Pick the file again.`, { cause });
      });
      signal?.throwIfAborted();
      if (buffer.byteLength !== end - begin) {
        throw new FileError(
          `${name}: want bytes [${begin}, ${end}), got ${buffer.byteLength} bytes. The file changed; pick it again.`,
        );
      }
      return new Uint8Array(buffer);
    },
  };
}

async function sliceOf(blob: Blob, begin: number, end: number): Promise<ArrayBuffer> {
  return blob.slice(begin, end).arrayBuffer();
}

/**
 * A model folder from files in memory or from a file picker.
 * Of a folder picked with `webkitdirectory` only the top level counts: what lies deeper (an `onnx/config.json`) belongs
 * to something else.
 * @throws UsageError for what are no files; FileError if two of them have the same name
 */
export function filesFromBlobs(name: string, blobs: Iterable<File> | Readonly<Record<string, Blob>>): ModelFiles {
  const byName = new Map<string, Blob>();
  const list = Symbol.iterator in Object(blobs) ? [...(blobs as Iterable<File>)] : undefined;
  const areBlobs = list ? list.every(isFile) : typeof blobs === "object" && Object.values(blobs ?? [0]).every(isBlob);
  checkArgument(areBlobs, name, "a list of Files, or Blobs by their names", blobs, "Give those of a model's folder.");
  for (const [file, blob] of list ? topLevel(list) : Object.entries(blobs as Readonly<Record<string, Blob>>)) {
    if (byName.has(file)) {
      throw new FileError(
        `${name}: want one file of each name, got "${file}" twice. Pick the files of one model only.`,
      );
    }
    byName.set(file, blob);
  }
  return {
    name,
    async open(file, signal) {
      signal?.throwIfAborted();
      const blob = byName.get(file);
      return blob && blobSource(`${name}/${file}`, blob);
    },
    list: async () => [...byName.keys()],
  };
}

function topLevel(files: readonly File[]): [string, Blob][] {
  // Only browsers have webkitRelativePath, and it is "" for files that were not picked as a folder.
  const depths = files.map((file) => (file.webkitRelativePath ?? "").split("/").length);
  const top = Math.min(...depths);
  return files.filter((_, index) => depths[index] === top).map((file) => [file.name, file]);
}
