import type { ClassMeans, Segmentation } from "../../src/index.ts";
import type { Colour } from "../../src/model/config/class-colours.ts";
import { hexOf } from "../../src/model/palettes/hex-of.ts";

/** How much of a picture a class covers. */
export interface ClassArea {
  readonly id: number;
  readonly name: string;
  /** `#rrggbb`. */
  readonly colour: string;
  readonly pixels: number;
  /** 0 to 1. */
  readonly share: number;
  /** Means over its pixels of how sure the labels are, if asked for; none where it has no pixel. */
  readonly scores?: ClassMeans | undefined;
}

/** One entry for each class, by id. */
export function classAreas(
  { labels, classes, scores }: Pick<Segmentation, "labels" | "classes" | "scores">,
  palette: readonly Colour[],
): ClassArea[] {
  const pixels = new Array<number>(classes.length).fill(0);
  // By index: a page counts three million of them between two frames.
  for (let i = 0; i < labels.length; i++) pixels[labels[i]!]!++;
  return classes.map((name, id) => ({
    id,
    name,
    colour: hexOf(palette[id]!),
    pixels: pixels[id]!,
    share: pixels[id]! / labels.length,
    ...(scores?.classes[id] && { scores: scores.classes[id] }),
  }));
}
