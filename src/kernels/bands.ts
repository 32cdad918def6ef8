import { InternalError } from "../runtime/errors.ts";
import { type Band, fromTaps, type Taps } from "./shared/band.ts";
import type { BatchPlace } from "./shared/batch-place.ts";

export type { Band } from "./shared/band.ts";

/** How maps are enlarged or shrunk, as `torch.nn.functional.interpolate` does without antialiasing. */
export type ResizeMode = "bilinear" | "bicubic";

const round = Math.fround;

export interface ResizeRule {
  readonly mode: ResizeMode;
  readonly alignCorners: boolean;
}

/**
 * What `torch.nn.functional.interpolate(size=outSize, mode, align_corners)` does along one axis, without antialiasing.
 * Taps beyond the border count for the border. As in PyTorch the scale is rounded to float32 and, for half pixels, the
 * position is not (either otherwise would be off by up to 3e-5 at values around 10).
 */
export function resizeBand(inSize: number, outSize: number, { mode, alignCorners }: ResizeRule): Band {
  const cornerScale = outSize > 1 ? round((inSize - 1) / (outSize - 1)) : 0;
  const scale = alignCorners ? cornerScale : round(inSize / outSize);
  const source = (i: number) => (alignCorners ? round(scale * i) : scale * (i + 0.5) - 0.5);
  const rows = Array.from({ length: outSize }, (_, i): Taps => {
    if (inSize === outSize) return [[i, 1]];
    return mode === "bilinear" ? linearTaps(Math.max(0, source(i)), inSize) : cubicTaps(source(i), inSize);
  });
  return fromTaps(inSize, rows);
}

/** `second` after `first` along the same axis, as one band: the product of the matrices, taken in double precision. */
export function composeBands(first: Band, second: Band): Band {
  if (first.outSize !== second.inSize) {
    throw new InternalError(
      `composeBands: want a second band from ${first.outSize}, got ${second.inSize}. Report this.`,
    );
  }
  const rows = Array.from({ length: second.outSize }, (_, o) => {
    const taps: [number, number][] = [];
    for (const [middle, outer] of tapsOf(second, o)) {
      for (const [position, inner] of tapsOf(first, middle)) taps.push([position, outer * inner]);
    }
    return taps;
  });
  return fromTaps(first.inSize, rows);
}

/**
 * The same band for each of some neighbours of a batch, whose maps lie one below the other: from rows of the whole batch
 * to rows of these alone.
 */
export function stackBand({ inSize, outSize, taps, start, weights }: Band, { first, count, batch }: BatchPlace): Band {
  return {
    inSize: batch * inSize,
    outSize: count * outSize,
    taps,
    start: Uint32Array.from(
      { length: count * outSize },
      (_, o) => (first + Math.floor(o / outSize)) * inSize + start[o % outSize]!,
    ),
    weights: Float32Array.from({ length: count * weights.length }, (_, k) => weights[k % weights.length]!),
  };
}

function linearTaps(position: number, size: number): Taps {
  const index = Math.min(Math.floor(position), size - 1);
  const t = Math.min(position - index, 1);
  return [
    [index, 1 - t],
    [Math.min(index + 1, size - 1), t],
  ];
}

/** Keys' cubic with a = −0.75, which is PyTorch's. */
function cubicTaps(position: number, size: number): Taps {
  const index = Math.floor(position);
  const t = position - index;
  const a = -0.75;
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  const weights = [far(t + 1), near(t), near(1 - t), far(2 - t)];
  return weights.map((weight, k) => [Math.min(Math.max(index - 1 + k, 0), size - 1), weight] as const);
}

/** The taps that count. */
function tapsOf({ taps, start, weights }: Band, output: number): Taps {
  const row = Array.from(weights.subarray(output * taps, (output + 1) * taps));
  return row.map((weight, k) => [start[output]! + k, weight] as const).filter(([, weight]) => weight !== 0);
}
