import type { Frame, Frames } from "./frame.ts";

/** A place for one frame: a newer one takes it, so that whoever is slow falls no further behind. */
export class NewestFrame implements Frames {
  #frame: Frame | undefined;
  #wake: () => void = () => {};
  #isOver = false;
  #failure: { readonly cause: unknown } | undefined;
  #dropped = 0;
  readonly #onClose: () => void;

  /** @param start begins to put frames into it; the answer ends that */
  constructor(start: (place: NewestFrame) => () => void) {
    this.#onClose = start(this);
  }

  get dropped(): number {
    return this.#dropped;
  }

  put(frame: Frame): void {
    if (this.#isOver) {
      frame.close?.();
      return;
    }
    if (this.#frame) {
      this.#frame.close?.();
      this.#dropped++;
    }
    this.#frame = frame;
    this.#wake();
  }

  /** Frames that the source itself has dropped. */
  skip(count: number): void {
    this.#dropped += count;
  }

  /** There are no more; the one that waits is still answered. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  fail(cause: unknown): void {
    this.#failure ??= { cause };
    this.end();
  }

  async next(): Promise<Frame | undefined> {
    for (;;) {
      if (this.#failure) throw this.#failure.cause;
      const frame = this.#frame;
      this.#frame = undefined;
      if (frame || this.#isOver) return frame;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#onClose();
    this.end();
    this.#frame?.close?.();
    this.#frame = undefined;
  }
}
