import { filesFromBlobs } from "./blob-source.ts";
import type { ModelFiles } from "./byte-source.ts";
import { filesFromUrl } from "./url-source.ts";

/** Where a model folder is: its URL, the files a person picked or dropped, or anything that opens files by name. */
export type ModelSource = string | URL | Iterable<File> | ModelFiles;

/** The model folder of a source. */
export function openModelSource(source: ModelSource): ModelFiles {
  if (typeof source === "string" || source instanceof URL) return filesFromUrl(source);
  return Symbol.iterator in source ? filesFromBlobs("the picked files", source) : source;
}
