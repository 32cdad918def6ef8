import type { ResizeMode } from "../../kernels/bands.ts";
import { labelType } from "../../kernels/shared/label-type.ts";
import type { KernelTime } from "../../runtime/device/profiler.ts";
import { InternalError } from "../../runtime/errors.ts";
import type { Colour } from "../config/class-colours.ts";
import { coloursOf, decoderOf, labelsOf, type ModelConfig, type Task } from "../config/config.ts";
import type { Size } from "../pictures/processor.ts";
import { type Drawn, drawnBy } from "./drawn-result.ts";
import { readFloats, readLabels, type Share } from "./output-share.ts";
import type { Scores } from "./pixel-scores.ts";
import {
  type DepthImageOptions,
  depthPixels,
  type ImageOptions,
  type LabelImageOptions,
  labelPixels,
  normalPixels,
} from "./result-pixels.ts";
import type { ViewOptions } from "./views.ts";

/** Options of `segment`, `depth`, `normals` and `predict`: how a picture is answered. */
export interface PredictionOptions extends ViewOptions {
  /** How the network's answer is resized to the picture; as transformers does if left out. */
  readonly resize?: ResizeMode | undefined;
  /** Most pictures of a list that run together, if the network works at one size for them; 4 if left out. */
  readonly batch?: number | undefined;
  /** Whether to measure each kernel. */
  readonly profile?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of `segment`. */
export interface SegmentOptions extends PredictionOptions {
  /** Whether to tell how sure labels are, per pixel and per class. */
  readonly scores?: boolean | undefined;
}

/** Options of `predict`. */
export interface PredictTasksOptions extends SegmentOptions {
  /** All that the model can tell if left out. */
  readonly tasks?: readonly Task[] | undefined;
}

/** Milliseconds; `compile` is all before the last run, and 0 for a size that has been seen before. */
export interface Timing {
  readonly compile: number;
  /** Of all passes; for a picture of a batch that of the whole batch. */
  readonly run: number;
}

/** What every answer tells of how it was made. `width` and `height` are the picture's, in pixels. */
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
  /** Milliseconds on the GPU by kernel, with the option `profile`. */
  readonly profile?: readonly KernelTime[] | undefined;
}

/** What `segment` answers: a class for each pixel of the picture. */
export interface Segmentation extends Prediction, Drawn<LabelImageOptions> {
  /** `[height, width]`: the class id of each pixel, row by row from the top; 16 bits where there are more than 255 classes. */
  readonly labels: Uint8Array | Uint16Array;
  /** Names of the classes by id. */
  readonly classes: readonly string[];
  /** Colours of the classes by id, if config.json has them. */
  readonly colours?: readonly Colour[] | undefined;
  /** How sure the labels are, with the option `scores`. */
  readonly scores?: Scores | undefined;
}

/** What `depth` answers: a depth for each pixel of the picture. */
export interface DepthMap extends Prediction, Drawn<DepthImageOptions> {
  /** `[height, width]`, row by row from the top, in `unit`. */
  readonly depth: Float32Array;
  /** "metres" to the camera; or "relative inverse": inverse depth up to a factor and an offset, the nearest largest. */
  readonly unit: "metres" | "relative inverse";
}

/** What `normals` answers: a surface normal for each pixel of the picture. */
export interface NormalMap extends Prediction, Drawn<ImageOptions> {
  /**
   * `[height, width, 3]`: x, y and z of each pixel's surface normal, row by row from the top, in the camera's axes as the
   * checkpoint was trained on them. As transformers has them they are unit vectors at the network's resolution and
   * interpolated between, so a little shorter than 1 where the surface bends.
   */
  readonly normals: Float32Array;
}

/** What `predict` answers: one entry for each task that was asked for. */
export interface Predictions {
  readonly segmentation?: Segmentation;
  readonly depth?: DepthMap;
  readonly normals?: NormalMap;
}

/** A task's answer, and how many of its numbers are not finite. */
export interface TaskAnswer {
  readonly predictions: Predictions;
  readonly notFinite: number;
  readonly of: number;
  /** What was counted. */
  readonly what: "pixels" | "scores" | "numbers";
}

/**
 * Reads a task's answer for one picture from what the graph put out.
 * @param bytesOf an output of `predictGraph`, of the pictures that have this one's size
 * @param scoring if the graph put out scores too
 */
export function readAnswer(
  config: ModelConfig,
  task: Task,
  bytesOf: (output: string) => ArrayBuffer,
  share: Share,
  prediction: Prediction,
  scoring?: typeof import("./scoring.ts"),
): TaskAnswer {
  const { pixels } = share;
  switch (task) {
    case "segmentation": {
      const classes = labelsOf(config)!;
      const type = labelType(classes.length);
      const labels = readLabels(bytesOf("labels"), type, share);
      const notFinite = countOf(labels, (label) => label === type.none);
      // The means by class are taken over labels, so every pixel has to have one.
      const read = notFinite === 0 ? scoring?.readScores(bytesOf("scores"), share) : undefined;
      const scores = read && scoring?.withClassMeans(read, labels, classes.length);
      const segmentation = segmentationOf(config, prediction, labels, scores);
      const notFiniteScores = scores && scoring?.countNotFinite(scores);
      if (notFiniteScores)
        return { predictions: { segmentation }, notFinite: notFiniteScores, of: 3 * pixels, what: "scores" };
      return { predictions: { segmentation }, notFinite, of: pixels, what: "pixels" };
    }
    case "depth": {
      const depth = readFloats(bytesOf("depth"), share);
      const map = depthMapOf({ ...prediction, depth, unit: depthUnit(config) });
      return { predictions: { depth: map }, notFinite: countOf(depth, isNotFinite), of: pixels, what: "pixels" };
    }
    case "normals": {
      const normals = readFloats(bytesOf("normals"), share, 3);
      const notFinite = countOf(normals, isNotFinite);
      return {
        predictions: { normals: normalMapOf({ ...prediction, normals }) },
        notFinite,
        of: normals.length,
        what: "numbers",
      };
    }
  }
}

export const depthMapOf = drawnBy(depthPixels);
export const normalMapOf = drawnBy(normalPixels);
export const labelMapOf = drawnBy(labelPixels);

export function segmentationOf(
  config: ModelConfig,
  prediction: Prediction,
  labels: Segmentation["labels"],
  scores: Scores | undefined,
): Segmentation {
  const [classes, colours] = [labelsOf(config)!, coloursOf(config)];
  return labelMapOf({ ...prediction, labels, classes, ...(colours && { colours }), ...(scores && { scores }) });
}

/** What a model's depth is told in. */
export function depthUnit(config: ModelConfig): DepthMap["unit"] {
  return isMetric(config) ? "metres" : "relative inverse";
}

function isMetric(config: ModelConfig): boolean {
  const head = decoderOf(config, "depth")?.head;
  if (!head) throw new InternalError("depth: want a decoder for depth, got none. Report this.");
  return head.kind === "tips-depth" || (head.kind === "depth-anything" && head.metric);
}

/** How many values are of a kind. */
export function countOf(values: Iterable<number>, test: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (test(value)) count++;
  return count;
}

export function isNotFinite(value: number): boolean {
  return !Number.isFinite(value);
}
