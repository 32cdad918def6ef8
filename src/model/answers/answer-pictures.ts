import { MemoryError } from "../../runtime/errors.ts";
import { loadPart } from "../../runtime/load-part.ts";
import type { Picture } from "../../runtime/pictures/picture.ts";
import type { Task } from "../config/config.ts";
import { networkSize } from "../pictures/network-size.ts";
import type { Processor } from "../pictures/processor.ts";
import type { Attempt } from "../runs/graph-runner.ts";
import { groupName } from "../runs/group-name.ts";
import { batchJob, processorOf } from "../runs/job.ts";
import type { AnswerContext } from "./answer-context.ts";
import type { Batch } from "./batches.ts";
import { PassRunner } from "./pass-runner.ts";
import { type Predictions, readAnswer, type SegmentOptions } from "./predictions.ts";
import type { View } from "./views.ts";

/** What is asked of pictures. */
export interface Question extends SegmentOptions {
  /** What the user called. */
  readonly call: string;
  readonly tasks: readonly Task[];
}

/** Answers for pictures, in their order: those that take one pass in batches, the others through windows and views. */
export async function answerPictures(
  context: AnswerContext,
  pictures: readonly Picture[],
  question: Question,
): Promise<Predictions[]> {
  const { model } = context;
  const processor = processorOf(model);
  const views = await viewsOfAll(pictures, question, processor, model.config.backbone.patch);
  const plain = [...pictures.keys()].filter((i) => !views[i]);
  const answers: Predictions[] = [];
  for (const batch of await batchesOfSome(pictures, plain, question, processor)) {
    const answer = (some: Batch) => answerBatch(context, pictures, some, question);
    const answered = await answer(batch).catch(async (error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      const { answerFitting } = await fitting();
      return answerFitting(context, pictures, batch, question, answer, error);
    });
    for (const [k, i] of batch.indices.entries()) answers[i] = answered[k]!;
  }
  for (const [i, picture] of pictures.entries()) {
    if (answers[i]) continue;
    const { answerThroughViews } = await fitting();
    answers[i] = await answerThroughViews(context, picture, views[i]!, question);
  }
  return answers;
}

/** What few calls need: those through windows and views, and those for which memory is short. */
function fitting() {
  return loadPart(import("../windows/answer-fitting.ts"));
}

/** What few calls need: those with several pictures. */
function batching() {
  return loadPart(import("./batches.ts"));
}

/** What runs together, of the pictures with these numbers. */
async function batchesOfSome(
  pictures: readonly Picture[],
  numbers: readonly number[],
  { size, batch }: Question,
  processor: Processor,
): Promise<readonly Batch[]> {
  if (pictures.length === 1 && batch === undefined) {
    const { width, height } = pictures[0]!;
    return numbers.map((i) => ({ indices: [i], groups: [{ picture: { width, height }, count: 1 }] }));
  }
  const { batchesOf } = await batching();
  const some = numbers.map((i) => pictures[i]!);
  const batches = batchesOf(some, (picture) => networkSize(processor, picture, size), batch);
  return batches.map(({ groups, indices }) => ({ groups, indices: indices.map((k) => numbers[k]!) }));
}

/** How the network looks at each picture; not at all listed is one that is seen once, whole and as it is. */
async function viewsOfAll(
  pictures: readonly Picture[],
  question: Question,
  processor: Processor,
  patch: number,
): Promise<readonly (readonly View[] | undefined)[]> {
  const { tile, overlap, tta = false } = question;
  if (tile === undefined && overlap === undefined && tta === false) return [];
  const { isPlain, viewsOf } = await loadPart(import("./views.ts"));
  return pictures.map((picture) => {
    const views = viewsOf(picture, question, processor, patch);
    return isPlain(views) ? undefined : views;
  });
}

async function answerBatch(
  { runner, model }: AnswerContext,
  pictures: readonly Picture[],
  { indices, groups }: Batch,
  { call, tasks, size, resize, scores = false, ...options }: Question,
): Promise<Predictions[]> {
  const scoring = scores ? await loadPart(import("./scoring.ts")) : undefined;
  const job = batchJob(model, { groups, size, resize, tasks, scores: scoring?.scoresAtPicture });
  const shares = groups.flatMap(({ picture, count }, group) =>
    Array.from({ length: count }, (_, index) => ({
      group,
      share: { index, count, pixels: picture.width * picture.height },
    })),
  );
  const inputs: Record<string, Picture["words"]> = {};
  for (const g of groups.keys()) {
    const members = indices.filter((_, k) => shares[k]!.group === g).map((i) => pictures[i]!);
    inputs[groupName("pixels", g)] =
      members.length === 1 ? members[0]!.words : await (await batching()).joined(members);
  }
  const passes = new PassRunner(runner, call, options);
  return passes.run(job, inputs, (outputs): Attempt<Predictions[]> => {
    const answers = indices.map((i, k) => {
      const { width, height } = pictures[i]!;
      const prediction = { width, height, network: job.network, batch: indices.length, ...passes.report };
      const { group, share } = shares[k]!;
      const bytesOf = (name: string) => outputs.get(groupName(name, group))!;
      return tasks.map((task) => readAnswer(model.config, task, bytesOf, share, prediction, scoring));
    });
    const wrong = answers.flatMap((parts, k) => parts.map((part) => ({ ...part, picture: indices[k]! + 1 })));
    const first = wrong.find(({ notFinite }) => notFinite > 0);
    const of = indices.length > 1 ? ` of picture ${first?.picture}` : "";
    return {
      answer: answers.map((parts) => Object.assign({}, ...parts.map(({ predictions }) => predictions)) as Predictions),
      notFinite: first && `${first.notFinite} of ${first.of} ${first.what}${of}`,
    };
  });
}
