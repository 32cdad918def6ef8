import { basename, extname, join, resolve } from "node:path";
import { UsageError } from "../../src/runtime/errors.ts";

/** Where a picture's results go: `path("overlay.png")` is `FOLDER/NAME.overlay.png`. */
export interface OutputName {
  readonly image: string;
  path(suffix: string): string;
}

/**
 * Names the results of each picture by the picture's own name.
 * @throws UsageError if results would overwrite each other, or a picture
 */
export function outputNames(images: readonly string[], folder: string, suffixes: readonly string[]): OutputName[] {
  const names = images.map((image): OutputName => {
    const name = basename(image, extname(image));
    return { image, path: (suffix) => join(folder, `${name}.${suffix}`) };
  });
  // Some file systems do not tell capital letters from small ones.
  const key = (path: string) => resolve(path).toLowerCase();
  const taken = new Map(images.map((image) => [key(image), image]));
  for (const { image, path } of names) {
    for (const suffix of suffixes) {
      const other = taken.get(key(path(suffix)));
      if (other !== undefined) {
        const want = "want results that overwrite nothing";
        throw new UsageError(
          `${image}: ${want}, got ${path(suffix)} for it and ${other}. Rename one, or run them into two folders.`,
        );
      }
      taken.set(key(path(suffix)), image);
    }
  }
  return names;
}
