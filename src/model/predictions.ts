import { labelType } from "../kernels/arg-max-resized.ts";
import { InternalError } from "../runtime/errors.ts";
import type { Picture } from "../runtime/picture.ts";
import { type DepthMap, type Prediction, type Predictions, readLabels, type TaskOptions } from "./answers.ts";
import { checkTasks } from "./check-tasks.ts";
import { decoderOf, labelsOf, type ModelConfig, type Task } from "./config.ts";
import { type Answering, Tally } from "./tally.ts";
import { jobOf } from "./work.ts";

/** A task's answer, and how many of its numbers are not finite. */
interface TaskAnswer {
  /** With what every answer tells. */
  readonly predictions: (told: Prediction) => Predictions;
  readonly broken: number;
  readonly of: number;
  /** What was counted. */
  readonly what: "pixels" | "numbers";
}

/**
 * All that was asked of a picture, in one pass: the backbone runs once for all tasks.
 * @param call what the caller called
 */
export async function predictTasks(
  { model, runs }: Answering,
  call: string,
  { words, width, height }: Picture,
  tasks: readonly Task[],
  { size, resize, ...options }: TaskOptions,
): Promise<Predictions> {
  const { config } = model;
  checkTasks(call, config, tasks);
  const job = jobOf(model, { picture: { width, height }, size, resize, tasks });
  const tally = new Tally(runs, call, options);
  const answers = await tally.pass(job, { pixels: words }, (outputs) => {
    const read = tasks.map((task) => readAnswer(config, task, outputs, width * height));
    const wrong = read.find(({ broken }) => broken > 0);
    return { answer: read, broken: wrong && `${wrong.broken} of ${wrong.of} ${wrong.what}` };
  });
  const prediction = { width, height, network: job.network, batch: 1, ...tally.told };
  return Object.assign({}, ...answers.map(({ predictions }) => predictions(prediction))) as Predictions;
}

/**
 * Reads a task's answer from what the graph put out.
 * @param outputs of `predictGraph`
 */
function readAnswer(
  config: ModelConfig,
  task: Task,
  outputs: ReadonlyMap<string, ArrayBuffer>,
  pixels: number,
): TaskAnswer {
  switch (task) {
    case "segmentation": {
      const classes = labelsOf(config)!;
      const type = labelType(classes.length);
      const labels = readLabels(outputs.get("labels")!, type, { index: 0, count: 1, pixels });
      const broken = countOf(labels, (label) => label === type.none);
      const predictions = (told: Prediction) => ({ segmentation: { ...told, labels, classes } });
      return { predictions, broken, of: pixels, what: "pixels" };
    }
    case "depth": {
      const depth = new Float32Array(outputs.get("depth")!, 0, pixels);
      const predictions = (told: Prediction) => ({ depth: { ...told, depth, unit: depthUnit(config) } });
      return { predictions, broken: countOf(depth, isNotFinite), of: pixels, what: "pixels" };
    }
    case "normals": {
      const normals = new Float32Array(outputs.get("normals")!, 0, 3 * pixels);
      const predictions = (told: Prediction) => ({ normals: { ...told, normals } });
      return { predictions, broken: countOf(normals, isNotFinite), of: normals.length, what: "numbers" };
    }
  }
}

/** What a model's depth is measured in. */
export function depthUnit(config: ModelConfig): DepthMap["unit"] {
  const head = decoderOf(config, "depth")?.head;
  if (!head) throw new InternalError("depth: want a decoder for depth, got none. Report this.");
  const isMetric = head.kind === "tips-depth" || (head.kind === "depth-anything" && head.metric);
  return isMetric ? "metres" : "relative inverse";
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
