import { batch, effect } from "@preact/signals";
import { isAbort } from "../src/runtime/is-abort.ts";
import { type ModelRequest, openModel } from "./engine.ts";
import { embeddedFor } from "./models/embedded.ts";
import type { PageTask } from "./settings/settings.ts";
import {
  change,
  forget,
  openedModels,
  pickedModels,
  picture,
  type Side,
  say,
  setting,
  settings,
  sides,
  work,
} from "./state.ts";
import { messageOf } from "./words/message-of.ts";
import { ProgressWords } from "./words/progress-words.ts";

/** How long what is given up may take to end before the next begins all the same. */
const GIVEN_UP_MS = 2000;

let running: AbortController | undefined;
let settled: Promise<void> = Promise.resolve();

/** Answers anew whenever the picture, the task or a model changes; what is under way is then given up. */
export function startAnswering(): void {
  const names = ["task", "model", "dtype", "against", "againstDtype", "size"] as const;
  const wanted = names.map(setting);
  effect(() => {
    for (const each of wanted) each.value;
    picture.value;
    answerAnew();
  });
}

/** Resolves when nothing is under way, whatever came of it. */
export async function whenSettled(): Promise<void> {
  for (let last: unknown; last !== settled; ) {
    last = settled;
    await settled;
  }
}

/** Once more from the beginning, with models loaded anew: after an error that may have passed. */
export function tryAgain(): void {
  for (const side of sides) closeModel(side);
  answerAnew();
}

/** Once more with the models as they are, each kernel measured. */
export function answerAnew(options: { readonly profile?: boolean } = {}): void {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const before = settled;
  settled = (async () => {
    // One after the other: a model that is given up frees its memory first. A load that is aborted may be slow to tell.
    await Promise.race([before, new Promise((resolve) => setTimeout(resolve, GIVEN_UP_MS))]);
    if (!signal.aborted) await answer(signal, options);
  })();
}

async function answer(signal: AbortSignal, { profile = false }): Promise<void> {
  try {
    const { task, model, dtype, against, againstDtype } = settings.peek();
    forget("error");
    await answerSide(sides[0], { name: model, dtype }, signal, profile);
    if (settings.peek().task !== task) return;
    if (against === "") closeModel(sides[1]);
    else await answerSide(sides[1], { name: against, dtype: againstDtype }, signal, profile);
  } catch (error) {
    if (isAbort(error, signal)) return;
    say({ kind: "error", text: messageOf(error), action: { words: "Try again", run: tryAgain } });
  } finally {
    if (!signal.aborted) work.value = undefined;
  }
}

async function answerSide(side: Side, asked: ModelRequest, signal: AbortSignal, profile: boolean): Promise<void> {
  const request = { ...asked, files: pickedModels.peek().get(asked.name) };
  const words = new ProgressWords();
  const opened = side.model.peek();
  const isOpen = opened !== undefined && isSame(opened.request, request);
  if (!isOpen) closeModel(side);
  const model = isOpen
    ? opened
    : await openModel(request, {
        signal,
        onProgress: (progress) => {
          // Shaders are compiled for later pictures too, long after this signal's own.
          if (!signal.aborted || progress.phase === "compile") work.value = words.tell(progress, performance.now());
        },
        onNotice: (text) => say({ kind: "note", text }),
      });
  if (signal.aborted) {
    if (!isOpen) model.dispose();
    return;
  }
  side.model.value = model;
  openedModels.value = new Set([...openedModels.peek(), request.name]);
  if (!(side === sides[0] ? takeTask(model.tasks, request.name) : checkTask(model.tasks, request.name))) return;
  const shown = picture.peek();
  if (!shown || signal.aborted) return;
  if (!shown.live || !isOpen) {
    work.value = { words: isOpen ? "Looking at the picture" : "Looking at the picture, for the first time" };
  }
  const { task, size } = settings.peek();
  const answered = await model.answer(task, shown, { size, profile, signal });
  if (signal.aborted) return;
  batch(() => {
    side.answer.value = answered;
    work.value = undefined;
  });
}

/** Whether the model knows the task that is set; if not, a task of its own is set, which answers anew. */
function takeTask(tasks: readonly PageTask[], name: string): boolean {
  if (tasks.includes(settings.peek().task)) return true;
  const [own] = tasks;
  if (own) change({ task: own });
  else {
    const text = `${name}: want a model for segmentation or depth, got one for neither. Choose another model.`;
    say({ kind: "error", text, action: { words: "Take the embedded model", run: takeEmbedded } });
  }
  return false;
}

/** Whether the model to compare with knows the task; if not, says so. */
function checkTask(tasks: readonly PageTask[], name: string): boolean {
  const { task } = settings.peek();
  if (tasks.includes(task)) return true;
  const text = `compare: want a second model for ${task}, got ${name} without it. Choose two models of one task.`;
  say({ kind: "error", text, action: { words: "Stop comparing", run: () => change({ against: "" }) } });
  return false;
}

function takeEmbedded(): void {
  change({ model: embeddedFor(settings.peek().task).name, against: "" });
}

function closeModel(side: Side): void {
  side.model.peek()?.dispose();
  batch(() => {
    side.model.value = undefined;
    side.answer.value = undefined;
  });
}

function isSame(a: ModelRequest, b: ModelRequest): boolean {
  return a.name === b.name && a.dtype === b.dtype && a.files === b.files;
}
