import { loadPart } from "../load-part.ts";
import type { ModelFiles } from "./byte-source.ts";
import { entriesOf } from "./entries-of.ts";
import type { FileHandle } from "./handle-source.ts";
import { lateFiles } from "./late-files.ts";
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

/** The model folder of a source. What reads files that a person gave is loaded when there are some. */
export function openModelSource(source: ModelSource): ModelFiles {
  if (typeof source === "string" || source instanceof URL) return filesFromUrl(source);
  // What the event of a drop knows is gone after it.
  if ("dropEffect" in source) {
    const entries = entriesOf(source);
    return late("the dropped files", (given) => given.filesFromEntries(entries));
  }
  if ("kind" in source) {
    const name = source.kind === "file" ? PICKED : source.name || "the page's own folder";
    return late(name, (given) => given.filesFromHandles(source.kind === "file" ? [source] : source));
  }
  if (!(Symbol.iterator in source)) return source;
  const files = [...source];
  return late(PICKED, (given) =>
    files.every((file) => "kind" in file)
      ? given.filesFromHandles(files)
      : given.filesFromBlobs(PICKED, files as File[]),
  );
}

const PICKED = "the picked files";

function late(name: string, open: (given: typeof import("./given-files.ts")) => ModelFiles | Promise<ModelFiles>) {
  return lateFiles(name, loadPart(import("./given-files.ts")).then(open));
}
