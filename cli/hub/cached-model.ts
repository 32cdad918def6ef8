import { stat } from "node:fs/promises";
import { CallQueue } from "../../src/runtime/call-queue.ts";
import { isPlainName } from "../../src/runtime/checkpoints/plain-name.ts";
import { DptError, FileError } from "../../src/runtime/errors.ts";
import { commitOf } from "../../src/runtime/hub/hub-commit.ts";
import { type HubModel, isCommit } from "../../src/runtime/hub/hub-model.ts";
import type { CacheWatcher } from "../../src/runtime/pretrained-source.ts";
import { quote } from "../../src/runtime/quote.ts";
import type { ByteSource, ModelFiles } from "../../src/runtime/sources/byte-source.ts";
import type { Patience } from "../../src/runtime/sources/patience.ts";
import { patientFetch } from "../../src/runtime/sources/patient-fetch.ts";
import type { Fetcher } from "../../src/runtime/sources/watched-request.ts";
import { fileSource } from "../node-files.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { carefulFetch } from "./careful-fetch.ts";
import { describeFile, type FileDescription } from "./describe-file.ts";
import { downloadBlob } from "./download-blob.ts";
import { withLock } from "./with-lock.ts";

/** Of these one is enough, so that a missing one is no error while there is another. */
const WEIGHTS = [
  "model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
];

export interface CachedModelOptions {
  readonly layout: CacheLayout;
  /** What errors call the cache. */
  readonly folder: string;
  readonly offline: boolean;
  readonly fetcher: Fetcher;
  readonly patience: Patience;
  readonly watcher: CacheWatcher;
}

/** A model in the cache; what is not there yet is downloaded when it is opened, unless offline. */
export class CachedModel implements ModelFiles {
  readonly name: string;
  readonly #model: HubModel;
  readonly #options: CachedModelOptions;
  /** One file after the other: two at once would only share the line. */
  readonly #downloads = new CallQueue();
  /** Bytes of the files asked for: those that are there, and all. */
  readonly #bytes = new Map<string, { done: number; total: number }>();
  #commit: Promise<string> | undefined;

  constructor(model: HubModel, options: CachedModelOptions) {
    this.name = model.id;
    this.#model = model;
    this.#options = options;
  }

  /**
   * @throws FileError if the hub refuses, a download is wrong, or the cache lacks the file when offline; the signal's reason
   *   when aborted, what has come staying for the next time
   */
  async open(file: string, signal?: AbortSignal): Promise<ByteSource | undefined> {
    if (!isPlainName(file)) {
      throw new FileError(`${this.name}: want plain file names, got ${quote(file)}. Do not use this model.`);
    }
    signal?.throwIfAborted();
    const { layout, offline, fetcher, patience } = this.#options;
    const commit = await this.#commitOnce(signal);
    if (await layout.has(commit, file)) return fileSource(layout.snapshot(commit, file));
    if (await layout.isAbsent(commit, file)) return undefined;
    if (offline) return this.#missing(commit, file);
    const description = await describeFile(this.#model, commit, file, patientFetch(fetcher, patience), signal);
    if (!description) {
      await layout.writeAbsence(commit, file);
      return undefined;
    }
    await this.#download(description, commit, signal);
    return fileSource(layout.snapshot(commit, file));
  }

  /** Found out once; tried again after an error. */
  #commitOnce(signal?: AbortSignal): Promise<string> {
    this.#commit ??= this.#findCommit(signal).catch((error) => {
      this.#commit = undefined;
      throw error;
    });
    return this.#commit;
  }

  async #findCommit(signal?: AbortSignal): Promise<string> {
    const { layout, offline, folder, fetcher, patience, watcher } = this.#options;
    const { revision, id } = this.#model;
    if (isCommit(revision)) return revision;
    const known = await layout.readRef(revision);
    if (offline) {
      if (known !== undefined) return known;
      throw new FileError(
        `${id}: want revision "${revision}" in the cache ${folder}, since offline, got none. Go online once to download it.`,
      );
    }
    try {
      // Fewer attempts where there is another way.
      const retries = known === undefined ? patience.retries : 1;
      const commit = await commitOf(this.#model, patientFetch(carefulFetch(fetcher), { ...patience, retries }), signal);
      await layout.writeRef(revision, commit);
      return commit;
    } catch (error) {
      const unreachable = error instanceof DptError && error.cause !== undefined;
      if (known === undefined || !unreachable) throw error;
      watcher.onNotice?.(`${error.message} The cache's last known commit of "${revision}" is taken, ${known}.`);
      return known;
    }
  }

  async #download(description: FileDescription, commit: string, signal?: AbortSignal): Promise<void> {
    const { layout, fetcher, patience, watcher } = this.#options;
    const { file, etag, size } = description;
    const blob = layout.blob(etag);
    const onNotice = (notice: string) => watcher.onNotice?.(notice);
    const report = (done: number) => {
      this.#bytes.set(file, { done, total: size ?? done });
      const all = [...this.#bytes.values()];
      const sum = (key: "done" | "total") => all.reduce((bytes, part) => bytes + part[key], 0);
      watcher.onDownload?.(sum("done"), sum("total"));
    };
    report(0);
    await this.#downloads.run(async () => {
      let isNew = false;
      const isThere = async () => (await layout.has(commit, file)) || (await isWhole(blob, size));
      await withLock(layout.lock(etag), isThere, signal, async (locked) => {
        if (await isThere()) return;
        const asks = { fetcher: carefulFetch(fetcher), patience, signal: locked, onProgress: report, onNotice };
        await downloadBlob(blob, { model: this.#model, description, ...asks });
        isNew = true;
      });
      if (!(await layout.has(commit, file))) await layout.link(etag, commit, file, isNew);
    });
    report(size ?? this.#bytes.get(file)!.done);
  }

  /** What offline does with a file that the cache lacks. @throws FileError if it may exist */
  async #missing(commit: string, file: string): Promise<undefined> {
    const { layout, folder } = this.#options;
    const others = WEIGHTS.includes(file) ? WEIGHTS : [];
    for (const other of others) if (await layout.has(commit, other)) return undefined;
    throw new FileError(
      `${this.name}/${file}: want it in the cache ${folder}, since offline, got none at commit ${commit}. ` +
        "Go online once to download it.",
    );
  }
}

/** Whether a blob is there, and not cut by whoever wrote it. */
async function isWhole(blob: string, size: number | undefined): Promise<boolean> {
  const stats = await stat(blob).catch(() => undefined);
  return stats?.isFile() === true && (size === undefined || stats.size === size);
}
