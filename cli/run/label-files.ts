import { basename } from "node:path";
import { coco, geoJson, type LabelMap, npy, svg } from "../../formats/index.ts";
import { InternalError, type RawPicture, type Scores, type Segmentation } from "../../src/index.ts";
import type { Colour } from "../../src/model/config/class-colours.ts";
import type { LabelFormat, SegmentOptions } from "../commands/segment.ts";
import { encodeConfidence } from "../pictures/encode-confidence.ts";
import { encodeLabels } from "../pictures/encode-labels.ts";
import { encodeOverlay } from "../pictures/encode-overlay.ts";
import type { ClassArea } from "./class-areas.ts";

/** What there is to write of a picture's labels. */
export interface LabelAnswer {
  /** The picture's path. */
  readonly image: string;
  readonly photo: RawPicture;
  readonly result: Segmentation;
  /** By id. */
  readonly palette: readonly Colour[];
  /** By id. */
  readonly areas: readonly ClassArea[];
  /** Ids of the classes that the overlay colours; all if left out. */
  readonly coloured: ReadonlySet<number> | undefined;
  readonly options: Pick<SegmentOptions, "alpha" | "simplify">;
}

/** A kind of file: the end of its name, and its bytes or text. */
interface LabelFile {
  readonly suffix: string;
  encode(answer: LabelAnswer): Uint8Array | string | Promise<Uint8Array>;
}

/** How each format is written. */
export const labelFiles: Readonly<Record<LabelFormat, LabelFile>> = {
  overlay: {
    suffix: "overlay.png",
    encode: ({ photo, result: { labels }, palette, coloured, options: { alpha } }) =>
      encodeOverlay(photo, { labels, palette, alpha, coloured }),
  },
  labels: {
    suffix: "labels.png",
    encode: ({ result, palette }) => encodeLabels(result, result.labels, palette),
  },
  json: {
    suffix: "labels.json",
    encode: ({ result: { width, height }, areas: classes }) => lines({ width, height, classes }),
  },
  geojson: {
    suffix: "geojson",
    encode: (answer) => `${JSON.stringify(geoJson(mapOf(answer), answer.options))}\n`,
  },
  svg: { suffix: "svg", encode: (answer) => svg(mapOf(answer), answer.options) },
  coco: { suffix: "coco.json", encode: (answer) => lines(coco(mapOf(answer), basename(answer.image))) },
  rle: {
    suffix: "rle.json",
    encode: (answer) => `${JSON.stringify(coco(mapOf(answer), basename(answer.image), "uncompressed"))}\n`,
  },
  confidence: { suffix: "confidence.png", encode: ({ result }) => encodeConfidence(result, scoresOf(result)) },
  scores: {
    suffix: "scores.npy",
    encode: ({ result }) => {
      const { confidence, margin, entropy } = scoresOf(result);
      return npy(result, [confidence, margin, entropy]);
    },
  },
  npy: { suffix: "labels.npy", encode: ({ result }) => npy(result, result.labels) },
};

function scoresOf({ scores }: Segmentation): Scores {
  if (!scores) throw new InternalError("segment: want scores for these files, got none. Report this.");
  return scores;
}

function mapOf({ result: { width, height, labels }, areas: classes }: LabelAnswer): LabelMap {
  return { width, height, labels, classes };
}

function lines(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
