import type { Answer } from "../answer.ts";

/** A file that an answer can be taken home as. */
export interface Format {
  readonly name: FormatName;
  /** What it is good for. */
  readonly words: string;
  /** After the picture's name. */
  readonly ending: string;
  readonly type: string;
}

export type FormatName = "PNG" | "Labels" | "GeoJSON" | "Depth" | "PLY" | "GLB";

/** What an answer can be saved as. */
export function formatsFor(task: Answer["task"]): readonly Format[] {
  return task === "segmentation" ? [PNG, LABELS, GEOJSON] : [PNG, DEPTH16, PLY, GLB];
}

const PNG: Format = {
  name: "PNG",
  words: "the picture with the result over it, as it is shown",
  ending: "overlay.png",
  type: "image/png",
};

const LABELS: Format = {
  name: "Labels",
  words: "class ids as an indexed PNG",
  ending: "labels.png",
  type: "image/png",
};

const GEOJSON: Format = {
  name: "GeoJSON",
  words: "the classes as polygons, in pixels",
  ending: "geojson",
  type: "application/geo+json",
};

const DEPTH16: Format = {
  name: "Depth",
  words: "depth as a grey PNG of 16 bits, the nearest brightest",
  ending: "depth16.png",
  type: "image/png",
};

const PLY: Format = {
  name: "PLY",
  words: "a coloured point cloud",
  ending: "ply",
  type: "application/octet-stream",
};

const GLB: Format = {
  name: "GLB",
  words: "a mesh with the picture on it",
  ending: "glb",
  type: "model/gltf-binary",
};
