import { effect } from "@preact/signals";
import { type Remote, transfer } from "comlink";
import type { ClassArea } from "../../cli/run/class-areas.ts";
import type { DepthRange } from "../../src/model/answers/depth-levels.ts";
import type { Answer } from "../answer.ts";
import { copyAnswer, copyPicture } from "../copy-shown.ts";
import { LazyWorker } from "../lazy-worker.ts";
import type { Picture } from "../pictures/picture.ts";
import { picture, sides } from "../state.ts";
import type { Difference } from "./difference.ts";
import type { Painter } from "./painter-script.ts";
import type { Look } from "./result-pixels.ts";

/** What the painter has of what is shown, by the numbers that it knows them by. */
const kept = new Map<Picture | Answer, number>();
let last = 0;

const worker = new LazyWorker<Painter>(() => {
  kept.clear();
  return new Worker(new URL("./painter-script.ts", import.meta.url), { type: "module", name: "painter" });
}, "picture: want the script that paints");

/** Starts the painter while the page loads what it shows, and lets it forget what is shown no longer. */
export function startPainting(): void {
  worker.open();
  effect(() => {
    const shown = new Set<unknown>([picture.value, ...sides.map(({ answer }) => answer.value)]);
    for (const [thing, id] of kept) {
      if (shown.has(thing)) continue;
      kept.delete(thing);
      worker.ask((painter) => painter.forget(id)).catch(() => {});
    }
  });
}

/** Reads a picture file, turned as its EXIF says, at most 2048 pixels on its longer side. @throws FileError for any other */
export function readPicture(name: string, blob: Blob): Promise<Picture> {
  return worker.ask((painter) => painter.read(name, blob));
}

/** The same of a bitmap, which is used up. */
export function pictureOf(name: string, bitmap: ImageBitmap): Promise<Picture> {
  return worker.ask((painter) => painter.frame(name, transfer(bitmap, [bitmap])));
}

/** A picture file as a small one to choose it by. @throws FileError as {@link readPicture} */
export function smallPicture(name: string, blob: Blob): Promise<Blob> {
  return worker.ask((painter) => painter.small(name, blob));
}

/** @param width in pixels that it is shown in: where it is larger it is shrunk to that */
export function paintPicture(shown: Picture, width = shown.width): Promise<ImageBitmap> {
  return worker.ask((painter) => painter.picture(idOf(painter, shown), width));
}

/** @param width as for {@link paintPicture} */
export function paintAnswer(answer: Answer, look: Look, width: number): Promise<ImageBitmap> {
  return worker.ask((painter) => painter.result(idOf(painter, answer), look, width));
}

/** @param width as for {@link paintPicture} @throws UsageError for answers of two tasks or sizes */
export function paintDifference(a: Answer, b: Answer, width: number): Promise<ImageBitmap> {
  return worker.ask((painter) => painter.differing(idOf(painter, a), idOf(painter, b), width));
}

/** @throws as {@link paintDifference} */
export function differenceOf(a: Answer, b: Answer): Promise<Omit<Difference, "pixels">> {
  return worker.ask((painter) => painter.difference(idOf(painter, a), idOf(painter, b)));
}

/** How much of the picture each class covers, by id. */
export function areasOf(answer: Extract<Answer, { task: "segmentation" }>): Promise<ClassArea[]> {
  return worker.ask((painter) => painter.areas(idOf(painter, answer)));
}

export function rangeOf(answer: Extract<Answer, { task: "depth" }>): Promise<DepthRange> {
  return worker.ask((painter) => painter.range(idOf(painter, answer)));
}

/** The page keeps what it points at; a copy of that goes to the painter once, before the first question about it. */
function idOf(painter: Remote<Painter>, shown: Picture | Answer): number {
  const known = kept.get(shown);
  if (known !== undefined) return known;
  const { thing, memory } = "task" in shown ? copyAnswer(shown) : copyPicture(shown);
  kept.set(shown, ++last);
  painter.keep(last, transfer(thing, [memory])).catch(() => {});
  return last;
}
