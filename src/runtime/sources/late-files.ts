import type { ModelFiles } from "./byte-source.ts";

/** A model folder that is still to come. What goes wrong with that is told to whoever opens a file. */
export function lateFiles(name: string, coming: Promise<ModelFiles>): ModelFiles {
  coming.catch(() => {});
  return {
    name,
    open: async (file, signal) => (await coming).open(file, signal),
    list: async (signal) => (await (await coming).list?.(signal)) ?? [],
  };
}
