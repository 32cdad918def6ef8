import { readFile } from "node:fs/promises";
import { decode } from "fast-png";
import type { RawPicture, Size } from "../../../src/index.ts";
import { FileError } from "../../../src/runtime/errors.ts";

/** As {@link readPicture}; a PNG is never turned. */
export async function inspectPicture(path: string): Promise<Size> {
  const { width, height } = await readPicture(path);
  return { width, height };
}

/**
 * Stands in the kit for `cli/pictures/read-picture.ts`, whose decoder is 17 MB of native code: PNG alone.
 * @returns 3 bytes a pixel
 * @throws FileError if it is no PNG of 8-bit RGB
 */
export async function readPicture(path: string): Promise<RawPicture> {
  const { width, height, data, depth, channels } = await decodeFile(path);
  if (depth === 8 && channels === 3) return { width, height, data: new Uint8Array(data) };
  throw new FileError(`${path}: want a PNG of 8-bit RGB, got ${channels} channels of ${depth} bits. Convert it.`);
}

async function decodeFile(path: string) {
  try {
    return decode(await readFile(path));
  } catch (cause) {
    throw new FileError(`${path}: want a PNG, got "${(cause as Error).message}". The kit reads no other kind.`, {
      cause,
    });
  }
}
