import type { ModelFiles } from "../src/index.ts";

/** A model folder with one of its files taken from another folder. */
export function overlayFiles(model: ModelFiles, file: string, other: ModelFiles): ModelFiles {
  return { name: model.name, open: (name, signal) => (name === file ? other : model).open(name, signal) };
}
