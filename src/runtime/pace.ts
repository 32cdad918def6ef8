import { isSoftware } from "./device.ts";

/** What a slow adapter of each kind does in a second: the first submit on a device must not be too long. */
const SLOW = {
  software: { flops: 1e9, bytes: 0.5e9 },
  hardware: { flops: 5e10, bytes: 5e9 },
};

/** Milliseconds of a submit, if it is not said. */
const BUDGET = { software: 1000, hardware: 100 };

/** Seconds that a submit may take by itself, until the CPU hears of its end. */
const LATENCY = 0.005;

const ofDevice = new WeakMap<GPUDevice, Pace>();

/** How long work takes on a device, guessed from what it does and from what submits took before. */
export class Pace {
  readonly #slow: { readonly flops: number; readonly bytes: number };
  /** Milliseconds that a submit may take, unless it is said. */
  readonly budget: number;
  /** Seconds measured for each second that a slow adapter of this kind would take. */
  #measured = 1;

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
    // What takes next to nothing tells how long a submit takes by itself: of the work, an upper bound.
    if (seconds < LATENCY && measured > this.#measured) return;
    this.#measured = measured;
  }
}
