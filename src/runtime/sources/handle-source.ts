import { checkArgument } from "../check-argument.ts";
import { FileError } from "../errors.ts";
import { blobSource } from "./blob-source.ts";
import type { ModelFiles } from "./byte-source.ts";
import { isHandle } from "./check-given.ts";

/** A folder or a file of the File System API: picked, dropped, or of the page's own (OPFS). */
export type FileHandle = FileSystemDirectoryHandle | FileSystemFileHandle;

/**
 * A model folder by its handle, from `showDirectoryPicker()` or `navigator.storage.getDirectory()`; or the files that
 * `showOpenFilePicker()` gave. Files are opened when they are needed, and read by slices.
 * @throws UsageError for what are no handles
 */
export function filesFromHandles(handles: FileSystemDirectoryHandle | Iterable<FileSystemFileHandle>): ModelFiles {
  const list = Symbol.iterator in Object(handles) ? [...(handles as Iterable<FileSystemFileHandle>)] : undefined;
  const areHandles = list ? list.every((each) => isHandle(each, "getFile")) : isHandle(handles, "getFileHandle");
  checkArgument(areHandles, "files", "a folder's handle or a list of files' handles", handles, "Pick them again.");
  const folder = list ? ofHandles(list) : inDirectory(handles as FileSystemDirectoryHandle);
  return {
    name: folder.name,
    async open(file, signal) {
      signal?.throwIfAborted();
      const where = `${folder.name}/${file}`;
      try {
        const handle = await folder.find(file);
        return handle && blobSource(where, await handle.getFile());
      } catch (cause) {
        const got = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
        const advice = "Allow the page to read it (handle.requestPermission() in a click), or pick it again.";
        throw new FileError(`${where}: want a file that the page may read, got "${got}". ${advice}`, { cause });
      }
    },
    list: folder.list,
  };
}

interface Folder {
  readonly name: string;
  find(file: string): Promise<FileSystemFileHandle | undefined>;
  list(): Promise<string[]>;
}

function inDirectory(directory: FileSystemDirectoryHandle): Folder {
  return {
    name: directory.name || "the page's own folder",
    find: (file) =>
      directory.getFileHandle(file).catch((error: unknown) => {
        const { name } = error as DOMException;
        // A folder of that name is no file either.
        if (name === "NotFoundError" || name === "TypeMismatchError") return undefined;
        throw error;
      }),
    async list() {
      const names: string[] = [];
      for await (const [name, { kind }] of directory.entries()) if (kind === "file") names.push(name);
      return names;
    },
  };
}

function ofHandles(handles: readonly FileSystemFileHandle[]): Folder {
  const byName = new Map(handles.map((handle) => [handle.name, handle]));
  return {
    name: "the picked files",
    find: async (file) => byName.get(file),
    list: async () => [...byName.keys()],
  };
}
