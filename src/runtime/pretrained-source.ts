import { ownCache } from "./browser-cache/own-cache.ts";
import { UsageError } from "./errors.ts";
import { hubModel, isHubId } from "./hub/hub-model.ts";
import { filesFromHub, type HubSourceOptions } from "./hub/hub-source.ts";
import type { ModelFiles } from "./sources/byte-source.ts";
import { fetcherOf } from "./sources/fetcher-of.ts";
import { type ModelSource, openModelSource } from "./sources/model-source.ts";
import { PATIENCE } from "./sources/patience.ts";
import { isSingleFile } from "./sources/single-file.ts";
import { steadyFetch } from "./sources/steady-fetch.ts";
import { filesFromUrl } from "./sources/url-source.ts";

/** What a cache tells while it works. */
export interface CacheWatcher {
  /** Bytes that have come, and all that are to come of the files asked for so far. */
  readonly onDownload?: ((done: number, total: number) => void) | undefined;
  /** A sentence for people when something is otherwise than they would expect. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** Options of a model of the hub, and whether only what is cached counts. */
export interface CachedHubOptions extends HubSourceOptions {
  /** Never ask the hub: what the cache lacks is an error. */
  readonly offline?: boolean | undefined;
}

/** Keeps models from one visit to the next: in Node `hubCache()` of dpt-webgpu/node, in a browser its own. */
export interface ModelCache {
  /**
   * A model of the hub whose files are kept when they are first opened or read, and read from the cache from then on.
   * @throws UsageError for what is no id, revision or address
   */
  files(id: string, options: CachedHubOptions, watcher: CacheWatcher): ModelFiles;
  /** The same for the files of any other server; a cache without this keeps models of the hub only. */
  filesAt?(files: ModelFiles, options: CachedHubOptions, watcher: CacheWatcher): ModelFiles;
}

export interface PretrainedOptions extends CachedHubOptions {
  /**
   * Where the model is kept; nowhere if `false`: it is then read from its server each time. If left out, a browser keeps it
   * ({@link models}) and Node does not.
   */
  readonly cache?: ModelCache | false | undefined;
}

/**
 * The folder of a model of the hub by its id, or of any other source.
 * @throws UsageError for an id, revision or address that is none, and for `offline` without a cache
 */
export function openPretrained(source: ModelSource, options: PretrainedOptions, watcher: CacheWatcher): ModelFiles {
  const { cache = ownCache(), ...hub } = { ...options };
  if (cache && typeof cache.files !== "function") {
    throw new UsageError(
      `cache: want a ModelCache or false, got ${typeof cache}. In Node, hubCache(folder) makes one.`,
    );
  }
  if (typeof source === "string" && isHubId(source) && !isSingleFile(source)) {
    hubModel(source, hub);
    if (cache) return cache.files(source, hub, watcher);
    if (hub.offline) throw new UsageError("offline: want a cache to read from, got none. Give one, or go online.");
    return filesFromHub(source, hub);
  }
  if (typeof source !== "string" && !(source instanceof URL)) return openModelSource(source);
  const files = filesFromUrl(source, { fetch: steadyFetch(fetcherOf(hub.fetch), { ...PATIENCE, ...hub.patience }) });
  if (!cache) return files;
  return cache.filesAt?.(files, hub, watcher) ?? files;
}
