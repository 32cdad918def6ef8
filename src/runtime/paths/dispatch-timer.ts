/** Seconds that a timed submit takes at least. Browsers round timestamps to 0.1 ms; a wall clock counts the submit as well. */
const LEAST = { stamped: 0.004, wall: 0.02 };
const MOST_REPEATS = 1000;
/** A clock that has counted nothing in so many seconds by the wall's stands still, or is rounded to steps that long. */
const STILL = 0.1;
const SAMPLES = 3;
/** Seconds of timed work after which one sample is as good as three. */
const ENOUGH = 0.1;
/** Slower than the best by this much in the first sample is not looked at again. */
const CLEARLY_SLOWER = 1.25;

/** What clocks count, in seconds, while so many dispatches of a path run. */
export interface Clocks {
  /** By timestamps of the device. */
  readonly stamped: (repeats: number) => Promise<number>;
  /** By the clock on the wall, the submit included. */
  readonly wall: (repeats: number) => Promise<number>;
}

/** Finds out what one dispatch takes, by the device's timestamps as long as these tell anything. */
export class DispatchTimer {
  #isStamped: boolean;

  /** @param isStamped whether the device has timestamps */
  constructor(isStamped: boolean) {
    this.#isStamped = isStamped;
  }

  /**
   * Seconds of one dispatch: the median of a few, or the first if that is clearly too slow.
   * @param best seconds of the fastest that is known
   */
  async time(clocks: Clocks, best?: number | undefined): Promise<number> {
    const least = this.#isStamped ? LEAST.stamped : LEAST.wall;
    // Begins with one dispatch, since a path may be a thousand times slower than the best.
    let repeats = 1;
    const began = performance.now();
    const isStill = () => sample.spent === 0 && performance.now() - began > 1000 * STILL;
    let sample = await this.#sample(clocks, repeats);
    while (sample.spent < least && repeats < MOST_REPEATS && !isStill()) {
      const growth = Math.min(50, Math.max(2, (1.5 * least) / sample.spent));
      repeats = Math.min(MOST_REPEATS, Math.ceil(repeats * growth));
      sample = await this.#sample(clocks, repeats);
    }
    if (this.#isStamped && sample.spent === 0) {
      this.#isStamped = false;
      return this.time(clocks, best);
    }
    const samples = [sample.seconds];
    if (best && sample.seconds > CLEARLY_SLOWER * best) return sample.seconds;
    for (let { spent } = sample; samples.length < SAMPLES && spent < ENOUGH; ) {
      const next = await this.#sample(clocks, repeats);
      samples.push(next.seconds);
      spent += next.spent;
    }
    return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)]!;
  }

  /** Seconds of one dispatch, from so many, and what the clock has counted for that. */
  async #sample(
    { stamped, wall }: Clocks,
    repeats: number,
  ): Promise<{ readonly seconds: number; readonly spent: number }> {
    if (this.#isStamped) {
      const spent = await stamped(repeats);
      return { seconds: spent / repeats, spent };
    }
    // What a submit costs by itself is in both.
    const once = await wall(repeats);
    const twice = await wall(2 * repeats);
    // Where the machine had other work meanwhile the difference may be none: then all of it counts, which is too much but no wonder.
    return { seconds: twice > once ? (twice - once) / repeats : twice / (2 * repeats), spent: twice };
  }
}
