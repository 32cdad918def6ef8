import { rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { FileError } from "../../src/runtime/errors.ts";
import { makeFolder } from "./make-folder.ts";
import { temporaryName } from "./write-whole.ts";

/**
 * Makes a folder and proves that files can be written there, before work is spent on what goes in.
 * @throws FileError if not
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    const probe = temporaryName(folder);
    await writeFile(probe, "", { flag: "wx" });
    await rm(probe);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(`${folder}: want a folder to write to, got "${message}". Choose another with --output.`, {
      cause,
    });
  }
}

/**
 * As {@link prepareFolder} for the folder of a file that is to be written.
 * @throws FileError if not, or if the file cannot have its name
 */
export async function prepareFile(path: string): Promise<void> {
  await prepareResults(dirname(path), [path]);
}

/**
 * As {@link prepareFolder}, with names of files that are to be written there.
 * @throws FileError if a folder or a device lies in a file's place, or its name is too long
 */
export async function prepareResults(folder: string, paths: readonly string[]): Promise<void> {
  await prepareFolder(folder);
  for (const path of paths) {
    const got = await stat(path).then(
      (stats) => (stats.isFile() ? undefined : stats.isDirectory() ? "a folder" : "a device or pipe"),
      (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? undefined : `"${error.message}"`),
    );
    if (got) throw new FileError(`${path}: want a file to write, got ${got}. Choose another name or folder.`);
  }
}
