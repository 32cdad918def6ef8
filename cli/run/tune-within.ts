import type { DPT, Work } from "../../src/index.ts";
import { formatDuration } from "../text/format-duration.ts";

/** What came of tuning. */
export interface Tuned {
  readonly milliseconds: number;
  /** Ways to compute that are measured, of how many. */
  readonly done: number;
  readonly total: number;
}

/** Tunes for one work after the other until the time is used up; not at all without one. */
export function tuneWithin(milliseconds = 0): (model: DPT, work: Work) => Promise<Tuned | undefined> {
  let left = milliseconds;
  return async (model, work) => {
    if (left <= 0) return undefined;
    const began = performance.now();
    const progress = await model.tune({ ...work, milliseconds: left });
    const spent = performance.now() - began;
    left -= spent;
    return { milliseconds: spent, ...progress };
  };
}

/** `tune      2.03 s, 38 of 169 ways to compute measured`. */
export function tunedLine({ milliseconds, done, total }: Tuned): string {
  return `tune      ${formatDuration(milliseconds)}, ${done} of ${total} ways to compute measured`;
}
