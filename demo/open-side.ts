import { batch } from "@preact/signals";
import type { ModelRequest, OpenedModel } from "./engine.ts";
import { givenUp } from "./given-up.ts";
import { embeddedFor } from "./models/embedded.ts";
import { orAborted } from "./or-aborted.ts";
import type { PageTask } from "./settings/settings.ts";
import { amend, change, openedModels, pickedModels, type Side, say, settings, sides, work } from "./state.ts";
import { ProgressWords } from "./words/progress-words.ts";

/** A model on its way. It goes on whoever waits for it: only another model for its side stops it. */
interface Load {
  readonly request: ModelRequest;
  readonly model: Promise<OpenedModel>;
  readonly stop: AbortController;
}

const loads = new Map<Side, Load>();

/**
 * Makes a side's model the one that is asked for, and leaves it where it is that already or is on its way.
 * @param signal ends the wait, not the load
 * @returns it; none if aborted, or if it does not know the task that is set, which is then changed or told
 * @throws what `openModel` throws
 */
export async function openSide(side: Side, asked: ModelRequest, signal: AbortSignal): Promise<OpenedModel | undefined> {
  const request = { ...asked, files: pickedModels.peek().get(asked.name) };
  const model = side.model.peek();
  const opened = model && isSame(model.request, request) ? model : await orAborted(load(side, request).model, signal);
  if (signal.aborted) return undefined;
  openedModels.value = new Set([...openedModels.peek(), request.name]);
  const isUsable = side === sides[0] ? takeTask(opened.tasks, request.name) : checkTask(opened.tasks, request.name);
  return isUsable ? opened : undefined;
}

export function closeSide(side: Side): void {
  loads.get(side)?.stop.abort();
  loads.delete(side);
  side.model.peek()?.dispose();
  batch(() => {
    side.model.value = undefined;
    side.answer.value = undefined;
    side.of.value = undefined;
  });
}

/** The load that is under way, if it is of the same model; or else a new one in its place. */
function load(side: Side, request: ModelRequest): Load {
  const before = loads.get(side);
  if (before && isSame(before.request, request)) return before;
  closeSide(side);
  work.value = { words: "Opening the model" };
  const stop = new AbortController();
  // One after the other: a model that is given up frees its memory first.
  const model = givenUp(before?.model).then(() => opened(request, stop.signal));
  const begun = { request, model, stop };
  loads.set(side, begun);
  const onEnd = (loaded?: OpenedModel) => {
    if (loads.get(side) !== begun) return;
    loads.delete(side);
    side.model.value = loaded;
  };
  model.then(onEnd, () => onEnd());
  return begun;
}

/** @throws what `openModel` throws; the reason when it was given up, which a model may know only when it is there */
async function opened(request: ModelRequest, signal: AbortSignal): Promise<OpenedModel> {
  signal.throwIfAborted();
  const words = new ProgressWords();
  // The page is there before the library is.
  const { openModel } = await import("./engine.ts");
  const model = await openModel(request, {
    signal,
    onProgress: (progress) => {
      // Shaders are compiled for later pictures too; nothing is told of those that nobody waits for.
      if (!signal.aborted && work.peek()) work.value = words.tell(progress, performance.now());
    },
    onNotice: (text) => say({ kind: "note", text }),
  });
  if (signal.aborted) model.dispose();
  signal.throwIfAborted();
  return model;
}

/** Whether the model knows the task that is set; if not, a task of its own is set, which answers anew. */
function takeTask(tasks: readonly PageTask[], name: string): boolean {
  if (tasks.includes(settings.peek().task)) return true;
  const [own] = tasks;
  if (own) amend({ task: own });
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

function isSame(a: ModelRequest, b: ModelRequest): boolean {
  return a.name === b.name && a.dtype === b.dtype && a.files === b.files;
}
