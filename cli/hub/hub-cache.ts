import { hubModel } from "../../src/runtime/hub/hub-model.ts";
import type { CachedHubOptions, CacheWatcher, ModelCache } from "../../src/runtime/pretrained-source.ts";
import type { ByteSource, ModelFiles } from "../../src/runtime/sources/byte-source.ts";
import { PATIENCE, type Patience } from "../../src/runtime/sources/patience.ts";
import { CacheLayout } from "./cache-layout.ts";
import { CachedModel } from "./cached-model.ts";
import { cacheFolder, type Environment, isOffline, stallOf, withEnvironment } from "./environment.ts";

/** What a cache follows beside its folder. */
export interface HubCacheOptions {
  /** In place of the process's: HF_HOME, HF_HUB_CACHE, XDG_CACHE_HOME, HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE, … */
  readonly env?: Environment;
  /** How long and how often to try; what is left out is as in {@link PATIENCE}. */
  readonly patience?: Partial<Patience>;
}

/**
 * Models of the Hugging Face hub on disk, in the folder and layout of Python's huggingface_hub, so that both find what the
 * other has downloaded. Endpoint and token are those of the environment where the caller gives none.
 * @param folder `$HF_HUB_CACHE`, `$HF_HOME/hub` or `~/.cache/huggingface/hub` if left out
 */
export function hubCache(folder?: string, { env = process.env, patience }: HubCacheOptions = {}): ModelCache {
  const cache = folder ?? cacheFolder(env);
  return {
    files(id: string, options: CachedHubOptions, watcher: CacheWatcher): ModelFiles {
      // What is wrong is told at once; what the environment says comes with the first file.
      hubModel(id, options);
      const open = async () => {
        const stall = stallOf(env);
        return new CachedModel(hubModel(id, await withEnvironment(options, env)), {
          layout: new CacheLayout(cache, id),
          folder: cache,
          offline: options.offline ?? isOffline(env),
          fetcher: options.fetch ?? ((url, init) => fetch(url, init)),
          patience: { ...PATIENCE, ...(stall !== undefined && { stall }), ...patience, ...options.patience },
          watcher,
        });
      };
      let model: Promise<CachedModel> | undefined;
      return {
        name: id,
        async open(file: string, signal?: AbortSignal): Promise<ByteSource | undefined> {
          model ??= open();
          return (await model).open(file, signal);
        },
      };
    },
  };
}
