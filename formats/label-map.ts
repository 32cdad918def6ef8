import { UsageError } from "../src/index.ts";

/** A class of a label map, as files name and draw it. */
export interface LabelClass {
  readonly id: number;
  readonly name: string;
  /** `#rrggbb`. */
  readonly colour: string;
}

/** The class of every pixel, row by row from the top: what `segment()` answers, and what its classes are. */
export interface LabelMap {
  readonly width: number;
  readonly height: number;
  readonly labels: Uint8Array | Uint16Array;
  /** By id. */
  readonly classes: readonly LabelClass[];
}

/** Where a class lies: the smallest rectangle around its pixels, and how many they are. */
export interface ClassExtent {
  readonly left: number;
  readonly top: number;
  /** Past the last column and row. */
  readonly right: number;
  readonly bottom: number;
  readonly pixels: number;
}

/**
 * The extents of the classes that the map has pixels of.
 * @throws UsageError if the map is not as large as it says, or has a label that is no class
 */
export function classExtents({ width, height, labels, classes }: LabelMap): Map<LabelClass, ClassExtent> {
  if (labels.length !== width * height) {
    const want = `want ${width * height} labels for ${width}x${height} pixels`;
    throw new UsageError(`label map: ${want}, got ${labels.length}. Check width and height.`);
  }
  const found = new Map<number, { left: number; top: number; right: number; bottom: number; pixels: number }>();
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = labels[i]!;
      const extent = found.get(label);
      if (!extent) found.set(label, { left: x, top: y, right: x + 1, bottom: y + 1, pixels: 1 });
      else {
        if (x < extent.left) extent.left = x;
        if (x >= extent.right) extent.right = x + 1;
        extent.bottom = y + 1;
        extent.pixels++;
      }
    }
  }
  const byId = new Map(classes.map((entry) => [entry.id, entry]));
  const ids = [...found.keys()].sort((a, b) => a - b);
  const unknown = ids.find((id) => !byId.has(id));
  if (unknown !== undefined) {
    throw new UsageError(
      `label map: want labels of the ${classes.length} classes, got ${unknown}. Name that class too.`,
    );
  }
  return new Map(ids.map((id) => [byId.get(id)!, found.get(id)!]));
}
