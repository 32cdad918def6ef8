import { paletteFor, type Segmentation } from "../src/index.ts";
import type { LabelMap } from "./label-map.ts";

/**
 * What a model answered, as files take it: its classes with their ids, and with the colours that they are shown in.
 * @throws as {@link paletteFor}
 */
export function labelMapOf({ width, height, labels, classes, colours }: Segmentation): LabelMap {
  const hex = (value: number) => Math.round(value).toString(16).padStart(2, "0");
  const shown = paletteFor(classes, { own: colours });
  return {
    width,
    height,
    labels,
    classes: classes.map((name, id) => ({ id, name, colour: `#${shown[id]!.map(hex).join("")}` })),
  };
}
