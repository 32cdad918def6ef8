import { UsageError } from "../src/index.ts";
import { classExtents, type LabelMap } from "./label-map.ts";
import { compressRunLengths, runLengths } from "./run-lengths.ts";

/** One class's pixels in a picture: an annotation of COCO, with all fields of a panoptic `segments_info` too. */
export interface CocoSegment {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  /** Pixels. */
  readonly area: number;
  /** Left, top, width, height. */
  readonly bbox: readonly [number, number, number, number];
  readonly iscrowd: 0;
  /** The mask; `size` is height, width. */
  readonly segmentation: { readonly size: readonly [number, number]; readonly counts: string | readonly number[] };
}

/** A data set of one picture in COCO's format. */
export interface CocoDataset {
  readonly images: readonly [{ id: number; width: number; height: number; file_name: string }];
  readonly annotations: readonly CocoSegment[];
  readonly categories: readonly {
    id: number;
    name: string;
    supercategory: string;
    color: readonly number[];
    isthing: 0;
  }[];
}

/**
 * A label map as COCO has annotations: one segment for each class that has pixels (a semantic map knows no single things),
 * categories with the model's own ids.
 * @param fileName the picture's
 * @param counts the masks as pycocotools' strings, or as uncompressed run lengths
 * @throws UsageError for a map that is not as large as it says, has labels without a class, or more pixels than a run counts
 */
export function coco(
  map: LabelMap,
  fileName: string,
  counts: "compressed" | "uncompressed" = "compressed",
): CocoDataset {
  const { width, height, classes } = map;
  if (width * height > 2 ** 31 - 1) {
    throw new UsageError(`coco: want at most 2^31 - 1 pixels, got ${width}x${height}. Cut the picture into tiles.`);
  }
  const extents = classExtents(map);
  const runs = runLengths(map);
  const annotations = [...extents].map(([{ id }, extent], i): CocoSegment => {
    const run = runs.get(id)!;
    return {
      id: i + 1,
      image_id: 1,
      category_id: id,
      area: extent.pixels,
      bbox: [extent.left, extent.top, extent.right - extent.left, extent.bottom - extent.top],
      iscrowd: 0,
      segmentation: { size: [height, width], counts: counts === "compressed" ? compressRunLengths(run) : run },
    };
  });
  return {
    images: [{ id: 1, width, height, file_name: fileName }],
    annotations,
    categories: classes.map(({ id, name, colour }) => ({
      id,
      name,
      supercategory: name,
      color: [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)),
      isthing: 0,
    })),
  };
}
