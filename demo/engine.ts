import type { KernelTime, Plan, Progress, Size, StreamedFrame } from "../src/index.ts";
import { DPT } from "../src/worker/index.ts";
import { type Answer, segmentationAnswer } from "./answer.ts";
import { paintPicture } from "./draw/painter.ts";
import { checkFit } from "./models/check-fit.ts";
import { openFiles } from "./models/open-files.ts";
import { LONGEST_SIDE, type Picture } from "./pictures/picture.ts";
import { type DTYPES, type PageTask, TASKS } from "./settings/settings.ts";

export interface ModelRequest {
  /** As `Settings.model`. */
  readonly name: string;
  readonly dtype: (typeof DTYPES)[number];
  /** If the name is of files that were picked. */
  readonly files?: readonly File[] | undefined;
}

/** Progress of the library, or of a download that the page does itself. */
export type OnProgress = (progress: Progress) => void;

export interface OpenOptions {
  readonly onProgress: OnProgress;
  readonly onNotice: (notice: string) => void;
  readonly signal: AbortSignal;
}

export interface AnswerOptions {
  /** 0 for the model's own. */
  readonly size: number;
  readonly profile?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A film's frame, which is gone when the next one is asked for, and what the model told of it. */
export interface AnsweredFrame extends Pick<StreamedFrame, "fps" | "latency" | "dropped"> {
  readonly frame: ImageBitmap;
  readonly answer: Answer;
}

export interface StreamOptions extends AnswerOptions {
  /** How much of the past stays, 0 to below 1. */
  readonly smoothing: number;
}

/** A model that is ready, in a worker of its own. This file alone of the page knows {@link DPT}. */
export interface OpenedModel {
  readonly request: ModelRequest;
  readonly adapter: string;
  readonly tasks: readonly PageTask[];
  readonly memory: { readonly weights: number; readonly activations: number };
  answer(task: PageTask, picture: Picture, options: AnswerOptions): Promise<Answer>;
  /** Answers the newest frame of a video again and again, or each of some frames. */
  stream(
    task: PageTask,
    source: HTMLVideoElement | AsyncIterable<ImageBitmap>,
    options: StreamOptions,
  ): AsyncGenerator<AnsweredFrame, void>;
  plan(task: PageTask, picture: Size, size: number): Promise<Plan>;
  dispose(): void;
}

export type { KernelTime, Plan };

/**
 * Loads a model, after it was looked up whether it fits.
 * @throws the library's errors; the signal's reason when aborted
 */
export async function openModel(request: ModelRequest, options: OpenOptions): Promise<OpenedModel> {
  const files = await openFiles(request, options);
  const dtype = request.dtype === "f32" ? undefined : request.dtype;
  await checkFit(files, dtype, options);
  const model = await DPT.load(files, { dtype, ...options });
  const networkSide = (size: number) => sidesFor(model, size);
  return {
    request,
    adapter: model.adapter,
    tasks: TASKS.filter((task) => model.tasks.includes(task)),
    get memory() {
      return model.memory;
    },
    async answer(task, picture, { size, ...rest }) {
      const asked = { ...rest, size: networkSide(size) };
      // Its pixels, copied by the painter and not here.
      const bitmap = await paintPicture(picture);
      try {
        if (task === "depth") return { task, map: await model.depth(bitmap, asked) };
        return segmentationAnswer(await model.segment(bitmap, { ...asked, scores: true }));
      } finally {
        bitmap.close();
      }
    },
    async *stream(task, source, { size, smoothing, ...rest }) {
      // Of a label that an earlier frame left there is no confidence.
      const scores = task === "segmentation" && smoothing === 0;
      const way = "videoWidth" in source ? { longest: LONGEST_SIDE } : { frames: "all" as const };
      const asked = { ...rest, ...way, smoothing, scores, tasks: [task], size: networkSide(size) };
      for await (const { picture, segmentation, depth, fps, latency, dropped } of model.stream(source, asked)) {
        const answer: Answer = depth ? { task: "depth", map: depth } : segmentationAnswer(segmentation!);
        yield { frame: picture as ImageBitmap, answer, fps, latency, dropped };
      }
    },
    plan: (task, picture, size) =>
      model.plan({ tasks: [task], picture, size: networkSide(size), scores: task === "segmentation" }),
    dispose: () => model.dispose(),
  };
}

/** A square whose side is a whole number of patches, as near to what was asked as may be. */
function sidesFor({ config: { backbone }, processor }: DPT, size: number) {
  if (size === 0) return undefined;
  const multiple = Math.max(backbone.patch, processor?.ensureMultipleOf ?? 1);
  const side = Math.max(1, Math.round(size / multiple)) * multiple;
  return { width: side, height: side };
}
