import { expose, transfer } from "comlink";
import { classAreas } from "../../cli/run/class-areas.ts";
import { depthRange } from "../../src/model/depth-levels.ts";
import { type Outcome, outcomeOf } from "../../src/worker/outcome.ts";
import type { Answer } from "../answer.ts";
import type { Picture } from "../pictures/picture.ts";
import { pictureOf, readPicture } from "../pictures/read-picture.ts";
import { differenceOf } from "./difference.ts";
import { type Look, resultPixels } from "./result-pixels.ts";

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

  frame: (name: string, bitmap: ImageBitmap) => sent(() => pictureOf(name, bitmap), memoryOf),

  picture: (id: number) =>
    sent(
      () => bitmapOf(keptAs<Picture>(id).data, keptAs<Picture>(id)),
      (bitmap) => bitmap,
    ),

  result: (id: number, look: Look) =>
    sent(
      () => bitmapOf(resultPixels(keptAs<Answer>(id), look), keptAs<Answer>(id).map),
      (bitmap) => bitmap,
    ),

  difference: (a: number, b: number) =>
    sent(
      async () => {
        const { pixels, ...told } = differenceOf(keptAs(a), keptAs(b));
        return { ...told, bitmap: await bitmapOf(pixels, keptAs<Answer>(a).map) };
      },
      ({ bitmap }) => bitmap,
    ),

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

function bitmapOf(
  pixels: Uint8ClampedArray<ArrayBuffer>,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<ImageBitmap> {
  return createImageBitmap(new ImageData(pixels, width, height));
}
