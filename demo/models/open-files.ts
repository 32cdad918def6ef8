import { FileError, filesFromBlobs, type ModelFiles, type Patience } from "../../src/index.ts";
import { isHubId } from "../../src/runtime/hub/hub-model.ts";
import { openPretrained } from "../../src/runtime/pretrained-source.ts";
import { PATIENCE } from "../../src/runtime/sources/patience.ts";
import type { ModelRequest, OpenOptions } from "../engine.ts";
import { embeddedModel } from "./embedded.ts";
import { fetchOrSayWhy } from "./fetch-or-say-why.ts";
import { keptFile } from "./kept-file.ts";

/** Somebody looks at the page: what stalls is told sooner than by the library's own patience. */
const PAGE_PATIENCE: Patience = { ...PATIENCE, retries: 1, stall: 10_000 };

/**
 * The folder of what a person chose.
 * @throws FileError for what is no address and no id, or an embedded model that cannot be fetched
 */
export async function openFiles({ name, files }: ModelRequest, options: OpenOptions): Promise<ModelFiles> {
  const embedded = embeddedModel(name);
  if (embedded) {
    const entries = Object.entries(embedded.urls).map(async ([file, url]) => [file, await keptFile(url, options)]);
    return filesFromBlobs(name, Object.fromEntries(await Promise.all(entries)) as Record<string, Blob>);
  }
  if (files) return filesFromBlobs(name.replace(/^file:/, ""), files);
  if ((isHubId(name) && name.includes("/")) || (URL.canParse(name) && /^https?:/.test(name))) {
    const { onProgress, onNotice } = options;
    const onDownload = (done: number, total: number) => onProgress({ phase: "download", done, total });
    return openPretrained(name, { fetch: fetchOrSayWhy, patience: PAGE_PATIENCE }, { onDownload, onNotice });
  }
  throw new FileError(
    `model: want an id of the hub (organisation/name) or an address (https://…), got "${name}". ` +
      "Write one, or pick a folder of your own.",
  );
}
