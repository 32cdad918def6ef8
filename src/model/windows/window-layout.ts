import { UsageError } from "../../runtime/errors.ts";
import type { Size } from "../pictures/processor.ts";

/** How windows lie along one side of a picture. */
export interface WindowAxis {
  /** Pixels of the side. */
  readonly side: number;
  /** Pixels of each window. */
  readonly tile: number;
  /** First pixel of each window, rising. */
  readonly starts: readonly number[];
  /** Pixels that neighbours share at least. */
  readonly shared: number;
}

/** Most of a window that its neighbour may share: with more, each pixel is in more than 5 × 5 windows. */
const MOST_OVERLAP = 0.8;
export const DEFAULT_OVERLAP = 0.25;

/**
 * The size of a picture's windows: no larger than the picture.
 * @param tile side, or both
 * @throws UsageError if a side is no whole number from 1 up
 */
export function windowSize(picture: Size, tile: number | Size): Size {
  const { width, height } = typeof tile === "number" ? { width: tile, height: tile } : tile;
  for (const side of [width, height]) {
    if (Number.isInteger(side) && side >= 1) continue;
    throw new UsageError(`tile: want whole numbers of pixels from 1 up, got ${side}. Give a side, as 480.`);
  }
  return { width: Math.min(width, picture.width), height: Math.min(height, picture.height) };
}

/** @throws UsageError for what is no share of a window, or so much that the same pixels are seen again and again */
export function checkOverlap(overlap: number): number {
  if (overlap >= 0 && overlap <= MOST_OVERLAP) return overlap;
  throw new UsageError(`overlap: want a share of a window from 0 to ${MOST_OVERLAP}, got ${overlap}. Try 0.25.`);
}

/**
 * Windows along a side, as mmsegmentation's slide inference lays them: one every `tile · (1 − overlap)` pixels, and the
 * last moved back so that it ends where the picture does. All have the same size, and so one graph.
 * @param tile at most `side`
 */
export function windowAxis(side: number, tile: number, overlap: number): WindowAxis {
  const stride = Math.max(1, Math.round(tile * (1 - overlap)));
  const count = Math.ceil((side - tile) / stride) + 1;
  const starts = Array.from({ length: count }, (_, i) => Math.min(i * stride, side - tile));
  return { side, tile, starts, shared: tile - stride };
}

/** Numbers of the windows that hold a pixel of `[begin, end)`. */
export function windowsOver({ starts, tile }: WindowAxis, begin: number, end: number): readonly number[] {
  return starts.flatMap((start, i) => (start < end && start + tile > begin ? [i] : []));
}

/**
 * The weight of each pixel of each window along a side. From an edge inwards it rises as
 * `w(d) = sin²(π/2 · min(1, (d + ½) / shared))`, with d pixels between here and the edge that is nearer, and is 1 from the
 * shared pixels on. So two windows that share so much sum to 1 by themselves (sin² + cos²), and w is above 0 everywhere;
 * where others overlap (the last one, moved back) or none does (at the border), weights are divided by their sum. The
 * weight of a pixel in two dimensions is the product of both sides' weights, which sums to 1 as they do.
 */
export function blendWeights({ side, tile, starts, shared }: WindowAxis): readonly Float64Array[] {
  const ramp = Float64Array.from({ length: tile }, (_, i) => {
    const distance = Math.min(i, tile - 1 - i) + 0.5;
    return distance >= shared ? 1 : Math.sin((Math.PI / 2) * (distance / shared)) ** 2;
  });
  const sums = new Float64Array(side);
  for (const start of starts) for (const [i, weight] of ramp.entries()) sums[start + i]! += weight;
  return starts.map((start) => ramp.map((weight, i) => weight / sums[start + i]!));
}
