import type { CacheStore, StorePath } from "./cache-store.ts";

/** A folder of the page's own file system (OPFS). */
export async function opfsStore(storage: StorageManager, folder: string): Promise<CacheStore> {
  const root = await (await storage.getDirectory()).getDirectoryHandle(folder, { create: true });
  const directoryOf = async (path: StorePath, create = false) => {
    let directory = root;
    for (const name of path) directory = await directory.getDirectoryHandle(name, { create });
    return directory;
  };
  return {
    async read(path) {
      return unlessMissing(async () => {
        const directory = await directoryOf(path.slice(0, -1));
        return (await directory.getFileHandle(path.at(-1)!)).getFile();
      });
    },
    async write(path, content) {
      const directory = await directoryOf(path.slice(0, -1), true);
      const name = path.at(-1)!;
      // What is written shows when it is closed; until then the file is empty.
      const writable = await (await directory.getFileHandle(name, { create: true })).createWritable();
      try {
        await writable.write(content);
        await writable.close();
      } catch (error) {
        await writable.abort().catch(() => {});
        await directory.removeEntry(name).catch(() => {});
        throw error;
      }
    },
    async list(path) {
      const names = await unlessMissing(async () => {
        const found: string[] = [];
        for await (const name of (await directoryOf(path)).keys()) found.push(name);
        return found;
      });
      return names ?? [];
    },
    async delete(path) {
      await unlessMissing(async () => {
        const directory = await directoryOf(path.slice(0, -1));
        await directory.removeEntry(path.at(-1)!, { recursive: true });
      });
    },
  };
}

async function unlessMissing<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if ((error as DOMException).name === "NotFoundError") return undefined;
    throw error;
  }
}
