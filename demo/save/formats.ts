import type { Answer } from "../answer.ts";
import { resultPixels } from "../draw/result-pixels.ts";
import type { Picture } from "../pictures/picture.ts";
import type { Settings } from "../settings/settings.ts";

/** A file that an answer can be taken home as. */
export interface Format {
  readonly name: string;
  /** What it is good for. */
  readonly words: string;
  /** After the picture's name. */
  readonly ending: string;
  readonly type: string;
  readonly make: (shown: Shown) => Promise<Blob | Uint8Array | string>;
}

export interface Shown {
  readonly picture: Picture;
  readonly answer: Answer;
  readonly settings: Settings;
}

/** What an answer can be saved as. Writers are loaded when one is asked for: most visitors only look. */
export function formatsFor(task: Answer["task"]): readonly Format[] {
  return task === "segmentation" ? [PNG, LABELS, GEOJSON] : [PNG, DEPTH16, PLY, GLB];
}

const PNG: Format = {
  name: "PNG",
  words: "the picture with the result over it, as it is shown",
  ending: "overlay.png",
  type: "image/png",
  make: async ({ picture, answer, settings }) => {
    const { width, height, data } = picture;
    const pixels = resultPixels(answer, settings);
    const result = new OffscreenCanvas(width, height);
    result.getContext("2d")!.putImageData(new ImageData(pixels, width, height), 0, 0);
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d")!;
    context.putImageData(data, 0, 0);
    context.globalAlpha = settings.opacity / 100;
    const left = Math.round((width * settings.divider) / 100);
    if (left < width) context.drawImage(result, left, 0, width - left, height, left, 0, width - left, height);
    return canvas.convertToBlob({ type: "image/png" });
  },
};

const LABELS: Format = {
  name: "Labels",
  words: "class ids as an indexed PNG",
  ending: "labels.png",
  type: "image/png",
  make: async ({ answer }) => {
    const { map, palette } = segmentationOf(answer);
    const { encodeLabels } = await import("../../cli/pictures/encode-labels.ts");
    return encodeLabels(map, map.labels, palette);
  },
};

const GEOJSON: Format = {
  name: "GeoJSON",
  words: "the classes as polygons, in pixels",
  ending: "geojson",
  type: "application/geo+json",
  make: async ({ answer }) => {
    const { map, palette } = segmentationOf(answer);
    const [{ geoJson }, { hexOf }] = await Promise.all([
      import("../../formats/geojson.ts"),
      import("../../src/model/palettes/hex-of.ts"),
    ]);
    const classes = map.classes.map((name, id) => ({ id, name, colour: hexOf(palette[id]!) }));
    return JSON.stringify(geoJson({ ...map, classes }));
  },
};

const DEPTH16: Format = {
  name: "Depth",
  words: "depth as a grey PNG of 16 bits, the nearest brightest",
  ending: "depth16.png",
  type: "image/png",
  make: async ({ answer }) => {
    const map = depthOf(answer);
    const [{ encodeDepth16 }, { depthLevels }] = await Promise.all([
      import("../../cli/pictures/encode-depth.ts"),
      import("../../src/model/depth-levels.ts"),
    ]);
    return encodeDepth16(map, depthLevels(map), map.unit);
  },
};

const PLY: Format = {
  name: "PLY",
  words: "a coloured point cloud",
  ending: "ply",
  type: "application/octet-stream",
  make: async ({ answer, picture }) => {
    const { ply } = await import("../../formats/ply.ts");
    return ply(depthOf(answer), picture.data);
  },
};

const GLB: Format = {
  name: "GLB",
  words: "a mesh with the picture on it",
  ending: "glb",
  type: "model/gltf-binary",
  make: async ({ answer, picture }) => {
    const { reliefMesh } = await import("./relief-mesh.ts");
    return reliefMesh(depthOf(answer), picture, { points: Number.POSITIVE_INFINITY });
  },
};

function segmentationOf(answer: Answer) {
  return answer as Extract<Answer, { task: "segmentation" }>;
}

function depthOf(answer: Answer) {
  return (answer as Extract<Answer, { task: "depth" }>).map;
}
