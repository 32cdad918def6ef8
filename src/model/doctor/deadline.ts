/** A time from now on, after which nothing is waited for. */
export class Deadline {
  readonly #began = performance.now();
  readonly #milliseconds: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #over: Promise<void>;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    let over = () => {};
    this.#over = new Promise((resolve) => {
      over = resolve;
    });
    this.#timer = setTimeout(over, milliseconds);
  }

  /** Seconds since it began. */
  get spent(): number {
    return (performance.now() - this.#began) / 1000;
  }

  get isOver(): boolean {
    return 1000 * this.spent >= this.#milliseconds;
  }

  /** What a task gives, or something else if that takes too long; the task itself goes on. */
  race<Result>(task: Promise<Result>, otherwise: Result): Promise<Result> {
    return Promise.race([task, this.#over.then(() => otherwise)]);
  }

  /** Lets go of its timer. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
