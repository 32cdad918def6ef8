/** What reads the files of a model that a person picked or dropped; {@link openModelSource} is the door to it. */
export { filesFromBlobs } from "./blob-source.ts";
export { filesFromEntries, filesOfEntries } from "./drop-source.ts";
export { filesFromHandles } from "./handle-source.ts";
