import type { LabelMap } from "./label-map.ts";

/**
 * Pixels of one class that are connected by their sides: an area, by a number from 1 up. Around the picture lies a rim of
 * one pixel of area 0, so that neighbours need no look at the picture's size.
 */
export interface Areas {
  readonly width: number;
  readonly height: number;
  /** `[height + 2, width + 2]`; also the corners' layout: corner (x, y) is the upper left one of pixel (x, y). */
  readonly numbers: Int32Array;
  /** From one row of them to the next. */
  readonly stride: number;
  /** Class of each area; the first is not used. */
  readonly classes: readonly number[];
}

/** Finds a map's areas, in two passes over its pixels. */
export function areasOf({ width, height, labels }: Omit<LabelMap, "classes">): Areas {
  const stride = width + 2;
  const numbers = new Int32Array(stride * (height + 2));
  // Provisional numbers that turned out to be one area point to a smaller one of it.
  const parents: number[] = [0];
  const rootOf = (number: number) => {
    let root = number;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  };
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0, at = (y + 1) * stride + 1; x < width; x++, i++, at++) {
      const left = x > 0 && labels[i - 1] === labels[i] ? numbers[at - 1]! : 0;
      const above = y > 0 && labels[i - width] === labels[i] ? numbers[at - stride]! : 0;
      numbers[at] = left || above || parents.length;
      if (left === 0 && above === 0) parents.push(parents.length);
      if (left > 0 && above > 0 && left !== above) {
        const [a, b] = [rootOf(left), rootOf(above)];
        parents[Math.max(a, b)] = Math.min(a, b);
      }
    }
  }
  const classes: number[] = [0];
  const final = new Int32Array(parents.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0, at = (y + 1) * stride + 1; x < width; x++, i++, at++) {
      const root = rootOf(numbers[at]!);
      if (final[root] === 0) {
        final[root] = classes.length;
        classes.push(labels[i]!);
      }
      numbers[at] = final[root]!;
    }
  }
  return { width, height, numbers, stride, classes };
}
