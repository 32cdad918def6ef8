import type { FetchAhead } from "./fetch-ahead.ts";

/** A file of known size of which any range can be read; the file itself is never in memory as a whole. */
export interface ByteSource {
  /** What errors call it: a path, a URL or a file name. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Another one as soon as the content is another, as an ETag is; left out where the place tells nothing of the kind. */
  readonly version?: string | undefined;
  /** The file that this one is a part of, stored as it is, and about where. */
  readonly within?: { readonly file: ByteSource; readonly begin: number; readonly end: number } | undefined;
  /** Announces a read of `[begin, end)`, so that a distant file can fetch it ahead, together with its neighbours. */
  expect?(begin: number, end: number, ahead: FetchAhead): void;
  /**
   * The bytes `[begin, end)`; exactly `end - begin` of them.
   * @throws FileError if the range is not inside the file or the file has fewer bytes than it said.
   */
  read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** A model folder: `config.json` and what lies beside it, wherever that is. */
export interface ModelFiles {
  /** What errors call the folder. */
  readonly name: string;
  /** Opens a file by its name in the folder; `undefined` if there is none. */
  open(file: string, signal?: AbortSignal): Promise<ByteSource | undefined>;
  /** Names of the files in it, where the place can tell: a disk can, a web server cannot. */
  list?(signal?: AbortSignal): Promise<readonly string[]>;
}
