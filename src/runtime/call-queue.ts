/** Runs tasks one after the other, in the order they were asked for, whether those before failed or not. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();
  #running = 0;
  #close!: (reason: Error) => void;
  readonly #closed = new Promise<never>((_, reject) => {
    this.#close = reject;
  });
  #reason: Error | undefined;

  constructor() {
    this.#closed.catch(() => {});
  }

  /** @returns what the task returns; rejected at once when the queue is closed */
  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const guarded = async () => {
      if (this.#reason) throw this.#reason;
      return task();
    };
    this.#running++;
    const result = this.#last.then(guarded).finally(() => this.#running--);
    this.#last = result.catch(() => {});
    return Promise.race([result, this.#closed]);
  }

  /** Resolves when nothing runs or waits, and whoever got the last answer has had the time to ask for the next. */
  async idle(): Promise<void> {
    do {
      await this.#last;
      await new Promise((resolve) => setTimeout(resolve));
    } while (this.#running > 0);
  }

  /** Rejects every call that has not ended and every later one; `free` runs once no task does, now if none is running. */
  close(reason: Error, free: () => void): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#close(reason);
    if (this.#running === 0) free();
    else this.#last.then(free);
  }
}
