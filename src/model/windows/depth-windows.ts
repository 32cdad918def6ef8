import type { Size } from "../processor.ts";
import { alignDepth, type CoarseDepth, coarseWindow } from "./align-depth.ts";
import type { Rect } from "./crop.ts";
import type { View } from "./views.ts";
import { blendWeights } from "./window-layout.ts";

export interface DepthWindows {
  readonly picture: Size;
  readonly views: readonly View[];
  /** Runs the network on a window, mirrored or not, and turns the answer back: depth `[height, width]`. */
  readonly depthOf: (view: View, window: Rect, mirrored: boolean) => Promise<Float32Array>;
  /** Metres mean the same in every window; relative depth has a scale and a shift of its own in each. */
  readonly metric: boolean;
  /** What relative depth of windows is aligned to; without it, views of the whole picture are aligned to one of them. */
  readonly coarse?: CoarseDepth | undefined;
}

/**
 * Depth of a picture of any size from windows and views. Mirrored answers of a window are averaged plainly. Then relative
 * depth is brought to the scale and shift of the whole picture's in the same place by least squares
 * ({@link alignDepth}), and kept from falling below 0, the farthest there is; a window whose depth does not rise with the
 * whole picture's has nothing to tell, and the whole picture's stands in its place. Windows are blended by
 * {@link blendWeights}, scales averaged.
 */
export async function depthByWindows({ picture, views, depthOf, metric, coarse }: DepthWindows): Promise<Float32Array> {
  const answer = new Float32Array(picture.width * picture.height);
  const nearestFirst = [...views].sort((a, b) => Math.abs(Math.log(a.scale)) - Math.abs(Math.log(b.scale)));
  let first: CoarseDepth | undefined;
  for (const view of nearestFirst) {
    const { rows, columns, mirrored } = view;
    const [down, across] = [blendWeights(rows), blendWeights(columns)];
    for (const [r, top] of rows.starts.entries()) {
      for (const [c, left] of columns.starts.entries()) {
        const window = { top, left, height: rows.tile, width: columns.tile };
        const seen: Float32Array[] = [];
        for (const isMirrored of mirrored) seen.push(await depthOf(view, window, isMirrored));
        const mean = seen[0]!.map((_, i) => seen.reduce((sum, depth) => sum + depth[i]!, 0) / seen.length);
        const reference = metric ? undefined : (coarse ?? first);
        const depth = reference ? aligned(mean, coarseWindow(reference, window)) : mean;
        if (!coarse) first ??= { ...picture, depth, pixels: 1 };
        for (let y = 0; y < window.height; y++) {
          for (let x = 0; x < window.width; x++) {
            const weight = (down[r]![y]! * across[c]![x]!) / views.length;
            answer[(top + y) * picture.width + left + x]! += weight * depth[y * window.width + x]!;
          }
        }
      }
    }
  }
  return answer;
}

function aligned(depth: Float32Array, reference: Float32Array): Float32Array {
  const alignment = alignDepth(depth, reference);
  if (!alignment) return reference;
  const { scale, shift } = alignment;
  return depth.map((value) => Math.max(0, scale * value + shift));
}
