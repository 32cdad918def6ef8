import { expose, transfer } from "comlink";
import { classAreas } from "../../cli/run/class-areas.ts";
import { depthRange } from "../../src/model/answers/depth-levels.ts";
import { type Outcome, outcomeOf } from "../../src/worker/outcome.ts";
import type { Answer } from "../answer.ts";
import type { Picture } from "../pictures/picture.ts";
import { pictureOf, readPicture, smallPicture } from "../pictures/read-picture.ts";
import { differenceOf } from "./difference.ts";
import { type Look, resultPixels } from "./result-pixels.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

type Labels = Extract<Answer, { task: "segmentation" }>;
type Depth = Extract<Answer, { task: "depth" }>;

/** What is shown, by the numbers that the page gave it. */
const kept = new Map<number, Picture | Answer>();
const keptAs = <Kind extends Picture | Answer>(id: number) => kept.get(id) as Kind;

/** All that goes through every pixel of what is shown: of a large picture that takes long enough to be felt. */
const painter = {
  keep: (id: number, thing: Picture | Answer) => void kept.set(id, thing),

  forget: (id: number) => sent(() => void kept.delete(id)),

  read: (name: string, blob: Blob) => sent(() => readPicture(name, blob), memoryOf),

  small: (name: string, blob: Blob) => sent(() => smallPicture(name, blob)),

  frame: (name: string, bitmap: ImageBitmap) => sent(() => pictureOf(name, bitmap), memoryOf),

  picture: (id: number, width: number) =>
    sent(
      () => bitmapOf(keptAs<Picture>(id).data, keptAs<Picture>(id), width),
      (bitmap) => bitmap,
    ),

  result: (id: number, look: Look, width: number) =>
    sent(
      () => bitmapOf(resultPixels(keptAs<Answer>(id), look), keptAs<Answer>(id).map, width),
      (bitmap) => bitmap,
    ),

  differing: (a: number, b: number, width: number) =>
    sent(
      () => bitmapOf(differenceOf(keptAs(a), keptAs(b)).pixels, keptAs<Answer>(a).map, width),
      (bitmap) => bitmap,
    ),

  difference: (a: number, b: number) =>
    sent(() => {
      const { count, share } = differenceOf(keptAs(a), keptAs(b));
      return { count, share };
    }),

  areas: (id: number) => sent(() => classAreas(keptAs<Labels>(id).map, keptAs<Labels>(id).palette)),

  range: (id: number) => sent(() => depthRange(keptAs<Depth>(id).map)),
};

export type Painter = typeof painter;

expose(painter);

/** @param memory what of it goes to the page instead of being copied */
async function sent<Value>(
  make: () => Value | Promise<Value>,
  memory?: (value: Value) => Transferable,
): Promise<Outcome<Value>> {
  const outcome = await outcomeOf((async () => make())());
  return memory && "value" in outcome ? transfer(outcome, [memory(outcome.value)]) : outcome;
}

function memoryOf({ data }: Picture): ArrayBuffer {
  return data.buffer;
}

/** Shrunk to a width if it is larger. */
function bitmapOf(pixels: Uint8ClampedArray<ArrayBuffer>, full: Size, width: number): Promise<ImageBitmap> {
  const image = new ImageData(pixels, full.width, full.height);
  if (width >= full.width) return createImageBitmap(image);
  const height = Math.max(1, Math.round((full.height * width) / full.width));
  return createImageBitmap(image, { resizeWidth: width, resizeHeight: height, resizeQuality: "medium" });
}
