import { freeMemory } from "../free-memory.ts";

/** Pieces that are on their way or wait to be read; more only fill memory. */
const AHEAD = 4;
/** Pieces that were read in part and are to be read again: a bias beside the weight that has gone before. */
const KEPT = 6;

/** Its answer is memory of its own, which is freed after the last read. */
type FetchPiece = (signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;

/** A piece of a file that was announced; in memory from when it is fetched until it makes room. */
export class ExpectedPiece {
  readonly #ahead: FetchAhead;
  readonly #fetch: FetchPiece;
  #bytes: Promise<Uint8Array<ArrayBuffer>> | undefined;
  /** Reads to come, as announced. */
  #reads = 1;
  /** Reads that wait for its bytes. */
  #readers = 0;
  #wasStarted = false;

  constructor(ahead: FetchAhead, fetch: FetchPiece) {
    this.#ahead = ahead;
    this.#fetch = fetch;
  }

  /** Whether whoever announced it is done. */
  get isOver(): boolean {
    return this.#ahead.isOver;
  }

  /** Announces one more read. */
  expectAgain(): void {
    this.#reads++;
  }

  /** Copies what it holds, fetched if it is not in memory; after the last read that was announced it lets go of it. */
  async read(copy: (bytes: Uint8Array) => void): Promise<void> {
    const coming = this.start(this.#ahead.signal);
    this.#ahead.read(this);
    this.#reads--;
    this.#readers++;
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await coming;
      copy(bytes);
    } finally {
      this.#readers--;
    }
    // Others may wait for the same bytes: more have read than were announced.
    if (this.#reads > 0 || this.#readers > 0) return;
    this.#ahead.drop(this);
    freeMemory(bytes);
  }

  /** Whether it was fetched before its turn. */
  get wasStarted(): boolean {
    return this.#wasStarted;
  }

  start(signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    this.#wasStarted = true;
    if (!this.#bytes) {
      this.#bytes = this.#fetch(signal);
      // Whoever reads it meets its error; until then it must not count as unhandled.
      this.#bytes.catch(() => {});
    }
    return this.#bytes;
  }

  forget(): void {
    this.#bytes = undefined;
  }
}

/**
 * Fetches pieces of files before they are read: in the order in which they were announced, a few at a time, and no more
 * than a few of them in memory, of all files together. Announce all, then read.
 */
export class FetchAhead {
  readonly #stop = new AbortController();
  /** What ends it, too. */
  readonly signal: AbortSignal;
  readonly #announced: ExpectedPiece[] = [];
  #next = 0;
  readonly #unread = new Set<ExpectedPiece>();
  /** In the order of use. */
  readonly #read = new Set<ExpectedPiece>();

  constructor(signal?: AbortSignal) {
    this.signal = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
  }

  get isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  announce(fetch: FetchPiece): ExpectedPiece {
    const piece = new ExpectedPiece(this, fetch);
    this.#announced.push(piece);
    return piece;
  }

  /** A piece is being read: others make room and follow. */
  read(piece: ExpectedPiece): void {
    this.#unread.delete(piece);
    this.#read.delete(piece);
    this.#read.add(piece);
    for (const oldest of this.#read) {
      if (this.#read.size <= KEPT) break;
      oldest.forget();
      this.#read.delete(oldest);
    }
    while (this.#unread.size < AHEAD && this.#next < this.#announced.length && !this.signal.aborted) {
      const next = this.#announced[this.#next++]!;
      if (next.wasStarted) continue;
      this.#unread.add(next);
      next.start(this.signal);
    }
  }

  /** A piece is not needed any more. */
  drop(piece: ExpectedPiece): void {
    this.#read.delete(piece);
    piece.forget();
  }

  /** Lets go of all that is on its way or in memory. */
  stop(): void {
    this.#stop.abort();
    for (const piece of [...this.#unread, ...this.#read]) piece.forget();
    this.#unread.clear();
    this.#read.clear();
  }
}
