import type { ModelFiles } from "./byte-source.ts";
import { UsageError } from "./errors.ts";
import { isHubId } from "./hub-model.ts";
import { filesFromHub, type HubSourceOptions } from "./hub-source.ts";
import { type ModelSource, openModelSource } from "./model-source.ts";
import { isSingleFile } from "./single-file.ts";

/** What a cache tells while it works. */
export interface CacheWatcher {
  /** Bytes that have come, and all that are to come of the files asked for so far. */
  readonly onDownload?: ((done: number, total: number) => void) | undefined;
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** Options of a model of the hub, and whether only what is cached counts. */
export interface CachedHubOptions extends HubSourceOptions {
  /** Never ask the hub: what the cache lacks is an error. */
  readonly offline?: boolean | undefined;
}

/** Keeps models of the hub from one visit to the next: in Node `hubCache()` of dpt-webgpu/node. */
export interface ModelCache {
  /**
   * A model whose files are downloaded when they are first opened, whole and checked, and read from the cache.
   * @throws UsageError for what is no id, revision or address
   */
  files(id: string, options: CachedHubOptions, watcher: CacheWatcher): ModelFiles;
}

export interface PretrainedOptions extends CachedHubOptions {
  /** Where the model is kept; nowhere if `false` or left out: it is then read from the hub each time. */
  readonly cache?: ModelCache | false | undefined;
}

/**
 * The folder of a model of the hub by its id, or of any other source.
 * @throws UsageError for an id, revision or address that is none, and for `offline` without a cache
 */
export function openPretrained(source: ModelSource, options: PretrainedOptions, watcher: CacheWatcher): ModelFiles {
  if (typeof source !== "string" || !isHubId(source) || isSingleFile(source)) return openModelSource(source);
  const { cache = false, ...hub } = options;
  if (cache && typeof cache.files !== "function") {
    throw new UsageError(
      `cache: want a ModelCache or false, got ${typeof cache}. In Node, hubCache(folder) makes one.`,
    );
  }
  if (cache) return cache.files(source, hub, watcher);
  if (hub.offline) throw new UsageError("offline: want a cache to read from, got none. Give one, or go online.");
  return filesFromHub(source, hub);
}
