import { BLOCK_BYTES, type Block, blocksOf } from "../sources/blocks.ts";
import type { ByteSource } from "../sources/byte-source.ts";
import { checkRange } from "../sources/check-range.ts";
import type { CacheStore, StorePath } from "./cache-store.ts";

export interface CachedFileOptions {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly version: string;
  readonly store: CacheStore;
  /** The folder of its blocks, each a file by its number. */
  readonly folder: StorePath;
  /** Opened when something is missing. */
  readonly remote: (signal?: AbortSignal) => Promise<ByteSource>;
  /** Told once, if blocks cannot be written. */
  readonly onFull: (cause: unknown) => void;
}

/** A file whose blocks are kept when they come, and come from the store the next time. */
export class CachedFile implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly version: string;
  readonly #options: CachedFileOptions;
  readonly #kept: Set<number>;
  readonly #coming = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  #keeps = true;

  private constructor(options: CachedFileOptions, kept: Set<number>) {
    this.name = options.name;
    this.size = options.size;
    this.version = options.version;
    this.#options = options;
    this.#kept = kept;
  }

  static async open(options: CachedFileOptions): Promise<CachedFile> {
    return new CachedFile(options, new Set(await keptBlocks(options.store, options.folder)));
  }

  async read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    checkRange(this, begin, end);
    const blocks = blocksOf(begin, end, this.size);
    const [only] = blocks;
    // Whole blocks are what is read most: they are not copied once more.
    if (only && blocks.length === 1) return this.#part(only, begin, end, signal);
    const bytes = new Uint8Array(end - begin);
    for (const block of blocks) {
      const [from, until] = [Math.max(begin, block.begin), Math.min(end, block.end)];
      bytes.set(await this.#part(block, from, until, signal), from - begin);
    }
    return bytes;
  }

  async #part(block: Block, from: number, until: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const stored = await this.#stored(block, from, until);
    if (stored) return stored;
    const whole = await this.#fetched(block, signal);
    return until - from === whole.length ? whole : whole.slice(from - block.begin, until - block.begin);
  }

  /** A part of a block that is kept; `undefined` if it is not, or was cut by a crash or taken away since. */
  async #stored(block: Block, from: number, until: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!this.#kept.has(block.index)) return undefined;
    const blob = await this.#options.store.read([...this.#options.folder, String(block.index)]);
    if (blob?.size === block.end - block.begin) {
      const slice = blob.slice(from - block.begin, until - block.begin);
      const buffer = await slice.arrayBuffer().catch(() => undefined);
      if (buffer) return new Uint8Array(buffer);
    }
    this.#kept.delete(block.index);
    return undefined;
  }

  /** A whole block, from the server. */
  async #fetched(block: Block, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const { index } = block;
    const known = this.#coming.get(index);
    // Memory of its own for whoever asks.
    if (known) return (await known).slice();
    const coming = this.#fetchAndKeep(block, signal);
    this.#coming.set(index, coming);
    try {
      return await coming;
    } finally {
      this.#coming.delete(index);
    }
  }

  async #fetchAndKeep({ index, begin, end }: Block, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const { remote, store, folder, onFull } = this.#options;
    const bytes = await (await remote(signal)).read(begin, end, signal);
    if (!this.#keeps) return bytes;
    try {
      await store.write([...folder, String(index)], bytes);
      this.#kept.add(index);
    } catch (cause) {
      if (this.#keeps) onFull(cause);
      this.#keeps = false;
    }
    return bytes;
  }
}

/** Numbers of the blocks in a folder. */
export async function keptBlocks(store: CacheStore, folder: StorePath): Promise<number[]> {
  return (await store.list(folder)).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Bytes of a file's blocks, of those with these numbers. */
export function bytesOfBlocks(indexes: readonly number[], size: number): number {
  return indexes.reduce((sum, index) => sum + Math.min(BLOCK_BYTES, size - index * BLOCK_BYTES), 0);
}
