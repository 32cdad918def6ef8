import { randomUUID } from "node:crypto";
import { constants, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { copyFile, readdir, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";

const OWN = ".dpt-webgpu-";
const END = ".incomplete";

/** Those in use; given back if the process exits meanwhile. */
const unfinished = new Set<PartialFile>();
process.once("exit", () => {
  for (const partial of unfinished) partial.giveBack();
});

/**
 * What has come of a blob so far. Python's huggingface_hub appends to `BLOB.incomplete` under a lock that Node cannot see, so
 * a download goes on in a file of its own that begins with a copy of that one; only at rest it has that name, for whoever goes
 * on next. Whoever uses this class holds the blob's lock.
 */
export class PartialFile {
  readonly path: string;
  readonly #shared: string;
  /** `BLOB.incomplete` as it was copied; another process is at work on it if it has changed since. */
  readonly #copied: string | undefined;

  private constructor(path: string, shared: string, copied: string | undefined) {
    this.path = path;
    this.#shared = shared;
    this.#copied = copied;
    unfinished.add(this);
  }

  /** Goes on with the longest of what earlier downloads have left. */
  static async take(blob: string): Promise<PartialFile> {
    const folder = dirname(blob);
    await makeFolder(folder);
    const shared = `${blob}${END}`;
    const path = `${blob}${OWN}${randomUUID()}${END}`;
    const own = (await readdir(folder))
      .filter((name) => name.startsWith(`${basename(blob)}${OWN}`) && name.endsWith(END))
      .map((name) => join(folder, name));
    const sizes = await Promise.all([shared, ...own].map(sizeOf));
    const longest = sizes.indexOf(Math.max(...sizes));
    const seen = stateOf(shared);
    if (longest > 0) await rename(own[longest - 1]!, path);
    else if (seen === undefined) await writeFile(path, "", { flag: "wx" });
    else await copyFile(shared, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    // The lock is ours, so that nobody is writing to these.
    await Promise.all(own.filter((_, i) => i !== longest - 1).map((other) => rm(other, { force: true })));
    return new PartialFile(path, shared, seen);
  }

  /** Bytes. */
  async size(): Promise<number> {
    return sizeOf(this.path);
  }

  /** Throws away what has come. */
  async clear(): Promise<void> {
    await truncate(this.path, 0);
  }

  /** It is whole and right: from now on it is the blob. */
  async finish(blob: string): Promise<void> {
    await rename(this.path, blob);
    unfinished.delete(this);
    if (this.#copied !== undefined && stateOf(this.#shared) === this.#copied) rmSync(this.#shared, { force: true });
  }

  /** Leaves what has come to whoever goes on, if nobody else is at work; at once, since a process may be exiting. */
  giveBack(): void {
    unfinished.delete(this);
    if (!existsSync(this.path) || stateOf(this.#shared) !== this.#copied) return;
    if (statSync(this.path).size > 0) renameSync(this.path, this.#shared);
    else for (const path of [this.path, this.#shared]) rmSync(path, { force: true });
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => -1,
  );
}

function stateOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
}
