import type { ConfusionMatrix } from "./confusion-matrix.ts";

/** One class's scores, 0 to 1; NaN where there is nothing to divide by. */
export interface ClassScores {
  /** Intersection over union: NaN for a class that is neither in the truth nor in the answers. */
  readonly iou: number;
  /** Share of the class's pixels that were found: NaN for a class that is not in the truth. */
  readonly accuracy: number;
  /** Pixels of the class in the truth. */
  readonly pixels: number;
}

/** Scores of a whole set, 0 to 1. */
export interface SegmentationScores {
  /** Share of all pixels that are right (`aAcc`). */
  readonly accuracy: number;
  /** Means over the classes whose own is not NaN (`mIoU`, `mAcc`). */
  readonly meanIou: number;
  readonly meanAccuracy: number;
  /** By id. */
  readonly classes: readonly ClassScores[];
}

/**
 * The scores of mmsegmentation's IoUMetric: intersections and unions are added up over the whole set, then divided
 * (`intersect_and_union`, `total_area_to_metrics`).
 */
export function segmentationScores({ classes: count, counts }: ConfusionMatrix): SegmentationScores {
  const ids = Array.from({ length: count }, (_, id) => id);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const inTruth = ids.map((id) => sum(ids.map((other) => counts[id * count + other]!)));
  const predicted = ids.map((id) => sum(ids.map((other) => counts[other * count + id]!)));
  const right = ids.map((id) => counts[id * count + id]!);
  const classes = ids.map((id) => ({
    iou: right[id]! / (inTruth[id]! + predicted[id]! - right[id]!),
    accuracy: right[id]! / inTruth[id]!,
    pixels: inTruth[id]!,
  }));
  return {
    accuracy: sum(right) / sum(inTruth),
    meanIou: meanOfNumbers(classes.map(({ iou }) => iou)),
    meanAccuracy: meanOfNumbers(classes.map(({ accuracy }) => accuracy)),
    classes,
  };
}

/** NumPy's `nanmean`. */
function meanOfNumbers(values: readonly number[]): number {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.reduce((total, value) => total + value, 0) / numbers.length;
}
