import { filesFromHub } from "../hub/hub-source.ts";
import { loadPart } from "../load-part.ts";
import type { ModelCache } from "../pretrained-source.ts";
import type { ModelFiles } from "../sources/byte-source.ts";

/** The browser's own cache, whose code is loaded when a file is first opened; `false` where there is none, as in Node. */
export function ownCache(): ModelCache | false {
  if (globalThis.isSecureContext !== true || !globalThis.navigator?.storage) return false;
  return {
    files: (id, options, watcher) =>
      kept(id, (cache) => (cache ? cache.files(id, options, watcher) : filesFromHub(id, options))),
    filesAt(files, options, watcher) {
      const { name, list } = files;
      return { ...kept(name, (cache) => cache?.filesAt?.(files, options, watcher) ?? files), ...(list && { list }) };
    },
  };
}

/** @param filesOf without a cache where the browser allows none, as in some private windows */
function kept(name: string, filesOf: (cache: ModelCache | undefined) => ModelFiles): ModelFiles {
  let files: Promise<ModelFiles> | undefined;
  const open = async () => {
    const [{ browserCache }, { ownStorage }] = await loadPart(
      Promise.all([import("./browser-cache.ts"), import("./browser-storage.ts")]),
    );
    const storage = await ownStorage();
    return filesOf(storage && browserCache(storage));
  };
  return {
    name,
    async open(file, signal) {
      files ??= open();
      return (await files).open(file, signal);
    },
  };
}
