import { UsageError } from "../../runtime/errors.ts";
import type { PictureSource } from "../../runtime/pictures/picture.ts";
import type { DepthMap, PredictionOptions, Predictions, Segmentation, SegmentOptions } from "../answers/predictions.ts";
import type { Task } from "../config/config.ts";
import type { Model } from "../model.ts";
import { checking } from "../options/checking.ts";
import type { Frame, Frames } from "./frame.ts";
import { openFrames, type StreamSource } from "./open-frames.ts";
import { Smoother } from "./smoother.ts";

/** How the frames of a video are answered, and which. */
export interface StreamOptions extends SegmentOptions {
  /** What to tell of each frame; all that the model can if left out. */
  readonly tasks?: readonly Task[] | undefined;
  /**
   * How much of the past stays in an answer from one frame to the next: 0, which is the default, to below 1. Depth and
   * normals are averaged exponentially; labels change when newer votes outweigh older ones.
   */
  readonly smoothing?: number | undefined;
  /** "all" answers every picture of an iterable that can wait, such as a file's; "newest" is the default. */
  readonly frames?: "newest" | "all" | undefined;
  /** Frames of a video, camera or screen that are longer on a side than this are shrunk to it; answers are as large. */
  readonly longest?: number | undefined;
}

/** What a model tells of one frame. */
export interface StreamedFrame extends Predictions {
  /**
   * The frame itself, as long as the loop does not go on: a bitmap of a video's, a VideoFrame or a bitmap of a track's, an
   * iterable's own.
   */
  readonly picture: PictureSource;
  /** Its place in the film, in seconds, where it has one. */
  readonly time: number | undefined;
  /** 0 for the first that is answered. */
  readonly index: number;
  /** Milliseconds from when the frame came to its answer. */
  readonly latency: number;
  /** Answers a second, over the last ten. */
  readonly fps: number;
  /** Frames so far that were dropped for newer ones. */
  readonly dropped: number;
}

/** What of a model it takes, wherever that runs. */
export interface StreamingModel extends Pick<Model, "tasks" | "normals" | "predict"> {
  segment(source: PictureSource, options?: SegmentOptions): Promise<Segmentation>;
  depth(source: PictureSource, options?: PredictionOptions): Promise<DepthMap>;
}

const COUNTED = 10;

/**
 * Answers the newest frame again and again; see {@link Model.stream}.
 * @throws UsageError for a source without frames or options that make no sense; what the model's method throws; the
 *   signal's reason when aborted
 */
export async function* streamFrames(
  model: StreamingModel,
  source: StreamSource,
  given: StreamOptions = {},
): AsyncGenerator<StreamedFrame, void, undefined> {
  await checking("stream", given);
  const { tasks = model.tasks, smoothing = 0, frames: which = "newest", longest, ...options } = given;
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new UsageError(`stream: want smoothing of 0 to below 1, got ${smoothing}. 0.8 is a beginning.`);
  }
  const { signal } = options;
  signal?.throwIfAborted();
  const frames = openFrames(source, which, longest);
  const smoothers = new Map(tasks.map((task) => [task, new Smoother(smoothing)]));
  const answered: number[] = [];
  try {
    for (let index = 0; ; index++) {
      const frame = await nextOf(frames, signal);
      if (!frame) return;
      const { picture, came, time } = frame;
      try {
        const answer = await tell(model, picture, tasks, options);
        if (smoothing > 0) smooth(answer, smoothers);
        const now = performance.now();
        answered.push(now);
        if (answered.length > COUNTED) answered.shift();
        const latency = now - came;
        yield { ...answer, picture, time, index, latency, fps: fpsOf(answered, latency), dropped: frames.dropped };
      } finally {
        frame.close?.();
      }
    }
  } finally {
    frames.close();
  }
}

/** Does not wait for a frame once it is aborted. */
async function nextOf(frames: Frames, signal: AbortSignal | undefined): Promise<Frame | undefined> {
  signal?.throwIfAborted();
  if (!signal) return frames.next();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([frames.next(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** One task by its own method, which has more options than all together. */
async function tell(
  model: StreamingModel,
  picture: PictureSource,
  tasks: readonly Task[],
  options: SegmentOptions,
): Promise<Predictions> {
  const [task] = tasks;
  if (tasks.length !== 1) return model.predict(picture, { ...options, tasks });
  if (task === "segmentation") return { segmentation: await model.segment(picture, options) };
  const { scores, ...others } = options;
  if (task === "depth") return { depth: await model.depth(picture, others) };
  return { normals: await model.normals(picture, others) };
}

function smooth({ segmentation, depth, normals }: Predictions, smoothers: ReadonlyMap<Task, Smoother>): void {
  if (segmentation) smoothers.get("segmentation")!.labels(segmentation.labels);
  if (depth) smoothers.get("depth")!.numbers(depth.depth);
  if (normals) smoothers.get("normals")!.numbers(normals.normals);
}

function fpsOf(answered: readonly number[], latency: number): number {
  if (answered.length === 1) return 1000 / latency;
  return (1000 * (answered.length - 1)) / (answered.at(-1)! - answered[0]!);
}
