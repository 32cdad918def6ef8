import { MemoryError } from "../../runtime/errors.ts";
import { inMemory, type Picture, type Pixels } from "../../runtime/pictures/picture.ts";
import type { AnswerContext } from "../answers/answer-context.ts";
import type { Question } from "../answers/answer-pictures.ts";
import { type Batch, batchesOf } from "../answers/batches.ts";
import type { Predictions } from "../answers/predictions.ts";
import { type View, viewsOf } from "../answers/views.ts";
import { processorOf } from "../runs/job.ts";
import { jobOf } from "../runs/job-of.ts";
import { answerThroughWindows } from "./answer-windows.ts";
import { ifItFits, withSizeAdvice } from "./size-advice.ts";

type AnswerBatch = (batch: Batch) => Promise<Predictions[]>;

/**
 * Answers for a batch that memory is too small for: for fewer pictures at once, and for one through windows, as far as
 * smaller windows take less.
 * @param answer answers for a batch as it is
 * @param short what that said of the whole
 * @throws MemoryError that says what would help, if that does not
 */
export async function answerFitting(
  context: AnswerContext,
  pictures: readonly Picture[],
  batch: Batch,
  question: Question,
  answer: AnswerBatch,
  short: MemoryError,
): Promise<Predictions[]> {
  const { indices } = batch;
  if (indices.length === 1) return [await answerSmaller(context, pictures[indices[0]!]!, question, short)];
  const fewer = Math.ceil(indices.length / 2);
  context.runner.notify(
    `${question.call}: GPU memory is short for ${indices.length} pictures at once: ${fewer} it is.`,
  );
  const sameNetwork = () => ({ width: 0, height: 0 });
  const answers: Predictions[] = [];
  for (const part of batchesOf(
    indices.map((i) => pictures[i]!),
    sameNetwork,
    fewer,
  )) {
    const smaller = { groups: part.groups, indices: part.indices.map((k) => indices[k]!) };
    const answered = await answer(smaller).catch((error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      return answerFitting(context, pictures, smaller, question, answer, error);
    });
    for (const [i, k] of part.indices.entries()) answers[k] = answered[i]!;
  }
  return answers;
}

/** Windows of half the picture, then of half of that, while they take less. */
async function answerSmaller(
  context: AnswerContext,
  picture: Picture,
  question: Question,
  short: MemoryError,
): Promise<Predictions> {
  const { runner, model } = context;
  const { width, height } = picture;
  const { tasks, size, resize } = question;
  const { patch } = model.config.backbone;
  const bytesOf = (tile?: number) =>
    ifItFits(() => runner.plannedBytes(jobOf(model, { picture: { width, height }, tasks, size, resize, tile })));
  let pixels: Pixels | undefined;
  let [bytes = Number.POSITIVE_INFINITY, error] = [bytesOf(), short];
  for (let tile = Math.ceil(Math.max(width, height) / 2); tile >= 2 * patch; tile = Math.ceil(tile / 2)) {
    const smaller = bytesOf(tile);
    if (smaller === undefined) continue;
    if (smaller >= bytes) break;
    bytes = smaller;
    runner.notify(`${question.call}: GPU memory is short: the picture goes through windows of ${tile} pixels.`);
    try {
      const views = viewsOf(picture, { ...question, tile }, processorOf(model), patch);
      pixels ??= await inMemory(picture);
      return await answerThroughWindows(context, pixels, views, { ...question, tile });
    } catch (cause) {
      if (!(cause instanceof MemoryError)) throw cause;
      error = cause;
    }
  }
  throw withSizeAdvice(context, picture, question, error);
}

/**
 * Answers through windows and views that were asked for.
 * @throws MemoryError that says what would help, if one of them is too large
 */
export async function answerThroughViews(
  context: AnswerContext,
  picture: Picture,
  views: readonly View[],
  question: Question,
): Promise<Predictions> {
  try {
    return await answerThroughWindows(context, await inMemory(picture), views, question);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    const [{ rows, columns }] = views as readonly [View];
    throw withSizeAdvice(context, { width: columns.tile, height: rows.tile }, question, error);
  }
}
