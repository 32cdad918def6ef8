import type { CacheStore, StorePath } from "./cache-store.ts";
import { bytesOfBlocks, keptBlocks } from "./cached-file.ts";

/** What is known of a file: that there is none, or its size and version. */
export type FileNote =
  | { readonly file: string; readonly commit?: string | undefined; readonly isAbsent: true }
  | {
      readonly file: string;
      readonly commit?: string | undefined;
      readonly isAbsent?: undefined;
      readonly size: number;
      readonly version: string;
    };

/** What is known of a model. */
export interface ModelNote {
  readonly name: string;
  /** When it was last opened, in ISO 8601. */
  readonly used: string;
  /** Of a model of a hub. */
  readonly commit?: string | undefined;
}

const NOTE = "about.json";

/** One model's folder in a store, and in it one for each file: a note beside what it is about. */
export class ModelFolder {
  readonly #store: CacheStore;
  readonly #path: StorePath;

  constructor(store: CacheStore, key: string) {
    this.#store = store;
    this.#path = [key];
  }

  static async of(store: CacheStore, name: string): Promise<ModelFolder> {
    return new ModelFolder(store, await keyOf(name));
  }

  note(): Promise<ModelNote | undefined> {
    return this.#readNote<ModelNote>(this.#path);
  }

  async write(note: ModelNote): Promise<void> {
    await this.#store.write([...this.#path, NOTE], JSON.stringify(note));
  }

  async fileFolder(file: string): Promise<StorePath> {
    return [...this.#path, await keyOf(file)];
  }

  async fileNote(file: string): Promise<FileNote | undefined> {
    return this.#readNote<FileNote>(await this.fileFolder(file));
  }

  async writeFileNote(note: FileNote): Promise<void> {
    await this.#store.write([...(await this.fileFolder(note.file)), NOTE], JSON.stringify(note));
  }

  /** Forgets what is kept of a file. */
  async deleteFile(file: string): Promise<void> {
    await this.#store.delete(await this.fileFolder(file));
  }

  /** Bytes that are kept of a file. */
  async bytesOf({ file, size }: { readonly file: string; readonly size: number }): Promise<number> {
    return bytesOfBlocks(await keptBlocks(this.#store, await this.fileFolder(file)), size);
  }

  /** Of all files that are known. */
  async fileNotes(): Promise<FileNote[]> {
    const keys = (await this.#store.list(this.#path)).filter((name) => name !== NOTE);
    const notes = await Promise.all(keys.map((key) => this.#readNote<FileNote>([...this.#path, key])));
    return notes.filter((note) => note !== undefined);
  }

  async delete(): Promise<void> {
    await this.#store.delete(this.#path);
  }

  /** `undefined` too for a note that was cut while it was written. */
  async #readNote<Note>(folder: StorePath): Promise<Note | undefined> {
    const text = await (await this.#store.read([...folder, NOTE]))?.text();
    try {
      return text ? JSON.parse(text) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Names may be addresses, longer than a file's name can be. */
async function keyOf(name: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name)));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
