import type { DepthMap, Segmentation } from "../src/index.ts";
import type { Colour } from "../src/model/config/class-colours.ts";
import { paletteFor } from "../src/model/palettes/palette-for.ts";

/** What a model told of a picture, with what the page needs to draw it. */
export type Answer =
  | { readonly task: "segmentation"; readonly map: Segmentation; readonly palette: readonly Colour[] }
  | { readonly task: "depth"; readonly map: DepthMap };

export function segmentationAnswer(map: Segmentation): Answer {
  return { task: "segmentation", map, palette: paletteFor(map.classes, { own: map.colours }) };
}

/** What a person reads of one pixel: `road, 98 %` or `2.31 m`. */
export function describePixel(answer: Answer, x: number, y: number): string {
  const { width, height } = answer.map;
  if (x < 0 || y < 0 || x >= width || y >= height) return "";
  const i = y * width + x;
  if (answer.task === "depth") {
    const value = answer.map.depth[i]!;
    return answer.map.unit === "metres" ? `${value.toFixed(2)} m` : `${value.toPrecision(3)} (larger is nearer)`;
  }
  const name = answer.map.classes[answer.map.labels[i]!]!;
  const confidence = answer.map.scores?.confidence[i];
  return confidence === undefined ? name : `${name}, ${Math.round(100 * confidence)} %`;
}
