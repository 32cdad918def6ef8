import { filesFromBlobs } from "./blob-source.ts";
import type { ModelFiles } from "./byte-source.ts";
import { checkGiven, isHandle } from "./check-given.ts";
import { checkedFiles } from "./checked-files.ts";
import { filesFromHandles } from "./handle-source.ts";

/** What reads the files of a model that a person picked or dropped, or an app opens; {@link openModelSource} is the door to it. */
export { checkGiven } from "./check-given.ts";
export { checkedFiles } from "./checked-files.ts";
export { filesFromEntries, filesOfEntries } from "./drop-source.ts";

/**
 * A model folder of a list of files or handles, a folder's handle, or what opens files by name.
 * @param name what errors call a list
 * @throws UsageError for anything else
 */
export function filesOfGiven(name: string, given: unknown): ModelFiles {
  checkGiven(given);
  if (isHandle(given, "getFileHandle")) return filesFromHandles(given as FileSystemDirectoryHandle);
  if (!Array.isArray(given)) return checkedFiles(given as ModelFiles);
  return given.every((each) => isHandle(each, "getFile")) ? filesFromHandles(given) : filesFromBlobs(name, given);
}
