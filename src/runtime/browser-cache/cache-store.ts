/** Where a file lies in a store: names of folders, then its own, of letters, digits and dots. */
export type StorePath = readonly string[];

/** Files of the page's own that outlive it. */
export interface CacheStore {
  /** `undefined` if there is none. */
  read(path: StorePath): Promise<Blob | undefined>;
  /** Whole or not at all. @throws DOMException "QuotaExceededError" where there is no room */
  write(path: StorePath, content: Uint8Array<ArrayBuffer> | string): Promise<void>;
  /** Names of the files and folders right in a folder; none if there is no such folder. */
  list(folder: StorePath): Promise<string[]>;
  /** A file, or a folder with all that is in it. */
  delete(path: StorePath): Promise<void>;
}
