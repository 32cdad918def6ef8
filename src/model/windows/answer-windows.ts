import { labelType } from "../../kernels/shared/label-type.ts";
import { NumberError } from "../../runtime/errors.ts";
import type { Pixels } from "../../runtime/pictures/picture.ts";
import type { AnswerContext } from "../answers/answer-context.ts";
import type { Question } from "../answers/answer-pictures.ts";
import { readFloats } from "../answers/output-share.ts";
import { PassRunner } from "../answers/pass-runner.ts";
import { withClassMeans } from "../answers/pixel-scores.ts";
import {
  countOf,
  depthMapOf,
  depthUnit,
  isNotFinite,
  normalMapOf,
  type Prediction,
  type Predictions,
  segmentationOf,
} from "../answers/predictions.ts";
import { passesOf, type View } from "../answers/views.ts";
import { decoderOf, labelsOf, type Task } from "../config/config.ts";
import { logitsSize } from "../network/heads.ts";
import { logitsBand } from "../pictures/postprocess.ts";
import type { Size } from "../pictures/processor.ts";
import { batchJob, type Job, type Recordable } from "../runs/job.ts";
import { blendGraph } from "./blend-graph.ts";
import { CellBands } from "./cells.ts";
import { crop, mirror } from "./crop.ts";
import { cellsOf, type Look, labelsByWindows } from "./label-windows.ts";
import { mapByWindows } from "./map-windows.ts";
import { wholeDepth } from "./whole-depth.ts";

/** A picture's answers through windows and views; each task runs the network for itself. */
export async function answerThroughWindows(
  context: AnswerContext,
  picture: Pixels,
  views: readonly View[],
  question: Question,
): Promise<Predictions> {
  const answers: Predictions[] = [];
  for (const task of question.tasks) {
    const answer = task === "segmentation" ? labelsThroughWindows : mapThroughWindows;
    answers.push(await answer(context, picture, views, question, task));
  }
  return Object.assign({}, ...answers);
}

/** Labels, and how sure they are if asked for. */
async function labelsThroughWindows(
  { runner, model, onPass }: AnswerContext,
  picture: Pixels,
  views: readonly View[],
  { call, scores = false, resize, ...options }: Question,
): Promise<Predictions> {
  const passes = new PassRunner(runner, call, options);
  const classes = labelsOf(model.config)!;
  const labels = classes.length;
  const { head } = decoderOf(model.config, "segmentation")!;
  const jobs = views.map((view) => windowJob(model, view, "segmentation", resize));
  const cells = cellsOf(views);
  const looks = views.flatMap(({ rows, columns, mirrored }, v): Look[] => {
    const logits = runner.record(jobs[v]!).outputs.get("logits")!;
    const [, height, width] = logits.shape as [number, number, number];
    const upsampled = logitsSize(logits, head);
    const bands = (size: number, middle: number, tile: number) => logitsBand(size, middle, tile, resize ?? "bilinear");
    const down = new CellBands(rows, bands(height, upsampled.height, rows.tile), cells.rows.size);
    const across = new CellBands(columns, bands(width, upsampled.width, columns.tile), cells.columns.size);
    return mirrored.map((isMirrored) => ({
      rows,
      columns,
      mirrored: isMirrored,
      down,
      across,
      width,
      height,
      logitsOf: (window) =>
        passes.run(jobs[v]!, { pixels: crop(picture, window, isMirrored) }, (outputs) => {
          const answer = new Float32Array(outputs.get("logits")!, 0, height * width * labels);
          return { answer, notFinite: notFiniteIn(answer, "logits") };
        }),
    }));
  });
  const answer = await runner.withRoom(views.length, () =>
    labelsByWindows({
      picture,
      labels,
      looks,
      scores,
      blend: (shape, inputs) => passes.blend(JSON.stringify(shape), () => blendGraph(shape), inputs),
      onWindow: onPass,
    }),
  );
  const { none } = labelType(labels);
  checkBlended(
    call,
    countOf(answer.labels, (label) => label === none),
    answer.labels.length,
  );
  const means = answer.scores && withClassMeans(answer.scores, answer.labels, labels);
  return { segmentation: segmentationOf(model.config, predictionOf(picture, jobs, passes), answer.labels, means) };
}

/** Depth or normals. */
async function mapThroughWindows(
  { runner, model, onPass }: AnswerContext,
  picture: Pixels,
  views: readonly View[],
  { call, resize, size, ...options }: Question,
  task: Task,
): Promise<Predictions> {
  const passes = new PassRunner(runner, call, options);
  const jobs = new Map(views.map((view) => [view, windowJob(model, view, task, resize)]));
  const unit = task === "depth" ? depthUnit(model.config) : undefined;
  const channels = task === "normals" ? 3 : 1;
  const isCut = views.some(({ rows, columns }) => rows.starts.length * columns.starts.length > 1);
  const seesWhole = isCut && unit === "relative inverse";
  const total = passesOf(views) + (seesWhole ? 1 : 0);
  let done = 0;
  const run = async (job: Job, { words, width, height }: Pixels) => {
    const map = await passes.run(job, { pixels: words }, (outputs) => {
      const share = { index: 0, count: 1, pixels: width * height };
      const answer = readFloats(outputs.get(task)!, share, channels);
      return { answer, notFinite: notFiniteIn(answer, channels === 1 ? "pixels" : "numbers") };
    });
    onPass(++done, total);
    return map;
  };
  const map = await runner.withRoom(views.length, async () => {
    const coarse = seesWhole ? await wholeDepth(model, picture, views[0]!, run, size) : undefined;
    return mapByWindows({
      picture,
      views,
      channels,
      align: coarse ?? (unit === "relative inverse" ? "first" : undefined),
      mapOf: async (view, window, isMirrored) => {
        const { width, height } = window;
        const answer = await run(jobs.get(view)!, { width, height, words: crop(picture, window, isMirrored) });
        if (!isMirrored) return answer;
        mirror(answer, width, channels);
        // A normal's x points the other way in a mirror.
        if (task === "normals") for (let i = 0; i < answer.length; i += 3) answer[i]! *= -1;
        return answer;
      },
    });
  });
  checkBlended(call, countOf(map, isNotFinite), map.length);
  const prediction = predictionOf(picture, [...jobs.values()], passes);
  return unit
    ? { depth: depthMapOf({ ...prediction, depth: map, unit }) }
    : { normals: normalMapOf({ ...prediction, normals: map }) };
}

function windowJob(model: Recordable, { rows, columns, size }: View, task: Task, resize: Question["resize"]): Job {
  return batchJob(model, {
    groups: [{ picture: { width: columns.tile, height: rows.tile }, count: 1 }],
    size,
    resize,
    tasks: [task],
    logits: task === "segmentation" ? "logits" : "labels",
  });
}

function predictionOf({ width, height }: Size, jobs: readonly Job[], passes: PassRunner): Prediction {
  return { width, height, network: jobs[0]!.network, batch: 1, ...passes.report };
}

/**
 * Windows that are finite each may be further apart than f32 reaches, or than their depths can be brought together.
 * @throws NumberError
 */
function checkBlended(call: string, notFinite: number, of: number): void {
  if (notFinite === 0) return;
  throw new NumberError(
    `${call}: want windows that can be blended, got NaN or infinity at ${notFinite} of ${of} numbers. Look at the picture whole, without tile and tta, and check the weights with verify.`,
  );
}

function notFiniteIn(values: Float32Array, what: string): string | undefined {
  const count = countOf(values, isNotFinite);
  return count > 0 ? `${count} of ${values.length} ${what} of a window` : undefined;
}
