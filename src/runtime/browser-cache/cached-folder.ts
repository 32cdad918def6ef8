import { isPlainName } from "../checkpoints/plain-name.ts";
import { DptError, FileError } from "../errors.ts";
import { quote } from "../quote.ts";
import type { ByteSource, ModelFiles } from "../sources/byte-source.ts";
import { readingAhead } from "../sources/reading-ahead.ts";
import type { BrowserStorage } from "./browser-storage.ts";
import { CachedFile } from "./cached-file.ts";
import type { FileNote, ModelFolder } from "./model-folder.ts";

/** A model folder of a server, as the cache needs it. */
export interface RemoteFolder {
  /** What the model is called in the list of those kept. */
  readonly name: string;
  /** The files now; of a hub those of one commit. */
  files(commit: string | undefined): ModelFiles;
  /** Of a model of a hub: the commit that its revision is at. */
  commit?(signal?: AbortSignal): Promise<string>;
  list?: ModelFiles["list"];
}

export interface CachedFolderOptions {
  readonly offline: boolean;
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** A model folder that is kept as it is read. What is known by its version is asked for no more. */
export class CachedFolder {
  readonly name: string;
  readonly #remote: RemoteFolder;
  readonly #storage: BrowserStorage;
  readonly #folder: ModelFolder;
  readonly #options: CachedFolderOptions;
  #opened: Promise<string | undefined> | undefined;

  constructor(remote: RemoteFolder, storage: BrowserStorage, folder: ModelFolder, options: CachedFolderOptions) {
    this.name = remote.name;
    this.#remote = remote;
    this.#storage = storage;
    this.#folder = folder;
    this.#options = options;
  }

  /**
   * @throws FileError if the server refuses, cannot be reached and nothing is kept, or nothing is kept and it is offline
   */
  async open(file: string, signal?: AbortSignal): Promise<ByteSource | undefined> {
    if (!isPlainName(file)) {
      throw new FileError(`${this.name}: want plain file names, got ${quote(file)}. Do not use this model.`);
    }
    const commit = await this.#openOnce(signal);
    const known = await this.#folder.fileNote(file);
    const { offline } = this.#options;
    if (known && (offline || (commit !== undefined && known.commit === commit))) return this.#kept(known);
    if (offline) throw this.#missing(file);
    try {
      const remote = await this.#remote.files(commit).open(file, signal);
      return await this.#keep(file, commit, known, remote);
    } catch (error) {
      if (!known || !isUnreachable(error)) throw error;
      this.#options.onNotice?.(`${(error as Error).message} What this browser has kept of ${file} is taken.`);
      return this.#kept(known);
    }
  }

  /** Finds the commit, and notes that the model is in use; once, and again after an error. */
  #openOnce(signal?: AbortSignal): Promise<string | undefined> {
    this.#opened ??= this.#findCommit(signal).catch((error) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #findCommit(signal?: AbortSignal): Promise<string | undefined> {
    const { offline, onNotice } = this.#options;
    const known = await this.#folder.note();
    let commit = known?.commit;
    if (!offline && this.#remote.commit) {
      try {
        commit = await this.#remote.commit(signal);
      } catch (error) {
        if (commit === undefined || !isUnreachable(error)) throw error;
        onNotice?.(`${(error as Error).message} The commit that this browser has kept is taken, ${commit}.`);
      }
    }
    if (known || !offline) {
      const note = { name: this.name, used: new Date().toISOString(), commit };
      await this.#folder.write(note).catch(() => {});
    }
    return commit;
  }

  /** A file that the server has now, or has not. */
  async #keep(
    file: string,
    commit: string | undefined,
    known: FileNote | undefined,
    remote: ByteSource | undefined,
  ): Promise<ByteSource | undefined> {
    if (!remote) {
      await this.#folder.deleteFile(file);
      await this.#folder.writeFileNote({ file, commit, isAbsent: true }).catch(() => {});
      return undefined;
    }
    const { size, version = commit } = remote;
    const unkept = (why: string) => {
      this.#options.onNotice?.(`${remote.name} is read without being kept: ${why}`);
      return remote;
    };
    if (version === undefined) return unkept("its server tells neither ETag nor Last-Modified.");
    const isSame = known && !known.isAbsent && known.size === size && known.version === version;
    if (!isSame) await this.#folder.deleteFile(file);
    const note = { file, commit, size, version };
    const need = size - (await this.#folder.bytesOf(note));
    const room = await this.#storage.room();
    if (need > room) return unkept(noRoom(need, room));
    try {
      await this.#folder.writeFileNote(note);
    } catch (cause) {
      return unkept(`${cause}.`);
    }
    return this.#cached(note, async () => remote);
  }

  /** A file as it is known; the server is asked when something is missing. */
  async #kept(note: FileNote): Promise<ByteSource | undefined> {
    if (note.isAbsent) return undefined;
    const { file, commit, size, version } = note;
    const remote = async (signal?: AbortSignal) => {
      if (this.#options.offline) throw this.#missing(file);
      const now = await this.#remote.files(commit).open(file, signal);
      // A commit never changes, whatever its server calls the versions of its files today.
      if (now?.size === size && (commit !== undefined || now.version === version)) return now;
      throw new FileError(`${this.name}/${file}: want the file that was kept in part, got another. Load it again.`);
    };
    return this.#cached(note, remote);
  }

  async #cached(
    { file, size, version }: Exclude<FileNote, { isAbsent: true }>,
    open: (signal?: AbortSignal) => Promise<ByteSource>,
  ): Promise<ByteSource> {
    const name = `${this.name}/${file}`;
    let opened: Promise<ByteSource> | undefined;
    const remote = (signal?: AbortSignal) => {
      opened ??= open(signal).catch((error) => {
        opened = undefined;
        throw error;
      });
      return opened;
    };
    const onFull = (cause: unknown) =>
      this.#options.onNotice?.(`${name} is kept in part only: ${cause}. Delete models with models.delete().`);
    const folder = await this.#folder.fileFolder(file);
    return readingAhead(
      await CachedFile.open({ name, size, version, store: this.#storage.store, folder, remote, onFull }),
    );
  }

  #missing(file: string): FileError {
    return new FileError(
      `${this.name}/${file}: want it kept in this browser, since offline, got none or a part. Go online once to load it.`,
    );
  }
}

/** Whether nobody answered, as opposed to an answer that says no. */
function isUnreachable(error: unknown): boolean {
  return error instanceof DptError && error.cause !== undefined;
}

function noRoom(need: number, room: number): string {
  const [want, got] = [need, room].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
  return `it wants ${want}, and the browser has room for ${got}. Delete models with models.delete().`;
}
