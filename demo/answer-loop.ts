import { batch, effect } from "@preact/signals";
import { isAbort } from "../src/runtime/is-abort.ts";
import type { OpenedModel } from "./engine.ts";
import { givenUp } from "./given-up.ts";
import { answerFilm } from "./live/answer-film.ts";
import { type Film, film, pace, stopLive } from "./live/live.ts";
import { closeSide, openSide } from "./open-side.ts";
import type { Picture } from "./pictures/picture.ts";
import { forget, picture, type Side, say, setting, settings, sides, work } from "./state.ts";
import { messageOf } from "./words/message-of.ts";

let running: AbortController | undefined;
let settled: Promise<void> = Promise.resolve();
/** The last frame of a film that what is running has answered. */
let answeredFrame: Picture | undefined;

/** Answers anew whenever the picture, the film, the task or a model changes; what is under way is then given up. */
export function startAnswering(): void {
  const wanted = (["task", "model", "dtype", "against", "againstDtype", "size"] as const).map(setting);
  const smoothing = setting("smoothing");
  let before: Film | undefined;
  effect(() => {
    for (const each of wanted) each.value;
    const playing = film.value;
    const hasEnded = before !== undefined && playing === undefined;
    before = playing;
    // A film's frames become the picture, one after the other: no reason to begin anew.
    if (playing) smoothing.value;
    else if (picture.value === answeredFrame && hasEnded) return stopAnswering();
    answerAnew();
  });
}

function stopAnswering(): void {
  running?.abort();
  work.value = undefined;
}

/** Once more from the beginning, with models loaded anew: after an error that may have passed. */
export function tryAgain(): void {
  for (const side of sides) closeSide(side);
  answerAnew();
}

/** Once more with the models as they are, each kernel measured. */
export function answerAnew(options: { readonly profile?: boolean } = {}): void {
  running?.abort();
  running = new AbortController();
  answeredFrame = undefined;
  forget("error");
  const { signal } = running;
  const before = settled;
  settled = (async () => {
    // One after the other: an answer that is given up frees its memory first.
    await givenUp(before);
    if (!signal.aborted) await answer(signal, options);
  })();
}

async function answer(signal: AbortSignal, { profile = false }): Promise<void> {
  try {
    const { model, dtype, against, againstDtype } = settings.peek();
    if (against === "") closeSide(sides[1]);
    const playing = film.peek();
    const first = await openSide(sides[0], { name: model, dtype }, signal);
    if (!first) return;
    if (!playing) await answerPicture(sides[0], first, { profile, signal });
    const second = against && (await openSide(sides[1], { name: against, dtype: againstDtype }, signal));
    if (playing) await followFilm(playing, second ? [first, second] : [first], { profile, signal });
    else if (second) await answerPicture(sides[1], second, { profile, signal });
  } catch (error) {
    if (isAbort(error, signal)) return;
    pace.value = undefined;
    say({ kind: "error", text: messageOf(error), action: { words: "Try again", run: tryAgain } });
  } finally {
    if (!signal.aborted) work.value = undefined;
  }
}

interface Looking {
  readonly profile: boolean;
  readonly signal: AbortSignal;
}

async function answerPicture(side: Side, model: OpenedModel, { profile, signal }: Looking): Promise<void> {
  const shown = picture.peek();
  if (!shown || signal.aborted) return;
  tellLooking([side]);
  const { task, size } = settings.peek();
  const answered = await model.answer(task, shown, { size, profile, signal });
  if (signal.aborted) return;
  batch(() => {
    side.answer.value = answered;
    side.of.value = shown;
    work.value = undefined;
  });
}

/** Until the film ends, or the signal ends it. */
async function followFilm(playing: Film, models: readonly OpenedModel[], { profile, signal }: Looking): Promise<void> {
  tellLooking(sides.slice(0, models.length));
  const { task, size, smoothing } = settings.peek();
  const asked = { size, profile, signal, smoothing: smoothing / 100 };
  for await (const { shown, answers, ...kept } of answerFilm(playing, task, models, asked)) {
    if (signal.aborted) return;
    batch(() => {
      answeredFrame = shown;
      picture.value = shown;
      for (const [i, answer] of answers.entries()) {
        sides[i]!.answer.value = answer;
        sides[i]!.of.value = shown;
      }
      pace.value = kept;
      work.value = undefined;
    });
  }
  stopLive();
}

/** The first answer of a model takes longer. */
function tellLooking(looking: readonly Side[]): void {
  const isFirst = looking.some(({ answer: known }) => known.peek() === undefined);
  work.value = { words: isFirst ? "Looking at the picture, for the first time" : "Looking at the picture" };
}
