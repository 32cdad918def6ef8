import { median } from "../peers/play.ts";

/** Seconds of several runs of the same. */
export interface Timings {
  readonly samples: readonly number[];
  readonly median: number;
  readonly least: number;
  /** From the least to the most, as a share of the median. */
  readonly spread: number;
}

/** @param samples at least one */
export function timingsOf(samples: readonly number[]): Timings {
  const [middle, least] = [median(samples), Math.min(...samples)];
  return { samples, median: middle, least, spread: (Math.max(...samples) - least) / middle };
}
