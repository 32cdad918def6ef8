import type { DepthMap } from "./predictions.ts";

/** The brightest of 16 bits. */
const BRIGHTEST = 65535;

/** What a model answered at the nearest and at the farthest pixel. */
export interface DepthRange {
  readonly nearest: number;
  readonly farthest: number;
}

/** Depth as brightness: the nearest pixel 65535, the farthest 0, linear between in the model's own unit. */
export interface DepthLevels extends DepthRange {
  readonly levels: Uint16Array;
}

export function depthRange({ depth, unit }: Pick<DepthMap, "depth" | "unit">): DepthRange {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  // By index, which is twice as fast: three million pixels are no rare thing, and a page draws in this loop.
  for (let i = 0; i < depth.length; i++) {
    const value = depth[i]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return unit === "metres" ? { nearest: least, farthest: most } : { nearest: most, farthest: least };
}

/** All pixels are the nearest, and brightest, where depth is the same everywhere. */
export function depthLevels(map: Pick<DepthMap, "depth" | "unit">): DepthLevels {
  const { depth } = map;
  const { nearest, farthest } = depthRange(map);
  const span = nearest - farthest;
  const levels = new Uint16Array(depth.length);
  if (span === 0) levels.fill(BRIGHTEST);
  // An array of whole numbers cuts off, so half is added to round: `Math.round` takes three times as long, a call for each
  // pixel twenty times.
  else for (let i = 0; i < depth.length; i++) levels[i] = (BRIGHTEST * (depth[i]! - farthest)) / span + 0.5;
  return { levels, nearest, farthest };
}
