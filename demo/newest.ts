/** Runs one task at a time: of those that come meanwhile only the newest, when the one before has ended. */
export class Newest {
  #waiting: (() => Promise<void>) | undefined;
  #isRunning = false;

  /** @param task whose errors are its own */
  run(task: () => Promise<void>): void {
    this.#waiting = task;
    if (!this.#isRunning) void this.#go();
  }

  /** What waits is not run any more. */
  stop(): void {
    this.#waiting = undefined;
  }

  async #go(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#waiting) {
        const task = this.#waiting;
        this.#waiting = undefined;
        await task();
      }
    } finally {
      this.#isRunning = false;
    }
  }
}
