import type { CacheStore, StorePath } from "./cache-store.ts";

/** The Cache API as a store, for browsers whose pages cannot write to OPFS. */
export async function cacheApiStore(caches: CacheStorage, folder: string): Promise<CacheStore> {
  const cache = await caches.open(folder);
  // Names of requests that nobody makes: ".invalid" is no host.
  const urlOf = (path: StorePath) => `https://${folder}.invalid/${path.join("/")}`;
  const below = async (path: StorePath) => {
    const prefix = path.length === 0 ? urlOf(path) : `${urlOf(path)}/`;
    return (await cache.keys()).filter(({ url }) => url.startsWith(prefix)).map(({ url }) => url.slice(prefix.length));
  };
  return {
    read: async (path) => (await cache.match(urlOf(path)))?.blob(),
    write: async (path, content) => cache.put(urlOf(path), new Response(content)),
    list: async (path) => [...new Set((await below(path)).map((rest) => rest.split("/")[0]!))],
    async delete(path) {
      const inside = (await below(path)).map((rest) => urlOf([...path, rest]));
      await Promise.all([urlOf(path), ...inside].map((url) => cache.delete(url)));
    },
  };
}
