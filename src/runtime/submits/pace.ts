import { isSoftware } from "../device/device.ts";

/** What a slow adapter of each kind does in a second: the first submit on a device must not be too long. */
const SLOW = {
  software: { flops: 1e9, bytes: 0.5e9 },
  hardware: { flops: 5e10, bytes: 5e9 },
};

/** Milliseconds of a submit, if it is not said. */
const BUDGET = { software: 1000, hardware: 100 };

/** Seconds by which the latency of submits may vary. */
const JITTER = 0.005;

/** Submits without work whose latency is measured. */
const TRIALS = 3;

const ofDevice = new WeakMap<GPUDevice, Pace>();

/** How long work takes on a device, guessed from what it does and from what submits took before. */
export class Pace {
  readonly #slow: { readonly flops: number; readonly bytes: number };
  /** Milliseconds that a submit may take, unless it is said. */
  readonly budget: number;
  /** Seconds measured for each second that a slow adapter of this kind would take. */
  #measured = 1;
  /** Seconds that a submit takes by itself, until the CPU hears of its end. */
  #latency: number | undefined;
  #trials: Promise<void> | undefined;

  constructor(software: boolean) {
    const kind = software ? "software" : "hardware";
    this.#slow = SLOW[kind];
    this.budget = BUDGET[kind];
  }

  /** Of a device, shared by all sessions on it. */
  static of(device: GPUDevice): Pace {
    const pace = ofDevice.get(device) ?? new Pace(isSoftware(device.adapterInfo));
    ofDevice.set(device, pace);
    return pace;
  }

  /** Seconds that a slow adapter of this kind takes. */
  slowSeconds({ flops, bytes }: { readonly flops: number; readonly bytes: number }): number {
    return flops / this.#slow.flops + bytes / this.#slow.bytes;
  }

  /** Seconds that this device takes, given those of a slow one. */
  guess(slowSeconds: number): number {
    return slowSeconds * this.#measured;
  }

  /** Takes note of what a submit took. */
  learn(slowSeconds: number, seconds: number): void {
    if (slowSeconds === 0) return;
    const measured = seconds / slowSeconds;
    // What takes next to nothing tells by how much latency varies: of the work, an upper bound.
    if (seconds < JITTER && measured > this.#measured) return;
    this.#measured = measured;
  }

  /** Seconds that a submit takes by itself; 0 as long as nobody knows. */
  get latency(): number {
    return this.#latency ?? 0;
  }

  /** Takes note of what a submit took from when it was sent: its latency is no more than that. */
  heard(seconds: number): void {
    this.#latency = Math.min(this.#latency ?? seconds, seconds);
  }

  /**
   * Measures the latency, once for all who ask.
   * @param empty makes a submit without work, and waits for its end
   * @throws what that throws; the next who asks tries again
   */
  measureLatency(empty: () => Promise<unknown>): Promise<void> {
    this.#trials ??= this.#measure(empty).catch((error: unknown) => {
      this.#trials = undefined;
      throw error;
    });
    return this.#trials;
  }

  async #measure(empty: () => Promise<unknown>): Promise<void> {
    for (let i = 0; i < TRIALS; i++) {
      const began = performance.now();
      await empty();
      this.heard((performance.now() - began) / 1000);
    }
  }
}
