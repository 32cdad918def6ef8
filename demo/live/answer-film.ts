import type { Answer } from "../answer.ts";
import { pictureOf } from "../draw/painter.ts";
import type { AnsweredFrame, OpenedModel, StreamOptions } from "../engine.ts";
import type { Picture } from "../pictures/picture.ts";
import type { PageTask } from "../settings/settings.ts";
import type { Film, Pace } from "./live.ts";

/** A frame as it is shown, with what each model told of it. */
export interface FilmAnswer extends Pace {
  readonly shown: Picture;
  readonly answers: readonly Answer[];
}

/**
 * Answers the newest frame of a film again and again, by one model or by two that are compared.
 * @throws as the models do; the signal's reason when aborted
 */
export async function* answerFilm(
  { name, video }: Film,
  task: PageTask,
  [first, second]: readonly OpenedModel[],
  options: StreamOptions,
): AsyncGenerator<FilmAnswer, void> {
  const frames = first!.stream(task, video, options);
  const seen = second ? seenAgain(frames, (pictures) => second.stream(task, pictures, options)) : seenOnce(frames);
  for await (const { frame, answers, fps, latency, dropped } of seen) {
    yield { shown: await pictureOf(name, frame), answers, fps, latency, dropped };
  }
}

type SeenFrame = Pace & { readonly frame: ImageBitmap; readonly answers: readonly Answer[] };

async function* seenOnce(frames: AsyncIterable<AnsweredFrame>): AsyncGenerator<SeenFrame, void> {
  for await (const { answer, ...rest } of frames) yield { ...rest, answers: [answer] };
}

/** By a second model, which answers the frame that the first has answered before that gets the next one. */
async function* seenAgain(
  frames: AsyncIterable<AnsweredFrame>,
  answer: (pictures: AsyncIterable<ImageBitmap>) => AsyncIterable<AnsweredFrame>,
): AsyncGenerator<SeenFrame, void> {
  let first!: AnsweredFrame;
  async function* pictures() {
    for await (first of frames) yield first.frame;
  }
  for await (const second of answer(pictures())) {
    const latency = first.latency + second.latency;
    yield { ...first, fps: second.fps, latency, answers: [first.answer, second.answer] };
  }
}
