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

/** The model folder of a source. What reads files that were given, and refuses what are none, is loaded when there are some. */
export function openModelSource(source: ModelSource): ModelFiles {
  if (typeof source === "string" || source instanceof URL) return filesFromUrl(source);
  const given: Partial<FileHandle & Iterable<File> & DataTransfer> = Object(source);
  // What the event of a drop knows is gone after it.
  if ("dropEffect" in given) {
    const entries = entriesOf(given);
    return late("the dropped files", (parts) => parts.filesFromEntries(entries));
  }
  const list = given[Symbol.iterator] ? [...(given as Iterable<File>)] : given.kind === "file" && [given];
  if (list) return late(PICKED, (parts) => parts.filesOfGiven(PICKED, list));
  const name = given.name || "the page's own folder";
  return late(name, (parts) => parts.filesOfGiven(name, source));
}

const PICKED = "the picked files";

function late(name: string, open: (parts: typeof import("./given-files.ts")) => ModelFiles | Promise<ModelFiles>) {
  return lateFiles(name, loadPart(import("./given-files.ts")).then(open));
}
