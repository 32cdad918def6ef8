import { batch } from "@preact/signals";
import { readPicture } from "./draw/painter.ts";
import { fetchOwn } from "./fetch-own.ts";
import { startCamera } from "./live/camera.ts";
import { stopLive } from "./live/live.ts";
import { startVideo } from "./live/video-file.ts";
import type { Given } from "./pictures/given-files.ts";
import type { Picture } from "./pictures/picture.ts";
import { type Sample, sampleOf } from "./pictures/samples.ts";
import { amend, change, forget, pickedModels, picture, say, settings } from "./state.ts";
import { messageOf } from "./words/message-of.ts";

/** How often something was taken: of two pictures the one that was taken last is shown, however long the other takes. */
let taken = 0;

/** Takes what a person dropped, pasted or picked. What is wrong with it is said; what was shown before stays. */
export function take(given: Given | undefined): Promise<void> {
  return attempt(async (isNewest) => {
    if (!given) return;
    if (given.kind === "model") return takeModel(given.name, given.files);
    if (given.kind === "video") return startVideo(given.file, isNewest);
    const { file } = given;
    const read = await readPicture(file.name || "the pasted picture", file);
    if (isNewest()) show(read, "");
  });
}

export function takeSample(name: Sample["name"]): Promise<void> {
  return attempt(async (isNewest) => {
    const sample = sampleOf(name);
    if (!sample) return;
    const response = await fetchOwn(sample.url);
    const read = await readPicture(sample.name, await response.blob());
    if (isNewest()) show(read, sample.name);
  });
}

export function takeCamera(): Promise<void> {
  return attempt(startCamera);
}

/** Chooses files as the model, under a name that no address holds. */
export function takeModel(name: string, files: readonly File[]): void {
  const key = `file:${name}`;
  pickedModels.value = new Map([...pickedModels.peek(), [key, files]]);
  // Picked again under the same name, it may be another one.
  if (settings.peek().model === key) amend({ model: "" });
  change({ model: key });
}

function show(read: Picture, sample: string): void {
  batch(() => {
    stopLive();
    picture.value = read;
    // A class that is shown alone is one of the picture before, but for a link's.
    if (sample === "" || sample !== settings.peek().sample) change({ sample, only: "" });
  });
}

async function attempt(step: (isNewest: () => boolean) => Promise<void>): Promise<void> {
  const turn = ++taken;
  try {
    forget("error");
    await step(() => turn === taken);
  } catch (error) {
    // Of what was given up nobody wants to hear.
    if (turn === taken) say({ kind: "error", text: messageOf(error) });
  }
}
