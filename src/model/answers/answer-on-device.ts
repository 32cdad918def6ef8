import { labelType } from "../../kernels/shared/label-type.ts";
import { DeviceMap, type MapKind } from "../../runtime/device/device-map.ts";
import { MemoryError, NumberError } from "../../runtime/errors.ts";
import type { Picture } from "../../runtime/pictures/picture.ts";
import type { Colour } from "../config/class-colours.ts";
import { coloursOf, labelsOf } from "../config/config.ts";
import { alignedRows } from "../pictures/aligned-rows.ts";
import type { Size } from "../pictures/processor.ts";
import { batchJob } from "../runs/job.ts";
import { withSizeAdvice } from "../windows/size-advice.ts";
import type { AnswerContext } from "./answer-context.ts";
import type { Question } from "./answer-pictures.ts";
import { PassRunner } from "./pass-runner.ts";
import { type DepthMap, depthUnit, type PredictionOptions, readAnswer, type Segmentation } from "./predictions.ts";

/**
 * Options of `segment` and `depth` for an answer that stays on the GPU: the picture is seen whole and alone, without windows,
 * views or lists.
 */
export interface OnDeviceOptions<Kind extends MapKind> extends Pick<PredictionOptions, "size" | "resize" | "signal"> {
  /**
   * "buffer": the numbers row by row without gaps, labels packed into words, four (u8) or two (u16) to one. "texture":
   * r8uint or r16uint for labels, r32float for depth.
   */
  readonly output: Kind;
}

/**
 * A result on the model's device, ready for commands that are submitted from now on. It belongs to the caller: later calls
 * do not touch it, and its memory is free after `dispose()`, or when the device goes, which it does with a model whose own
 * it is. Nobody has looked at its numbers: where the network's are not finite, a label is the largest of its type and a
 * depth NaN.
 */
interface OnDevice<Result> extends Size {
  /** What the network worked at. */
  readonly network: Size;
  readonly dtype: "u8" | "u16" | "f32";
  /**
   * The same result in memory.
   * @throws NumberError if it is not finite, UsageError once disposed of, MachineError if the device is lost
   */
  read(): Promise<Result>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** What holds it, by the option `output`. */
type Held<Kind extends MapKind> = { readonly [Name in Kind]: NonNullable<DeviceMap[Name]> };

/** Labels that stay on the GPU as a texture or a buffer: the caller's own until `dispose()`; `read()` brings them as arrays. */
export type SegmentationOnDevice<Kind extends MapKind> = OnDevice<Segmentation> &
  Held<Kind> & { readonly classes: readonly string[]; readonly colours?: readonly Colour[] | undefined };

/** Depth that stays on the GPU as a texture or a buffer: the caller's own until `dispose()`; `read()` brings it as an array. */
export type DepthMapOnDevice<Kind extends MapKind> = OnDevice<DepthMap> &
  Held<Kind> & { readonly unit: DepthMap["unit"] };

interface Results {
  readonly segmentation: Segmentation;
  readonly depth: DepthMap;
}

/** One pass for one picture, whose answer stays on the device. */
export async function answerOnDevice<Task extends keyof Results>(
  context: AnswerContext,
  { width, height, words }: Picture,
  task: Task,
  kind: MapKind,
  { call, size, resize, ...options }: Question,
): Promise<OnDevice<Results[Task]> & Partial<Held<MapKind>>> {
  const { runner, model } = context;
  const { config } = model;
  const groups = [{ picture: { width, height }, count: 1 }];
  const job = batchJob(model, {
    groups,
    size,
    resize,
    tasks: [task],
    layOut: kind === "texture" ? alignedRows : undefined,
  });
  const classes = labelsOf(config) ?? [];
  const dtype = task === "segmentation" ? labelType(classes.length).dtype : "f32";
  const passes = new PassRunner(runner, call, options);
  const output = task === "segmentation" ? "labels" : "depth";
  const room = DeviceMap.room(kind, { width, height, dtype });
  const map = await passes.keep(job, { pixels: words }, output, room).catch((error: unknown) => {
    if (!(error instanceof MemoryError)) throw error;
    throw withSizeAdvice(context, { width, height }, { call, size, resize, tasks: [task] }, error);
  });
  if (options.signal?.aborted) {
    map.dispose();
    throw options.signal.reason;
  }
  const prediction = { width, height, network: job.network, batch: 1, ...passes.report };
  const dispose = () => map.dispose();
  return {
    width,
    height,
    network: job.network,
    dtype,
    ...(kind === "buffer" ? { buffer: map.buffer! } : { texture: map.texture! }),
    ...(task === "segmentation" ? { classes, colours: coloursOf(config) } : { unit: depthUnit(config) }),
    async read() {
      const bytes = await map.read();
      const share = { index: 0, count: 1, pixels: width * height };
      const { predictions, notFinite, of, what } = readAnswer(config, task, () => bytes, share, prediction);
      if (notFinite === 0) return predictions[task] as Results[Task];
      const got = `got NaN or infinity at ${notFinite} of ${of} ${what}`;
      throw new NumberError(`${call}: want a finite answer of the network, ${got}. Call it once without output.`);
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
