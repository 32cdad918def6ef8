import type { DepthMap } from "./predictions.ts";

/** The brightest of 16 bits. */
const BRIGHTEST = 65535;

/** Depth as brightness: the nearest pixel 65535, the farthest 0, linear between in the model's own unit. */
export interface DepthLevels {
  readonly levels: Uint16Array;
  /** The model's answer at level 65535. */
  readonly nearest: number;
  /** The model's answer at level 0. */
  readonly farthest: number;
}

/** All pixels are the nearest, and brightest, where depth is the same everywhere. */
export function depthLevels({ depth, unit }: Pick<DepthMap, "depth" | "unit">): DepthLevels {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of depth) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const [nearest, farthest] = unit === "metres" ? [least, most] : [most, least];
  const span = nearest - farthest;
  const levels = Uint16Array.from(depth, (value) =>
    span === 0 ? BRIGHTEST : Math.round((BRIGHTEST * (value - farthest)) / span),
  );
  return { levels, nearest, farthest };
}
