import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { coco, compressRunLengths, runLengths } from "../../formats/index.ts";
import { labelMap, labelMaps } from "./label-maps.ts";

/**
 * `pycocotools.mask.encode` (2.0.11) of the mask [h, w] whose pixel i is inside where `(i · 2654435761 mod 2^32) >> 24` is t
 * at least: the string where it is short, the first 8 digits of its SHA-256, area and toBbox.
 */
const PYCOCOTOOLS: readonly (readonly [number, number, number, string | undefined, string, number, number[]])[] = [
  [1, 1, 0, "01", "938db8c9", 1, [0, 0, 1, 1]],
  [3, 5, 128, "333OO0", "a71c190a", 7, [1, 0, 4, 3]],
  [7, 4, 200, "2110004030I03", "43e805aa", 6, [0, 0, 4, 7]],
  [40, 300, 255, undefined, "38eb4b81", 46, [0, 0, 291, 40]],
  [37, 53, 60, undefined, "94865be3", 1501, [0, 0, 53, 37]],
  [200, 150, 254, undefined, "8b7dace6", 233, [0, 0, 150, 200]],
];

test.each(PYCOCOTOOLS)(
  "the mask [%i, %i] from %i up is compressed as pycocotools does",
  (h, w, t, text, hash, area, bbox) => {
    const map = labelMap(w, h, (x, y) => (Math.imul(y * w + x, 2654435761 | 0) >>> 24 >= t ? 1 : 0));
    const segment = coco(map, "x.png").annotations.find(({ category_id }) => category_id === 1)!;
    const { counts, size } = segment.segmentation;
    if (text !== undefined) expect(counts).toBe(text);
    expect(
      createHash("sha256")
        .update(counts as string)
        .digest("hex")
        .slice(0, 8),
    ).toBe(hash);
    expect(segment).toMatchObject({ area, bbox, iscrowd: 0 });
    expect(size).toEqual([h, w]);
  },
);

test("long runs, and shorter ones after, take several characters and a sign", () => {
  const inside = (x: number, y: number) => x >= 50 && x < 600 && y >= 100 && y < 400;
  const map = labelMap(700, 500, (x, y) => (inside(x, y) && !(x >= 300 && x < 310 && y >= 200 && y < 300) ? 1 : 0));
  const text = compressRunLengths(runLengths(map).get(1)!);
  expect(text.startsWith("\\`h0\\9X6000000")).toBe(true);
  expect(createHash("sha256").update(text).digest("hex").slice(0, 8)).toBe("13a98095");
});

test.each(labelMaps())("%s: the run lengths tell every pixel once", (_, map) => {
  const { width, height, labels } = map;
  const runs = runLengths(map);
  const drawn = new Uint8Array(labels.length).fill(255);
  for (const [id, counts] of runs) {
    expect(counts.reduce((a, b) => a + b)).toBe(labels.length);
    expect(counts.slice(1).every((count) => count > 0)).toBe(true);
    let at = 0;
    for (const [i, count] of counts.entries()) {
      for (const end = at + count; at < end; at++) {
        if (i % 2 === 1) drawn[(at % height) * width + Math.floor(at / height)] = id;
      }
    }
  }
  expect(drawn).toEqual(labels);
});

test("a data set has the picture, a segment for each class that is there, and all categories", () => {
  const map = labelMap(4, 3, (x, y) => (x < 2 && y > 0 ? 0 : 3));
  const { images, annotations, categories } = coco(map, "street.png", "uncompressed");
  expect(images).toEqual([{ id: 1, width: 4, height: 3, file_name: "street.png" }]);
  expect(annotations).toEqual([
    {
      id: 1,
      image_id: 1,
      category_id: 0,
      area: 4,
      bbox: [0, 1, 2, 2],
      iscrowd: 0,
      segmentation: { size: [3, 4], counts: [1, 2, 1, 2, 6] },
    },
    {
      id: 2,
      image_id: 1,
      category_id: 3,
      area: 8,
      bbox: [0, 0, 4, 3],
      iscrowd: 0,
      segmentation: { size: [3, 4], counts: [0, 1, 2, 1, 2, 6] },
    },
  ]);
  expect(categories).toHaveLength(4);
  expect(categories[3]).toEqual({ id: 3, name: "d", supercategory: "d", color: [0, 48, 255], isthing: 0 });
});
