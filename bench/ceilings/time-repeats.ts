/** Some work on the device, ready to run. */
export interface Runnable {
  /** One submit; the bytes that it leaves. */
  run(): Promise<ArrayBuffer>;
  dispose(): void;
}

export interface Timing {
  /** Seconds of doing the work once: the median of `samples`. */
  readonly seconds: number;
  readonly samples: readonly number[];
}

const SAMPLES = 5;
/** A run takes at least about this long, so that what a submit costs by itself does not show. */
const LEAST_SECONDS = 0.1;
const MOST_REPEATS = 1000;

/**
 * Times work by the difference of two runs, one that does it twice as often: what is left is the work alone, without
 * upload, submit and read back.
 * @param open the work, so many times in one submit
 * @param check throws if the bytes are wrong: what is wrong has no speed
 */
export async function timeRepeats(
  open: (times: number) => Promise<Runnable>,
  check: (bytes: ArrayBuffer) => void,
): Promise<Timing> {
  const once = await open(1);
  check(await once.run());
  const single = await secondsOf(once);
  once.dispose();
  // One and two where once takes long: a driver may stop a submit after a few seconds.
  const repeats = Math.min(MOST_REPEATS, Math.ceil(LEAST_SECONDS / single));
  const [few, many] = [await open(repeats), await open(2 * repeats)];
  try {
    await few.run();
    check(await many.run());
    const samples: number[] = [];
    for (let i = 0; i < SAMPLES; i++) {
      const short = await secondsOf(few);
      samples.push(Math.max(0, (await secondsOf(many)) - short) / repeats);
    }
    return { seconds: samples.toSorted((a, b) => a - b)[Math.floor(SAMPLES / 2)]!, samples };
  } finally {
    few.dispose();
    many.dispose();
  }
}

/** Seconds of one run. */
export async function secondsOf({ run }: Runnable): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}
