import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { FileError } from "../../src/runtime/errors.ts";
import { embedded } from "../embedded.ts";

/**
 * The pictures that a command line names, and those of its list; the embedded street if it names neither.
 * @param list a text file with a path a line, or with a NUL after each as `find -print0` writes it; `-` is what comes in
 * @throws FileError if the list cannot be read or is empty
 */
export async function listedPictures(images: readonly string[], list?: string): Promise<readonly string[]> {
  if (list === undefined) return images.length > 0 ? images : [embedded("street", "a picture")];
  const reading = list === "-" ? text(process.stdin) : readFile(list, "utf8");
  const names = await reading.catch((cause: Error) => {
    throw new FileError(`--list: want a text file, got "${cause.message}". Check the path.`, { cause });
  });
  const listed = names.split(names.includes("\0") ? "\0" : /\r?\n/).filter((name) => name !== "");
  if (listed.length > 0) return [...images, ...listed];
  throw new FileError(`--list: want a picture a line in ${list}, got none. Write their paths there.`);
}
