import { filesFromBlobs } from "./blob-source.ts";
import type { ModelFiles } from "./byte-source.ts";
import { filesFromDrop } from "./drop-source.ts";
import { type FileHandle, filesFromHandles } from "./handle-source.ts";
import { filesFromUrl } from "./url-source.ts";

/**
 * Where a model folder is: its URL, the files a person picked, what they dropped (`event.dataTransfer`, in the event), a
 * folder or files of the File System API, OPFS too; or anything that opens files by name.
 */
export type ModelSource =
  | string
  | URL
  | Iterable<File>
  | DataTransfer
  | FileHandle
  | Iterable<FileSystemFileHandle>
  | ModelFiles;

/** The model folder of a source. */
export function openModelSource(source: ModelSource): ModelFiles {
  if (typeof source === "string" || source instanceof URL) return filesFromUrl(source);
  if ("dropEffect" in source) return filesFromDrop(source);
  if ("kind" in source) return filesFromHandles(source.kind === "file" ? [source] : source);
  if (!(Symbol.iterator in source)) return source;
  const files = [...source];
  return files.every((file) => "kind" in file)
    ? filesFromHandles(files)
    : filesFromBlobs("the picked files", files as File[]);
}
