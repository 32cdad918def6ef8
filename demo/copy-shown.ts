import type { Answer } from "./answer.ts";
import type { Picture } from "./pictures/picture.ts";

/** Something to be handed over to a worker, and its memory. */
export interface Copied<Thing> {
  readonly thing: Thing;
  readonly memory: ArrayBuffer;
}

export function copyPicture(picture: Picture): Copied<Picture> {
  const data = picture.data.slice();
  return { thing: { ...picture, data }, memory: data.buffer };
}

/** What is drawn and written of an answer: a label or a depth for each pixel, without how sure it is. */
export function copyAnswer(answer: Answer): Copied<Answer> {
  if (answer.task === "depth") {
    const depth = answer.map.depth.slice();
    return { thing: { ...answer, map: { ...answer.map, depth } }, memory: depth.buffer };
  }
  const labels = answer.map.labels.slice();
  return { thing: { ...answer, map: { ...answer.map, labels, scores: undefined } }, memory: labels.buffer };
}
