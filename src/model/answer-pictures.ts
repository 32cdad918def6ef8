import type { Pixels } from "../runtime/picture.ts";
import { answerFitting } from "./answer-fitting.ts";
import { type Batch, batchesOf } from "./batches.ts";
import type { Task } from "./config.ts";
import { groupName } from "./predict.ts";
import { type Predictions, readAnswer, type SegmentOptions } from "./predictions.ts";
import { networkSize, type Size } from "./processor.ts";
import type { Attempt } from "./runs.ts";
import { type Answering, Tally } from "./tally.ts";
import { answerThroughWindows } from "./windows/answer-windows.ts";
import { isPlain, viewsOf } from "./windows/views.ts";
import { batchJob, processorOf } from "./work.ts";

/** What is asked of pictures. */
export interface Question extends SegmentOptions {
  /** What the user called. */
  readonly call: string;
  readonly tasks: readonly Task[];
}

/** Answers for pictures, in their order: those that take one pass in batches, the others through windows and views. */
export async function answerPictures(
  answering: Answering,
  pictures: readonly Pixels[],
  question: Question,
): Promise<Predictions[]> {
  const { model } = answering;
  const processor = processorOf(model);
  const { patch } = model.config.backbone;
  const views = pictures.map((picture) => viewsOf(picture, question, processor, patch));
  const plain = [...pictures.keys()].filter((i) => isPlain(views[i]!));
  const networkOf = (picture: Size) => networkSize(processor, picture, question.size);
  const answers: Predictions[] = [];
  for (const { indices, groups } of batchesOf(
    plain.map((i) => pictures[i]!),
    networkOf,
    question.batch,
  )) {
    const batch = { groups, indices: indices.map((k) => plain[k]!) };
    const answered = await answerFitting(answering, pictures, batch, question, (some) =>
      answerBatch(answering, pictures, some, question),
    );
    for (const [k, i] of batch.indices.entries()) answers[i] = answered[k]!;
  }
  for (const [i, picture] of pictures.entries()) {
    answers[i] ??= await answerThroughWindows(answering, picture, views[i]!, question);
  }
  return answers;
}

async function answerBatch(
  { runs, model }: Answering,
  pictures: readonly Pixels[],
  { indices, groups }: Batch,
  { call, tasks, size, resize, scores = false, ...options }: Question,
): Promise<Predictions[]> {
  const job = batchJob(model, { groups, size, resize, tasks, logits: scores ? "labels and scores" : "labels" });
  const shares = groups.flatMap(({ picture, count }, group) =>
    Array.from({ length: count }, (_, index) => ({
      group,
      share: { index, count, pixels: picture.width * picture.height },
    })),
  );
  const words = indices.map((i) => pictures[i]!.words);
  const inputs = Object.fromEntries(
    groups.map((_, g) => [groupName("pixels", g), joined(words.filter((_, k) => shares[k]!.group === g))]),
  );
  const tally = new Tally(runs, call, options);
  return tally.pass(job, inputs, (outputs): Attempt<Predictions[]> => {
    const answers = indices.map((i, k) => {
      const { width, height } = pictures[i]!;
      const prediction = { width, height, network: job.network, batch: indices.length, ...tally.told };
      const { group, share } = shares[k]!;
      const bytesOf = (name: string) => outputs.get(groupName(name, group))!;
      return tasks.map((task) => readAnswer(model.config, task, bytesOf, share, prediction, { scores }));
    });
    const wrong = answers.flatMap((parts, k) => parts.map((part) => ({ ...part, picture: indices[k]! + 1 })));
    const first = wrong.find(({ broken }) => broken > 0);
    const of = indices.length > 1 ? ` of picture ${first?.picture}` : "";
    return {
      answer: answers.map((parts) => Object.assign({}, ...parts.map(({ predictions }) => predictions)) as Predictions),
      broken: first && `${first.broken} of ${first.of} ${first.what}${of}`,
    };
  });
}

function joined(pictures: readonly Uint32Array[]): Uint32Array {
  if (pictures.length === 1) return pictures[0]!;
  const all = new Uint32Array(pictures.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const words of pictures) {
    all.set(words, at);
    at += words.length;
  }
  return all;
}
