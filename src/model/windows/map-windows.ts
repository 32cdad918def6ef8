import type { View } from "../answers/views.ts";
import type { Size } from "../pictures/processor.ts";
import { alignDepth, type CoarseDepth, coarseWindow } from "./align-depth.ts";
import type { Rect } from "./crop.ts";
import { blendWeights } from "./window-layout.ts";

export interface MapWindows {
  readonly picture: Size;
  readonly views: readonly View[];
  /** Numbers of a pixel. */
  readonly channels: number;
  /** Runs the network on a window, mirrored or not, and turns the answer back: `[height, width, channels]`. */
  readonly mapOf: (view: View, window: Rect, mirrored: boolean) => Promise<Float32Array>;
  /**
   * For depth that has a scale and a shift of its own in each pass, one channel: that of the whole picture, which it is
   * aligned to, or "first" to align views of the whole picture to the one whose scale is nearest to 1. What means the same
   * in every pass is not aligned.
   */
  readonly align?: CoarseDepth | "first" | undefined;
}

/**
 * A map of numbers for a picture of any size from windows and views. Mirrored answers of a window are averaged plainly.
 * Then relative depth is brought to the scale and shift of the whole picture's in the same place by least squares
 * ({@link alignDepth}), and kept from falling below 0, the farthest there is; a window whose depth does not rise with the
 * whole picture's has nothing to tell, and the whole picture's stands in its place. Windows are blended by
 * {@link blendWeights}, scales averaged.
 */
export async function mapByWindows({ picture, views, channels, mapOf, align }: MapWindows): Promise<Float32Array> {
  const answer = new Float32Array(picture.width * picture.height * channels);
  const nearestFirst = [...views].sort((a, b) => Math.abs(Math.log(a.scale)) - Math.abs(Math.log(b.scale)));
  let reference = align === "first" ? undefined : align;
  for (const view of nearestFirst) {
    const { rows, columns, mirrored } = view;
    const [down, across] = [blendWeights(rows), blendWeights(columns)];
    for (const [r, top] of rows.starts.entries()) {
      for (const [c, left] of columns.starts.entries()) {
        const window = { top, left, height: rows.tile, width: columns.tile };
        const seen: Float32Array[] = [];
        for (const isMirrored of mirrored) seen.push(await mapOf(view, window, isMirrored));
        const mean = seen[0]!.map((_, i) => seen.reduce((sum, map) => sum + map[i]!, 0) / seen.length);
        const map = reference ? aligned(mean, coarseWindow(reference, window)) : mean;
        if (align === "first") reference ??= { ...picture, depth: map, pixels: 1 };
        for (let y = 0; y < window.height; y++) {
          const from = y * window.width * channels;
          const to = ((top + y) * picture.width + left) * channels;
          for (let k = 0; k < window.width * channels; k++) {
            const weight = (down[r]![y]! * across[c]![Math.floor(k / channels)]!) / views.length;
            answer[to + k]! += weight * map[from + k]!;
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
