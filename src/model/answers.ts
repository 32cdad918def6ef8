import type { LabelType } from "../kernels/arg-max-resized.ts";
import type { ResizeMode } from "../kernels/bands.ts";
import type { KernelTime } from "../runtime/profiler.ts";
import type { Size } from "./processor.ts";
import type { ViewOptions } from "./windows/views.ts";

export interface PredictionOptions extends ViewOptions {
  /** How the network's answer is resized to the picture; as transformers does if left out. */
  readonly resize?: ResizeMode | undefined;
  /** Most pictures of a list that run together, if the network works at one size for them; 4 if left out. */
  readonly batch?: number | undefined;
  /** Whether to measure each kernel. */
  readonly profile?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Of a picture that is seen whole, in one pass. */
export type TaskOptions = Pick<PredictionOptions, "size" | "resize" | "profile" | "signal">;

export interface SegmentOptions extends PredictionOptions {
  /** Whether to tell how sure labels are, per pixel and per class. */
  readonly scores?: boolean | undefined;
}

/** Milliseconds; `compile` is all before the last run, and 0 for a size that has been seen before. */
export interface Timing {
  readonly compile: number;
  /** Of the network, as often as it ran; for a picture of a batch that of the whole batch. */
  readonly run: number;
}

export interface Prediction extends Size {
  /** The size the network worked at; of windows and views, that of the first. */
  readonly network: Size;
  /** How often the network ran: once for each window and view, or once for all pictures of a batch. */
  readonly passes: number;
  /** Pictures that shared the passes. */
  readonly batch: number;
  readonly timing: Timing;
  /** Layers whose answers were stored in f32 in a model of f16, since f16 cannot hold them. */
  readonly keptInF32: readonly string[];
  /** Time by kernel, if asked for. */
  readonly profile?: readonly KernelTime[] | undefined;
}

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

export interface Segmentation extends Prediction {
  /** The class of each pixel, row by row from the top. */
  readonly labels: Uint8Array | Uint16Array;
  /** Names of the classes by id. */
  readonly classes: readonly string[];
  /** If asked for. */
  readonly scores?: Scores | undefined;
}

export interface NormalMap extends Prediction {
  /**
   * `[height, width, 3]`: x, y and z of each pixel's surface normal, row by row from the top, in the camera's axes as the
   * checkpoint was trained on them. As transformers has them they are unit vectors at the network's resolution and
   * interpolated between, so a little shorter than 1 where the surface bends.
   */
  readonly normals: Float32Array;
}

/** What one pass through the network tells of a picture: of each task that was asked for. */
export interface Predictions {
  readonly segmentation?: Segmentation;
  readonly depth?: DepthMap;
  readonly normals?: NormalMap;
}

export interface DepthMap extends Prediction {
  /** Row by row from the top. */
  readonly depth: Float32Array;
  /** Metres; or inverse depth in no unit, the nearest largest. */
  readonly unit: "metres" | "relative inverse";
}

/** A picture's place in an output of several, one below the other. */
export interface Share {
  readonly index: number;
  readonly count: number;
  /** Of each. */
  readonly pixels: number;
}

/** Labels of one picture, in memory of its own. */
export function readLabels(bytes: ArrayBuffer, { dtype }: LabelType, { index, pixels }: Share) {
  return dtype === "u8"
    ? new Uint8Array(bytes, index * pixels, pixels).slice()
    : new Uint16Array(bytes, 2 * index * pixels, pixels).slice();
}

/** Floats of one picture, in memory of their own, from one of several planes. */
export function readPlane(bytes: ArrayBuffer, { index, count, pixels }: Share, plane = 0): Float32Array {
  return new Float32Array(bytes, 4 * (plane * count + index) * pixels, pixels).slice();
}

/** What `classScoresResized` stores. */
export function readScores(bytes: ArrayBuffer, share: Share): PixelScores {
  const [confidence, margin, entropy] = [0, 1, 2].map((plane) => readPlane(bytes, share, plane));
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
