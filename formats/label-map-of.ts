import { paletteFor, type Segmentation } from "../src/index.ts";
import { hexOf } from "../src/model/palettes/hex-of.ts";
import type { LabelMap } from "./label-map.ts";

/**
 * What a model answered, as files take it: its classes with their ids, and with the colours that they are shown in.
 * @throws as {@link paletteFor}
 */
export function labelMapOf({ width, height, labels, classes, colours }: Segmentation): LabelMap {
  const shown = paletteFor(classes, { own: colours });
  return {
    width,
    height,
    labels,
    classes: classes.map((name, id) => ({ id, name, colour: hexOf(shown[id]!) })),
  };
}
