import { commitOf } from "../hub/hub-commit.ts";
import { hubModel } from "../hub/hub-model.ts";
import { filesFromHub } from "../hub/hub-source.ts";
import type { CachedHubOptions, CacheWatcher, ModelCache } from "../pretrained-source.ts";
import type { ModelFiles } from "../sources/byte-source.ts";
import { PATIENCE } from "../sources/patience.ts";
import { patientFetch } from "../sources/patient-fetch.ts";
import type { BrowserStorage } from "./browser-storage.ts";
import { CachedFolder, type RemoteFolder } from "./cached-folder.ts";
import { ModelFolder } from "./model-folder.ts";

/** Models kept in the browser: of a hub, and of any other address. */
export function browserCache(storage: BrowserStorage): ModelCache {
  const keep = (
    remote: RemoteFolder,
    { offline = false }: CachedHubOptions,
    { onNotice }: CacheWatcher,
  ): ModelFiles => {
    let folder: Promise<CachedFolder> | undefined;
    const open = async () =>
      new CachedFolder(remote, storage, await ModelFolder.of(storage.store, remote.name), { offline, onNotice });
    return {
      name: remote.name,
      async open(file, signal) {
        folder ??= open();
        return (await folder).open(file, signal);
      },
      ...(remote.list && { list: remote.list }),
    };
  };
  return {
    files(id, options, watcher) {
      const model = hubModel(id, options);
      const { fetch: fetcher = fetch, patience } = options;
      const patient = patientFetch((url, init) => fetcher(url, init), { ...PATIENCE, ...patience });
      const place = model.endpoint === hubModel(id).endpoint ? "" : `${model.endpoint}/`;
      const revision = model.revision === "main" ? "" : `@${model.revision}`;
      let opened: ModelFiles | undefined;
      const remote: RemoteFolder = {
        name: `${place}${id}${revision}`,
        commit: (signal) => commitOf(model, patient, signal),
        files: (commit) => {
          opened ??= filesFromHub(id, { ...options, revision: commit });
          return opened;
        },
      };
      return keep(remote, options, watcher);
    },
    filesAt(files, options, watcher) {
      const { name, list } = files;
      return keep({ name, files: () => files, ...(list && { list }) }, options, watcher);
    },
  };
}
