/** Pieces that are on their way or wait to be read; more only fill memory. */
const AHEAD = 4;
/** Pieces that were read in part and may be read again: where the next tensor begins. */
const KEPT = 4;

/** A piece of a file that was announced; in memory from when it is fetched until it makes room. */
export class ExpectedPiece {
  readonly #ahead: FetchAhead;
  readonly #fetch: (signal: AbortSignal) => Promise<Uint8Array>;
  #bytes: Promise<Uint8Array> | undefined;

  constructor(ahead: FetchAhead, fetch: (signal: AbortSignal) => Promise<Uint8Array>) {
    this.#ahead = ahead;
    this.#fetch = fetch;
  }

  /** Whether whoever announced it is done. */
  get isOver(): boolean {
    return this.#ahead.isOver;
  }

  /** Its bytes, fetched if they are not in memory. */
  bytes(): Promise<Uint8Array> {
    const bytes = this.start(this.#ahead.signal);
    this.#ahead.read(this);
    return bytes;
  }

  start(signal: AbortSignal): Promise<Uint8Array> {
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

  announce(fetch: (signal: AbortSignal) => Promise<Uint8Array>): ExpectedPiece {
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
      if (this.#read.has(next)) continue;
      this.#unread.add(next);
      next.start(this.signal);
    }
  }

  /** Lets go of all that is on its way or in memory. */
  stop(): void {
    this.#stop.abort();
    for (const piece of [...this.#unread, ...this.#read]) piece.forget();
    this.#unread.clear();
    this.#read.clear();
  }
}
