import { FileError } from "../errors.ts";
import { filesFromBlobs } from "./blob-source.ts";
import type { ModelFiles } from "./byte-source.ts";
import { entriesOf } from "./entries-of.ts";
import { lateFiles } from "./late-files.ts";

/**
 * A model folder, or its files, that a person dropped on the page. Call it in the `drop` event: afterwards the browser
 * empties the list.
 * @throws FileError, on opening a file, if nothing, or a folder beside other things, was dropped
 */
export function filesFromDrop(data: DataTransfer): ModelFiles {
  return lateFiles(DROPPED, filesFromEntries(entriesOf(data)));
}

const DROPPED = "the dropped files";

/** A model folder of what was dropped. @throws as {@link filesOfEntries} */
export async function filesFromEntries(entries: readonly FileSystemEntry[]): Promise<ModelFiles> {
  return filesFromBlobs(DROPPED, await filesOfEntries(entries));
}

/**
 * The files of a drop, or of the one folder that was dropped, without what lies deeper in it.
 * @throws FileError if nothing, or a folder beside other things, was dropped
 */
export async function filesOfEntries(entries: readonly FileSystemEntry[]): Promise<File[]> {
  const [first] = entries;
  const folders = entries.filter(({ isDirectory }) => isDirectory).length;
  if (!first || folders > 1 || (folders === 1 && entries.length > 1)) {
    const got = first ? `${folders} folders and ${entries.length - folders} files` : "none";
    throw new FileError(`drop: want the files of a model or its folder, got ${got}. Drop one model.`);
  }
  const inside = first.isDirectory ? await childrenOf(first as FileSystemDirectoryEntry) : entries;
  const files = inside.filter((entry): entry is FileSystemFileEntry => entry.isFile);
  return Promise.all(files.map((entry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject)))).catch(
    (cause: unknown) => {
      throw new FileError(`drop: want files that the page may read, got "${cause}". Drop them again.`, { cause });
    },
  );
}

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  // A part at a time, until there is no more.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return children;
    children.push(...part);
  }
}
