import { batch } from "@preact/signals";
import { readPicture } from "./draw/painter.ts";
import { fetchOwn } from "./fetch-own.ts";
import { startCamera } from "./live/camera.ts";
import { stopLive } from "./live/live.ts";
import { startVideo } from "./live/video-file.ts";
import type { Given } from "./pictures/given-files.ts";
import { MOST_OWN } from "./pictures/own-photos.ts";
import type { Picture } from "./pictures/picture.ts";
import { sampleOf } from "./pictures/samples.ts";
import { amend, change, forget, ownPhotos, pickedModels, picture, say, settings } from "./state.ts";
import { readOwn, takePhotos } from "./take-photos.ts";
import { messageOf } from "./words/message-of.ts";

/** How often something was taken: of two pictures the one that was taken last is shown, however long the other takes. */
let taken = 0;

/** Takes what a person dropped, pasted or picked. What is wrong with it is said; what was shown before stays. */
export function take(given: Given | undefined): Promise<void> {
  return attempt(async (isNewest) => {
    if (!given) return;
    if (given.kind !== "model" && given.leftOut > 0) say({ kind: "note", text: leftOutWords(given.leftOut) });
    if (given.kind === "model") return takeModel(given.name, given.files);
    if (given.kind === "video") return startVideo(given.file, isNewest);
    const broken = await takePhotos(given.files, (read, key) => isNewest() && show(read, key));
    if (broken) throw broken;
  });
}

/** What `Settings.sample` names: a sample, a photo of this visit, or nothing. */
export function takeShown(name: string): Promise<void> {
  return attempt(async (isNewest) => {
    const own = ownPhotos.peek().find(({ key }) => key === name);
    const sample = sampleOf(name);
    if (own) {
      const read = await readOwn(own.file);
      if (isNewest()) show(read, own.key);
    } else if (sample) {
      const response = await fetchOwn(sample.url);
      const read = await readPicture(sample.name, await response.blob());
      if (isNewest()) show(read, sample.name);
    } else {
      batch(() => {
        stopLive();
        picture.value = undefined;
      });
    }
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

function leftOutWords(count: number): string {
  const what = count === 1 ? "One of these files was" : `${count} of these files were`;
  return `${what} left out: the page takes one video, or ${MOST_OWN} photos, at a time.`;
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
