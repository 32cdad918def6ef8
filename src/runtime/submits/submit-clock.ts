/**
 * Of what a submit is seen to take, the least part that counts as its work: latency varies, and what is left when it is
 * taken away may be next to nothing.
 */
const LEAST_SHARE = 1 / 16;

/** What one submit took by the clock of the CPU. */
export interface SubmitTime {
  /** Seconds from when it was sent, or the one before it was done, until the CPU heard of its end. */
  readonly seconds: number;
  /** The same without the time that it was only on its way. */
  readonly work: number;
}

/** Tells the work of submits from their latency, where one is sent before the one before it is done. */
export class SubmitClock {
  readonly #latency: () => number;
  #doneBefore = 0;

  /** @param latency seconds that a submit without work takes until the CPU hears of its end */
  constructor(latency: () => number) {
    this.#latency = latency;
  }

  /**
   * Of the next submit in order: when it was sent, and when the CPU heard of its end, in milliseconds. The GPU began with it
   * when it had come there, or when the one before was done; so of two on their way at a time, every second would count as
   * long as the latency.
   */
  done(sent: number, heard: number): SubmitTime {
    const before = this.#doneBefore;
    this.#doneBefore = heard;
    const since = (begin: number) => (heard - Math.max(begin, before)) / 1000;
    const seconds = since(sent);
    return { seconds, work: Math.max(since(sent + 1000 * this.#latency()), LEAST_SHARE * seconds) };
  }
}
