import { batch } from "@preact/signals";
import type { ModelRequest, OpenedModel } from "./engine.ts";
import { embeddedFor } from "./models/embedded.ts";
import type { PageTask } from "./settings/settings.ts";
import { change, openedModels, pickedModels, type Side, say, settings, sides, work } from "./state.ts";
import { ProgressWords } from "./words/progress-words.ts";

/**
 * Makes a side's model the one that is asked for, and leaves it where it is that already.
 * @returns it; none if aborted, or if it does not know the task that is set, which is then changed or told
 * @throws what `openModel` throws
 */
export async function openSide(side: Side, asked: ModelRequest, signal: AbortSignal): Promise<OpenedModel | undefined> {
  const request = { ...asked, files: pickedModels.peek().get(asked.name) };
  const model = await openedModel(side, request, signal);
  if (signal.aborted) return undefined;
  openedModels.value = new Set([...openedModels.peek(), request.name]);
  const isUsable = side === sides[0] ? takeTask(model.tasks, request.name) : checkTask(model.tasks, request.name);
  return isUsable ? model : undefined;
}

export function closeSide(side: Side): void {
  side.model.peek()?.dispose();
  batch(() => {
    side.model.value = undefined;
    side.answer.value = undefined;
  });
}

async function openedModel(side: Side, request: ModelRequest, signal: AbortSignal): Promise<OpenedModel> {
  const opened = side.model.peek();
  if (opened && isSame(opened.request, request)) return opened;
  signal.throwIfAborted();
  closeSide(side);
  const words = new ProgressWords();
  // The page is there before the library is.
  const { openModel } = await import("./engine.ts");
  const model = await openModel(request, {
    signal,
    onProgress: (progress) => {
      // Shaders are compiled for later pictures too, long after this signal's own.
      if (!signal.aborted || progress.phase === "compile") work.value = words.tell(progress, performance.now());
    },
    onNotice: (text) => say({ kind: "note", text }),
  });
  if (signal.aborted) model.dispose();
  else side.model.value = model;
  return model;
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

function isSame(a: ModelRequest, b: ModelRequest): boolean {
  return a.name === b.name && a.dtype === b.dtype && a.files === b.files;
}
