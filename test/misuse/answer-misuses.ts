import type { ModelMethods, RawPicture } from "../../src/index.ts";
import { describe, type Misuse, untyped } from "./odd-values.ts";

/** Wrong uses of what an answer can do. */
export async function answerMisuses(model: ModelMethods, picture: RawPicture): Promise<Misuse[]> {
  const answer = await model.segment(picture);
  const options = [
    { alpha: -1 },
    { alpha: 2 },
    { alpha: Number.NaN },
    { alpha: "half" },
    { alpha: null },
    { palette: "rainbow" },
    { palette: [] },
    { palette: [[0, 0, 0]] },
    { palette: answer.classes.map(() => null) },
    { palette: answer.classes.map(() => "red") },
    { palette: answer.classes.map(() => [0, 0, 256]) },
    { palette: {} },
    { palette: 3 },
    { classes: "road" },
    { classes: 3 },
    { classes: null },
    { classes: {} },
    { classes: [99] },
    { classes: [-1] },
    { classes: [1.5] },
    { classes: ["no such class"] },
    { classes: [null] },
    { surprise: 1 },
  ];
  return [
    ...options.map((each): Misuse => [`toImageData ${describe(each)}`, () => answer.toImageData(untyped(each))]),
    ...[null, undefined, 3, "canvas", {}, { getContext: () => null }].map(
      (canvas): Misuse => [`overlay ${describe(canvas)}`, () => answer.overlay(untyped(canvas))],
    ),
  ];
}
