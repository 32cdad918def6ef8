import { readFloats, type Share } from "./output-share.ts";
import { countOf, isNotFinite } from "./predictions.ts";

/** How sure the softmax over the classes is at each pixel, row by row from the top. */
export interface PixelScores {
  /** Largest probability: 1 over the number of classes to 1. */
  readonly confidence: Float32Array;
  /** By how much it is ahead of the second largest: 0 to 1, and 1 where there is but one class. */
  readonly margin: Float32Array;
  /** `−Σ p ln p`, natural logarithm: 0 to the logarithm of the number of classes. Divide by that for 0 to 1. */
  readonly entropy: Float32Array;
}

/** Means over the pixels that have a class's label; `undefined` where none has. */
export interface ClassMeans {
  readonly confidence: number;
  readonly margin: number;
  readonly entropy: number;
}

export interface Scores extends PixelScores {
  /** By class id. */
  readonly classes: readonly (ClassMeans | undefined)[];
}

/** What `classScoresResized` stores. */
export function readScores(bytes: ArrayBuffer, share: Share): PixelScores {
  const [confidence, margin, entropy] = [0, 1, 2].map((plane) => readFloats(bytes, share, 1, plane));
  return { confidence: confidence!, margin: margin!, entropy: entropy! };
}

/** Adds each class's means. */
export function withClassMeans(scores: PixelScores, labels: ArrayLike<number>, classes: number): Scores {
  const pixels = new Float64Array(classes);
  const sums = { confidence: pixels.slice(), margin: pixels.slice(), entropy: pixels.slice() };
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    pixels[label]!++;
    for (const name of ["confidence", "margin", "entropy"] as const) sums[name][label]! += scores[name][i]!;
  }
  const mean = (name: keyof ClassMeans, id: number) => sums[name][id]! / pixels[id]!;
  return {
    ...scores,
    classes: Array.from(pixels, (count, id) =>
      count === 0
        ? undefined
        : { confidence: mean("confidence", id), margin: mean("margin", id), entropy: mean("entropy", id) },
    ),
  };
}

/** How many of the scores are not finite. A class's mean is not either then: all are looked at only where one is not. */
export function countNotFinite({ classes, confidence, margin, entropy }: Scores): number {
  if (classes.every((means) => !means || Object.values(means).every(Number.isFinite))) return 0;
  return [confidence, margin, entropy].reduce((sum, plane) => sum + countOf(plane, isNotFinite), 0);
}
