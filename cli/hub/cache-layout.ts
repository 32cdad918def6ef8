import { copyFile, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { getRepoFolderName } from "@huggingface/hub";
import { isCommit } from "../../src/runtime/hub/hub-model.ts";
import { makeFolder } from "../files/make-folder.ts";
import { temporaryName, writeWhole } from "../files/write-whole.ts";

/**
 * One model's part of the cache, laid out as huggingface_hub does, so that both find what the other has downloaded:
 * `blobs/ETAG` holds contents, `snapshots/COMMIT/FILE` links to them, `refs/REVISION` names a commit and an empty
 * `.no_exist/COMMIT/FILE` says that there is no such file.
 */
export class CacheLayout {
  readonly #folder: string;
  readonly #locks: string;
  readonly #link: typeof symlink;

  /** @param link makes symbolic links; throws where the system has none */
  constructor(cache: string, id: string, link: typeof symlink = symlink) {
    const name = getRepoFolderName({ type: "model", name: id });
    this.#folder = join(cache, name);
    this.#locks = join(cache, ".locks", name);
    this.#link = link;
  }

  blob(etag: string): string {
    return join(this.#folder, "blobs", etag);
  }

  /** Python locks `ETAG.lock` by ways that Node lacks, so this is another name. */
  lock(etag: string): string {
    return join(this.#locks, `${etag}.dpt-webgpu.lock`);
  }

  /** Where a commit's file is, if it is. */
  snapshot(commit: string, file: string): string {
    return join(this.#folder, "snapshots", commit, file);
  }

  /** Whether a commit's file is there whole; links into nothing do not count. */
  async has(commit: string, file: string): Promise<boolean> {
    return exists(this.snapshot(commit, file));
  }

  /** The commit that a revision was at when it was last asked for. */
  async readRef(revision: string): Promise<string | undefined> {
    const text = await readFile(this.#ref(revision), "utf8").catch(() => "");
    return isCommit(text.trim()) ? text.trim() : undefined;
  }

  async writeRef(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.readRef(revision)) === commit) return;
    await makeFolder(dirname(this.#ref(revision)));
    await writeWhole(this.#ref(revision), commit);
  }

  async isAbsent(commit: string, file: string): Promise<boolean> {
    return exists(this.#absence(commit, file));
  }

  async writeAbsence(commit: string, file: string): Promise<void> {
    await makeFolder(dirname(this.#absence(commit, file)));
    await writeFile(this.#absence(commit, file), "");
  }

  /**
   * Puts a blob to its name in a commit: by a relative link, or where there are no links by moving it if it is new and by a
   * copy if it is not, as huggingface_hub does.
   */
  async link(etag: string, commit: string, file: string, isNew: boolean): Promise<void> {
    const [blob, pointer] = [this.blob(etag), this.snapshot(commit, file)];
    await makeFolder(dirname(pointer));
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#link(relative(dirname(pointer), blob), pointer);
        return;
      } catch (cause) {
        const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
        if (code !== "EEXIST") break;
        // Another process was quicker; or it is an old link into nothing.
        if (attempt > 0 || (await exists(pointer))) return;
        await rm(pointer, { force: true });
      }
    }
    if (isNew) return rename(blob, pointer);
    const copy = temporaryName(dirname(pointer));
    await copyFile(blob, copy);
    await rename(copy, pointer);
  }

  #ref(revision: string): string {
    return join(this.#folder, "refs", ...revision.split("/"));
  }

  #absence(commit: string, file: string): string {
    return join(this.#folder, ".no_exist", commit, file);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
