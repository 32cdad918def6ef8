/** Runs tasks one after the other, in the order they were asked for, whether those before failed or not. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();
  /** What rejects each call that has not ended. */
  readonly #open = new Set<(reason: Error) => void>();
  #running = 0;
  #reason: Error | undefined;

  /**
   * @param signal a task that waits when it is aborted is not begun; one that runs goes on, unheard
   * @returns what the task returns; rejected at once when the queue is closed or the signal is aborted
   */
  run<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const guarded = async () => {
      this.throwIfClosed();
      signal?.throwIfAborted();
      return task();
    };
    if (this.#reason) return Promise.reject(this.#reason);
    this.#running++;
    const result = this.#last.then(guarded).finally(() => this.#running--);
    this.#last = result.then(
      () => {},
      () => {},
    );
    // No race against a promise that lives as long as the queue: that would hold every answer for as long.
    const ended = new Promise<Result>((resolve, reject) => {
      this.#open.add(reject);
      result.then(resolve, reject).finally(() => this.#open.delete(reject));
    });
    return unlessAborted(ended, signal);
  }

  /** Resolves when nothing runs or waits, and whoever got the last answer has had the time to ask for the next. */
  async idle(): Promise<void> {
    do {
      await this.#last;
      await new Promise((resolve) => setTimeout(resolve));
    } while (this.#running > 0);
  }

  /** @throws the reason for which it is closed */
  throwIfClosed(): void {
    if (this.#reason) throw this.#reason;
  }

  /** Rejects every call that has not ended and every later one; `free` runs once no task does, now if none is running. */
  close(reason: Error, free: () => void): void {
    if (this.#reason) return;
    this.#reason = reason;
    for (const reject of this.#open) reject(reason);
    if (this.#running === 0) free();
    else this.#last.then(free);
  }
}

function unlessAborted<Result>(result: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return result;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    // A signal may live long and serve many calls.
    result.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
