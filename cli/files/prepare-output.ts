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
 * @throws FileError if not, or if a folder lies in the file's place
 */
export async function prepareFile(path: string): Promise<void> {
  await prepareFolder(dirname(path));
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) throw new FileError(`${path}: want a file to write, got a folder. Add a file name.`);
}
