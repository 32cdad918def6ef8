import { stat } from "node:fs/promises";
import type { ModelFiles } from "../src/index.ts";
import { FileError, UsageError } from "../src/runtime/errors.ts";
import { isHubId } from "../src/runtime/hub/hub-model.ts";
import { isSingleFile } from "../src/runtime/sources/single-file.ts";
import type { HubCommandOptions } from "./commands/hub-options.ts";
import { filesFromFolder } from "./node-files.ts";
import { progressDisplay } from "./progress.ts";

type ModelFilesOptions = HubCommandOptions & { readonly json?: boolean | undefined };

/**
 * The files of a model by what the command line calls it: a folder, a `.pt`, or else a model of the hub as `organisation/name` or
 * `organisation/name@revision`, through the cache.
 * @throws FileError if it is neither, UsageError for options that cannot be right
 */
export async function openModelFiles(model: string, options: ModelFilesOptions): Promise<ModelFiles> {
  const isFolder = (await stat(model).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder || isSingleFile(model)) return filesFromFolder(model);
  const files = await openHubModel(model, options);
  return {
    name: files.name,
    open: (file, signal) =>
      files.open(file, signal).catch((error: unknown) => {
        if (!(error instanceof FileError) || file !== "config.json") throw error;
        throw new FileError(`${error.message} (There is no folder "${model}" here either.)`, { cause: error });
      }),
  };
}

/** As {@link openModelFiles}, whatever folders there are. */
export async function openHubModel(model: string, options: ModelFilesOptions): Promise<ModelFiles> {
  const { id, revision } = parseId(model, options.revision);
  if (!isHubId(id)) {
    throw new FileError(
      `${model}: want a model folder or a model of the hub, got neither. Check the path, or write organisation/name.`,
    );
  }
  const { hubCache } = await import("./hub/hub-cache.ts");
  const { onProgress, onNotice } = await progressDisplay(options);
  const { token, endpoint, offline, cacheDir } = options;
  return hubCache(cacheDir).files(
    id,
    { revision, token, endpoint, offline },
    { onDownload: (done, total) => onProgress({ phase: "download", done, total }), onNotice },
  );
}

/** `organisation/name@revision`, taken apart; `option` is the revision given otherwise. */
export function parseId(model: string, option?: string) {
  const at = model.indexOf("@");
  if (at === -1) return { id: model, revision: option };
  const revision = model.slice(at + 1);
  if (option !== undefined && option !== revision) {
    throw new UsageError(`--revision: want one revision, got ${revision} and ${option}. Leave one out.`);
  }
  return { id: model.slice(0, at), revision };
}
