import type { Answer } from "../answer.ts";
import { resultPixels } from "../draw/result-pixels.ts";
import type { Picture } from "../pictures/picture.ts";
import type { Settings } from "../settings/settings.ts";
import type { FormatName } from "./formats.ts";

/** What is to be seen, of which a file is made. */
export interface Shown {
  readonly picture: Picture;
  readonly answer: Answer;
}

type Maker = (shown: Shown, settings: Settings) => Promise<Blob | Uint8Array | string>;

/** The content of a file. Writers are loaded when one is asked for: most visitors only look. */
export function makeFile(name: FormatName, ...shown: Parameters<Maker>): ReturnType<Maker> {
  return MAKERS[name](...shown);
}

const MAKERS: Readonly<Record<FormatName, Maker>> = {
  async PNG({ picture: { width, height, data }, answer }, settings) {
    const pixels = resultPixels(answer, settings);
    const result = new OffscreenCanvas(width, height);
    result.getContext("2d")!.putImageData(new ImageData(pixels, width, height), 0, 0);
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d")!;
    context.putImageData(new ImageData(data, width, height), 0, 0);
    context.globalAlpha = settings.opacity / 100;
    const left = Math.round((width * settings.divider) / 100);
    if (left < width) context.drawImage(result, left, 0, width - left, height, left, 0, width - left, height);
    return canvas.convertToBlob({ type: "image/png" });
  },

  async Labels({ answer }) {
    const { map, palette } = segmentationOf(answer);
    const { encodeLabels } = await import("../../cli/pictures/encode-labels.ts");
    return encodeLabels(map, map.labels, palette);
  },

  async GeoJSON({ answer }) {
    const { map, palette } = segmentationOf(answer);
    const [{ geoJson }, { hexOf }] = await Promise.all([
      import("../../formats/geojson.ts"),
      import("../../src/model/palettes/hex-of.ts"),
    ]);
    const classes = map.classes.map((name, id) => ({ id, name, colour: hexOf(palette[id]!) }));
    return JSON.stringify(geoJson({ ...map, classes }));
  },

  async Depth({ answer }) {
    const map = depthOf(answer);
    const [{ encodeDepth16 }, { depthLevels }] = await Promise.all([
      import("../../cli/pictures/encode-depth.ts"),
      import("../../src/model/answers/depth-levels.ts"),
    ]);
    return encodeDepth16(map, depthLevels(map), map.unit);
  },

  async PLY({ answer, picture }) {
    const { ply } = await import("../../formats/ply.ts");
    return ply(depthOf(answer), picture);
  },

  async GLB({ answer, picture }) {
    const { reliefMesh } = await import("./relief-mesh.ts");
    return reliefMesh(depthOf(answer), picture, {
      points: Number.POSITIVE_INFINITY,
      longest: Number.POSITIVE_INFINITY,
    });
  },
};

function segmentationOf(answer: Answer) {
  return answer as Extract<Answer, { task: "segmentation" }>;
}

export function depthOf(answer: Answer) {
  return (answer as Extract<Answer, { task: "depth" }>).map;
}
