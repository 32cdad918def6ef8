import type { Pixels } from "../../runtime/picture.ts";
import {
  type PixelScores,
  type Prediction,
  type PredictionOptions,
  readPlane,
  type SegmentOptions,
} from "../answers.ts";
import { decoderOf } from "../config.ts";
import { logitsSize } from "../heads.ts";
import { logitsBand } from "../postprocess.ts";
import { networkSize, type Size } from "../processor.ts";
import { type Answering, Tally } from "../tally.ts";
import { batchJob, type Job, processorOf, type Recordable } from "../work.ts";
import type { CoarseDepth } from "./align-depth.ts";
import { blendGraph } from "./blend-graph.ts";
import { CellBands } from "./cells.ts";
import { crop, mirror, reduce } from "./crop.ts";
import { depthByWindows } from "./depth-windows.ts";
import { cellsOf, type Look, labelsByWindows } from "./label-windows.ts";
import { passesOf, type View } from "./views.ts";

/** A picture's labels, and how sure they are if asked for, through windows and views. */
export async function labelsThroughWindows(
  { runs, model, onPass }: Answering,
  picture: Pixels,
  views: readonly View[],
  labels: number,
  { scores = false, resize = "bilinear", ...options }: SegmentOptions,
) {
  const tally = new Tally(runs, "segment", options);
  const jobs = views.map((view) => windowJob(model, view, "segmentation", { resize }));
  const cells = cellsOf(views);
  const looks = views.flatMap(({ rows, columns, mirrored }, v): Look[] => {
    const logits = runs.record(jobs[v]!).outputs.get("logits")!;
    const [, height, width] = logits.shape as [number, number, number];
    const upsampled = logitsSize(logits, decoderOf(model.config, "segmentation")!.head);
    const down = new CellBands(rows, logitsBand(height, upsampled.height, rows.tile, resize), cells.rows.size);
    const across = new CellBands(columns, logitsBand(width, upsampled.width, columns.tile, resize), cells.columns.size);
    return mirrored.map((isMirrored) => ({
      rows,
      columns,
      mirrored: isMirrored,
      down,
      across,
      width,
      height,
      logitsOf: (window) =>
        tally.pass(jobs[v]!, { pixels: crop(picture, window, isMirrored) }, (outputs) => {
          const answer = new Float32Array(outputs.get("logits")!, 0, height * width * labels);
          return { answer, broken: brokenValues(answer, "logits") };
        }),
    }));
  });
  const answer = await runs.withRoom(views.length, () =>
    labelsByWindows({
      picture,
      labels,
      looks,
      scores,
      blend: (shape, inputs) => tally.blend(JSON.stringify(shape), () => blendGraph(shape), inputs),
      onWindow: onPass,
    }),
  );
  const pixelScores: PixelScores | undefined = answer.scores;
  return { ...told(picture, jobs, tally), labels: answer.labels, scores: pixelScores };
}

/** A picture's depth, through windows and views. */
export async function depthThroughWindows(
  { runs, model, onPass }: Answering,
  picture: Pixels,
  views: readonly View[],
  metric: boolean,
  { resize, ...options }: PredictionOptions,
) {
  const tally = new Tally(runs, "depth", options);
  const jobs = new Map(views.map((view) => [view, windowJob(model, view, "depth", { resize })]));
  const isCut = views.some(({ rows, columns }) => rows.starts.length * columns.starts.length > 1);
  const total = passesOf(views) + (isCut && !metric ? 1 : 0);
  let done = 0;
  const run = async (job: Job, { words, width, height }: Pixels) => {
    const depth = await tally.pass(job, { pixels: words }, (outputs) => {
      const answer = readPlane(outputs.get("depth")!, { index: 0, count: 1, pixels: width * height });
      return { answer, broken: brokenValues(answer, "pixels") };
    });
    onPass(++done, total);
    return depth;
  };
  const depth = await runs.withRoom(views.length, async () => {
    const coarse = isCut && !metric ? await wholeDepth(model, picture, views[0]!, run, options.size) : undefined;
    return depthByWindows({
      picture,
      views,
      metric,
      coarse,
      depthOf: async (view, window, isMirrored) => {
        const { width, height } = window;
        const answer = await run(jobs.get(view)!, { width, height, words: crop(picture, window, isMirrored) });
        return isMirrored ? mirror(answer, width) : answer;
      },
    });
  });
  return { ...told(picture, [...jobs.values()], tally), depth };
}

/** Depth of the whole picture at once, shrunk beforehand to what the network can see of it, within fixed memory. */
async function wholeDepth(
  model: Recordable,
  picture: Pixels,
  view: View,
  run: (job: Job, picture: Pixels) => Promise<Float32Array>,
  size: Size | "native" | undefined,
): Promise<CoarseDepth> {
  const network = wholeNetwork(model, picture, view, size);
  // A third more than the network sees is left, as Pillow's `reducing_gap` of 3 leaves: what then resizes it is exact.
  const factor = Math.floor(Math.min(picture.width / network.width, picture.height / network.height) / 3);
  const reduced = reduce(picture, Math.max(1, factor));
  const job = batchJob(model, {
    groups: [{ picture: reduced, count: 1 }],
    size: network,
    tasks: ["depth"],
    logits: "labels",
  });
  const depth = await run(job, reduced);
  return { width: reduced.width, height: reduced.height, depth, pixels: Math.max(1, factor) };
}

/** The network's size for the whole picture: a window's; where the processor keeps proportions, as many pixels in the picture's. */
function wholeNetwork(
  model: Recordable,
  picture: Size,
  { rows, columns }: View,
  size: Size | "native" | undefined,
): Size {
  const processor = processorOf(model);
  const { pad, ...window } = networkSize(processor, { width: columns.tile, height: rows.tile }, size);
  const inner = { width: window.width - pad.left - pad.right, height: window.height - pad.top - pad.bottom };
  if (!processor.keepAspectRatio || typeof size === "object") return inner;
  const multiple = Math.max(model.config.backbone.patch, processor.ensureMultipleOf);
  const side = Math.sqrt(inner.width * inner.height);
  const stretch = Math.sqrt(picture.width / picture.height);
  const rounded = (length: number) => Math.max(multiple, Math.round(length / multiple) * multiple);
  return { width: rounded(side * stretch), height: rounded(side / stretch) };
}

function windowJob(
  model: Recordable,
  { rows, columns, size }: View,
  task: "segmentation" | "depth",
  { resize }: Pick<PredictionOptions, "resize">,
): Job {
  return batchJob(model, {
    groups: [{ picture: { width: columns.tile, height: rows.tile }, count: 1 }],
    size,
    resize,
    tasks: [task],
    logits: task === "segmentation" ? "logits" : "labels",
  });
}

function told({ width, height }: Size, jobs: readonly Job[], tally: Tally): Prediction {
  return { width, height, network: jobs[0]!.network, batch: 1, ...tally.told };
}

function brokenValues(values: Float32Array, what: string): string | undefined {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count++;
  return count > 0 ? `${count} of ${values.length} ${what} of a window` : undefined;
}
