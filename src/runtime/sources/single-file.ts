import type { ByteSource, ModelFiles } from "./byte-source.ts";

/** Whether a path or a URL's path names one file that is a model of its own, instead of a model folder. */
export function isSingleFile(path: string): boolean {
  return path.endsWith(".pt");
}

/** A model folder with one file in it. What lies beside that file belongs to something else. */
export function singleFile(
  name: string,
  file: string,
  open: (signal?: AbortSignal) => Promise<ByteSource | undefined>,
): ModelFiles {
  return {
    name,
    open: async (wanted, signal) => (wanted === file ? open(signal) : undefined),
    list: async () => [file],
  };
}
