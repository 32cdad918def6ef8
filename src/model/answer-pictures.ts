import { labelType } from "../kernels/arg-max-resized.ts";
import { inMemory, type Picture, type Pixels } from "../runtime/picture.ts";
import {
  type DepthMap,
  type Prediction,
  type PredictionOptions,
  readLabels,
  readPlane,
  readScores,
  type Segmentation,
  type SegmentOptions,
  type Share,
  withClassMeans,
} from "./answers.ts";
import { type Batch, batchesOf } from "./batches.ts";
import type { Task } from "./config.ts";
import { groupName, type LogitsAnswer } from "./predict.ts";
import { countOf, isNotFinite } from "./predictions.ts";
import { networkSize, type Size } from "./processor.ts";
import type { Attempt } from "./runs.ts";
import { type Answering, Tally } from "./tally.ts";
import { depthThroughWindows, labelsThroughWindows } from "./windows/answer-windows.ts";
import { type View, viewsOf } from "./windows/views.ts";
import { batchJob, processorOf } from "./work.ts";

/** A task whose pictures run together as one graph, where each takes a single pass. */
interface Question<Answer> {
  readonly call: string;
  readonly task: Task;
  readonly logits?: LogitsAnswer;
  /** Reads one picture's answer from the outputs. */
  readonly read: (bytesOf: (name: string) => ArrayBuffer, share: Share) => Answer;
  /** How many of a picture's pixels say that the network's numbers were not finite. */
  readonly countBroken: (answer: Answer) => number;
  /** Answers for one picture through windows and views. */
  readonly through: (picture: Pixels, views: readonly View[]) => Promise<Answer & Prediction>;
}

/** Labels of pictures, in their order. */
export async function segmentPictures(
  answering: Answering,
  pictures: readonly Picture[],
  classes: readonly string[],
  options: SegmentOptions,
): Promise<Segmentation[]> {
  const type = labelType(classes.length);
  const { scores = false } = options;
  const answers = await answerPictures(answering, pictures, options, {
    call: "segment",
    task: "segmentation",
    logits: scores ? "labels and scores" : "labels",
    read: (bytesOf, share) => ({
      labels: readLabels(bytesOf("labels"), type, share),
      scores: scores ? readScores(bytesOf("scores"), share) : undefined,
    }),
    countBroken: ({ labels }) => countOf(labels, (label) => label === type.none),
    through: (picture, views) => labelsThroughWindows(answering, picture, views, classes.length, options),
  });
  return answers.map(({ scores: pixelScores, ...answer }) => ({
    ...answer,
    classes,
    ...(pixelScores && { scores: withClassMeans(pixelScores, answer.labels, classes.length) }),
  }));
}

/** Depth of pictures, in their order. */
export async function measurePictures(
  answering: Answering,
  pictures: readonly Picture[],
  unit: DepthMap["unit"],
  options: PredictionOptions,
): Promise<DepthMap[]> {
  const answers = await answerPictures(answering, pictures, options, {
    call: "depth",
    task: "depth",
    read: (bytesOf, share) => ({ depth: readPlane(bytesOf("depth"), share) }),
    countBroken: ({ depth }) => countOf(depth, isNotFinite),
    through: (picture, views) => depthThroughWindows(answering, picture, views, unit === "metres", options),
  });
  return answers.map((answer) => ({ ...answer, unit }));
}

async function answerPictures<Answer>(
  answering: Answering,
  pictures: readonly Picture[],
  options: PredictionOptions,
  question: Question<Answer>,
): Promise<(Answer & Prediction)[]> {
  const { model } = answering;
  const processor = processorOf(model);
  const { patch } = model.config.backbone;
  const views = pictures.map((picture) => viewsOf(picture, options, processor, patch));
  const answers: (Answer & Prediction)[] = [];
  const once = [...pictures.keys()].filter((i) => isPlain(views[i]!));
  const networkOf = (picture: Size) => networkSize(processor, picture, options.size);
  for (const { indices, groups } of batchesOf(
    once.map((i) => pictures[i]!),
    networkOf,
    options.batch,
  )) {
    const numbers = indices.map((k) => once[k]!);
    const batch = { groups, indices: numbers };
    for (const [k, answer] of (await answerBatch(answering, pictures, batch, options, question)).entries()) {
      answers[numbers[k]!] = answer;
    }
  }
  for (const [i, picture] of pictures.entries())
    answers[i] ??= await question.through(await inMemory(picture), views[i]!);
  return answers;
}

/** Whether it is the whole picture, seen once, as it is. */
function isPlain(views: readonly View[]): boolean {
  const [{ scale, mirrored, rows, columns }] = views as [View];
  return views.length === 1 && scale === 1 && mirrored.length === 1 && rows.starts.length * columns.starts.length === 1;
}

async function answerBatch<Answer>(
  { runs, model }: Answering,
  pictures: readonly Picture[],
  { indices, groups }: Batch,
  { size, resize, ...options }: PredictionOptions,
  { call, task, logits, read, countBroken }: Question<Answer>,
): Promise<(Answer & Prediction)[]> {
  const job = batchJob(model, { groups, size, resize, tasks: [task], logits: logits ?? "labels" });
  const shares = groups.flatMap(({ picture, count }, group) =>
    Array.from({ length: count }, (_, index) => ({
      group,
      share: { index, count, pixels: picture.width * picture.height },
    })),
  );
  const inputs: Record<string, Picture["words"]> = {};
  for (const g of groups.keys()) {
    const members = indices.filter((_, k) => shares[k]!.group === g).map((i) => pictures[i]!);
    inputs[groupName("pixels", g)] = await joined(members);
  }
  const tally = new Tally(runs, call, options);
  const answers = await tally.pass(job, inputs, (outputs): Attempt<Answer[]> => {
    const each = shares.map(({ group, share }) => read((name) => outputs.get(groupName(name, group))!, share));
    const counts = each.map(countBroken);
    const worst = counts.findIndex((count) => count > 0);
    const of = indices.length > 1 ? ` of picture ${indices[worst]! + 1}` : "";
    return {
      answer: each,
      broken: worst < 0 ? undefined : `${counts[worst]} of ${shares[worst]!.share.pixels} pixels${of}`,
    };
  });
  return answers.map((answer, k) => {
    const { width, height } = pictures[indices[k]!]!;
    return { width, height, network: job.network, batch: indices.length, ...tally.told, ...answer };
  });
}

/** Pictures of one size, one below the other. */
async function joined(pictures: readonly Picture[]): Promise<Picture["words"]> {
  if (pictures.length === 1) return pictures[0]!.words;
  const each = await Promise.all(pictures.map(inMemory));
  const all = new Uint32Array(each.reduce((sum, { words }) => sum + words.length, 0));
  let at = 0;
  for (const { words } of each) {
    all.set(words, at);
    at += words.length;
  }
  return all;
}
