import { cacheApiStore } from "./cache-api-store.ts";
import type { CacheStore } from "./cache-store.ts";
import { opfsStore } from "./opfs-store.ts";

/** What a page may keep for itself. */
export interface BrowserStorage {
  readonly store: CacheStore;
  /** Bytes that the browser still allows, less some for all else that the page keeps. */
  room(): Promise<number>;
}

const FOLDER = "dpt-webgpu-models";
/** Part of the quota that is left to others. */
const LEFT = 0.05;

let opened: Promise<BrowserStorage | undefined> | undefined;

/** The page's own, opened once; `undefined` where there is none, as in Node or in a private window. */
export function ownStorage(): Promise<BrowserStorage | undefined> {
  opened ??= openStorage(globalThis.navigator?.storage, globalThis.caches);
  return opened;
}

/** OPFS, or the Cache API where a page cannot write to OPFS; `undefined` where the browser allows neither. */
async function openStorage(
  storage: StorageManager | undefined,
  caches: CacheStorage | undefined,
): Promise<BrowserStorage | undefined> {
  if (!storage) return undefined;
  const store = await opfsOrCache(storage, caches).catch(() => undefined);
  if (!store) return undefined;
  return {
    store,
    async room() {
      const { quota = 0, usage = 0 } = await storage.estimate();
      return Math.max(0, quota * (1 - LEFT) - usage);
    },
  };
}

async function opfsOrCache(storage: StorageManager, caches: CacheStorage | undefined): Promise<CacheStore | undefined> {
  // Some browsers let only workers write, by another function.
  const writes = "getDirectory" in storage && "createWritable" in (globalThis.FileSystemFileHandle?.prototype ?? {});
  if (writes) return opfsStore(storage, FOLDER);
  return caches && cacheApiStore(caches, FOLDER);
}
