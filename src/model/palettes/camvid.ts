import type { Colour } from "../config/class-colours.ts";

/** The colours of the 11 classes in which CamVid is commonly scored, from its own label_colors.txt. */
export const CAMVID: ReadonlyMap<string, Colour> = new Map([
  ["sky", [128, 128, 128]],
  ["building", [128, 0, 0]],
  ["pole", [192, 192, 128]],
  ["road", [128, 64, 128]],
  ["pavement", [0, 0, 192]],
  ["tree", [128, 128, 0]],
  ["sign", [192, 128, 128]],
  ["fence", [64, 64, 128]],
  ["car", [64, 0, 128]],
  ["pedestrian", [64, 64, 0]],
  ["bicyclist", [0, 128, 192]],
]);
