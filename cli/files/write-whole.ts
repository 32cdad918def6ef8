import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DptError, FileError } from "../../src/runtime/errors.ts";

/** Names of files that have no other name yet; removed if the process exits meanwhile. */
const unfinished = new Set<string>();
process.once("exit", () => {
  for (const path of unfinished) rmSync(path, { force: true });
});

/** A name beside `path` that nothing else has. */
export function temporaryName(folder: string): string {
  return join(folder, `.dpt-webgpu-${randomUUID()}.part`);
}

/**
 * Writes a file that appears whole or not at all: under another name in the same folder, then renamed.
 * @param check is given the finished file under its temporary name; if it throws, nothing appears
 * @throws FileError if it cannot be written; what `content` or `check` throw of their own passes through
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  check?: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(dirname(path));
  unfinished.add(temporary);
  try {
    await writeFile(temporary, content, { flag: "wx" });
    await check?.(temporary);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    if (cause instanceof DptError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(`${path}: want a file that can be written, got "${message}". Make room or choose another.`, {
      cause,
    });
  } finally {
    unfinished.delete(temporary);
  }
}
