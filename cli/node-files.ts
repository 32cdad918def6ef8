import type { Stats } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { FileError } from "../src/runtime/errors.ts";
import type { ByteSource, ModelFiles } from "../src/runtime/sources/byte-source.ts";
import { checkRange } from "../src/runtime/sources/check-range.ts";
import { isSingleFile, singleFile } from "../src/runtime/sources/single-file.ts";

/** Node reads at most 2^31 - 1 bytes at once. */
const CHUNK_BYTES = 2 ** 30;

/**
 * A file on disk. It is opened anew for every read (microseconds), so that there is nothing to close.
 * @throws FileError if it is missing or no regular file.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const source = await openFile(path);
  if (!source) throw new FileError(`${path}: want a file, got none. Check the path.`);
  return source;
}

/** A model folder on disk, or a `.pt` file that is a model of its own. */
export function filesFromFolder(path: string): ModelFiles {
  if (isSingleFile(path)) return singleFile(path, basename(path), () => fileSource(path));
  return {
    name: path,
    async open(file, signal) {
      signal?.throwIfAborted();
      const source = await openFile(join(path, file));
      if (!source && !(await statOf(path))?.isDirectory()) {
        throw new FileError(`${path}: want a model folder, got none. Check the path.`);
      }
      return source;
    },
    list: async () => (await readdir(path, { withFileTypes: true })).filter((e) => e.isFile()).map(({ name }) => name),
  };
}

/** Where a file of a model folder lies; the model itself if it is a single file. */
export function pathInFolder(folder: string, file: string): string {
  return isSingleFile(folder) ? folder : join(folder, file);
}

async function openFile(path: string): Promise<ByteSource | undefined> {
  const stats = await statOf(path);
  if (!stats) return undefined;
  if (!stats.isFile()) throw new FileError(`${path}: want a file, got a folder or device. Check the path.`);
  const file = { name: path, size: stats.size };
  return {
    ...file,
    async read(begin, end, signal) {
      checkRange(file, begin, end);
      signal?.throwIfAborted();
      return readRange(path, begin, end, signal);
    },
  };
}

async function readRange(
  path: string,
  begin: number,
  end: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const bytes = new Uint8Array(end - begin);
    for (let done = 0; done < bytes.length; ) {
      signal?.throwIfAborted();
      const length = Math.min(CHUNK_BYTES, bytes.length - done);
      const { bytesRead } = await handle.read(bytes, done, length, begin + done);
      if (bytesRead === 0) {
        throw new FileError(
          `${path}: want bytes [${begin}, ${end}), got ${done} of them. The file was cut short meanwhile; load it again.`,
        );
      }
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")) {
      return undefined;
    }
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): FileError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new FileError(`${path}: want a file that can be read, got "${message}". Check its permissions.`, { cause });
}
